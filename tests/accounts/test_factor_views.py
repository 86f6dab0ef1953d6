"""The second step of signing in, and confirming a dangerous step."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Membership
from referral.accounts.principal import FRESH_FOR
from referral.accounts.recovery import new_codes
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent
from referral.kit import clock
from referral.kit.policy import PUBLIC
from referral.kit.scope import ScopedSession
from tests.accounts.conftest import ELSEWHERE, PASSWORD, Staff, cookie_of, post_sign_in
from tests.accounts.proofs import STEP, digits, give, has_app, sign_in_wholly
from tests.factories import Town
from tests.sign_in import sign_in


def kinds(session: ScopedSession) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.at, AuditEvent.id)))


def test_the_password_alone_opens_nothing_but_the_second_step(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    has_app(session, staff.navigator)

    response = post_sign_in(client, staff.navigator.email, wanted="/patients/")

    assert response.headers["Location"] == "/second-factor?next=/patients/"
    assert client.get("/patients/").headers["Location"] == "/second-factor?next=/patients/"
    assert client.get("/account").headers["Location"] == "/second-factor?next=/account"
    page = client.get("/second-factor").get_data(as_text=True)
    assert "authenticator app" in page
    assert "/patients/" not in page  # the menu waits too


def test_one_factor_reaches_no_page_but_the_public_and_its_own(app: Flask, client: FlaskClient, staff: Staff) -> None:
    sign_in(client, staff.navigator, factors=1)
    reached = {}

    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], "policy_name", PUBLIC) in (PUBLIC, "account.prove"):
            continue
        path = re.sub(r"<[^>]*uuid:[^>]+>", "00000000-0000-4000-8000-000000000000", rule.rule)
        path = re.sub(r"<[^>]+>", "1", path)
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            response = client.open(path, method=method)
            led = response.headers.get("Location", "").startswith("/second-factor")
            if not led and response.status_code != 403:
                reached[f"{method} {path}"] = response.status_code

    assert reached == {}


def test_one_factor_sees_no_rows_even_where_a_page_forgets_to_ask(
    app: Flask, client: FlaskClient, staff: Staff
) -> None:
    sign_in(client, staff.navigator, factors=1)

    with client:
        client.get("/second-factor")
        from flask import g

        assert g.scope.clinic_ids == frozenset()


def test_a_right_code_signs_in_wholly_under_a_new_id(
    app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    factor = has_app(session, staff.navigator)
    post_sign_in(client, staff.navigator.email)
    before = str(cookie_of(client))

    response = give(client, digits(factor), wanted="/patients/")

    replay = app.test_client()
    replay.set_cookie("needsrx", before)
    assert response.headers["Location"] == "/patients/"
    assert client.get("/patients/").status_code == 200
    assert cookie_of(client) != before
    assert replay.get("/second-factor").headers["Location"].startswith("/sign-in")
    assert kinds(session).count("signed_in") == 2


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "٤٥٦٧٨٩", "x" * 39, "' or 1=1 --"])
def test_anything_else_does_not(client: FlaskClient, staff: Staff, session: ScopedSession, typed: str) -> None:
    has_app(session, staff.navigator)
    post_sign_in(client, staff.navigator.email)

    response = give(client, typed)

    assert response.status_code == 422
    assert client.get("/patients/").status_code == 302


def test_wrong_codes_are_counted_written_down_and_slowed(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    factor = has_app(session, staff.navigator)
    post_sign_in(client, staff.navigator.email)
    shown = {digits(factor, clock.wall() + n * STEP) for n in range(-2, 4)}
    wrong = next(
        code for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666") if code not in shown
    )

    statuses = [give(client, wrong).status_code for _try in range(5)]
    slowed = give(client, digits(factor))

    assert statuses == [422] * 5
    assert slowed.status_code == 429  # even a right one waits
    assert "too many tries" in slowed.get_data(as_text=True)
    assert give(client, digits(factor), address=ELSEWHERE).status_code == 303  # the owner, elsewhere, does not notice
    assert kinds(session).count("factor_failed") == 5


def test_a_recovery_code_signs_in_once(app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    has_app(session, staff.navigator)
    code = new_codes(session, staff.navigator.id)[0]
    session.commit()
    again = app.test_client()
    for browser in (client, again):
        post_sign_in(browser, staff.navigator.email)

    statuses = [give(client, f"  {code.upper()} ").status_code, give(again, code).status_code]

    assert statuses == [303, 422]


def test_a_code_counts_for_nobody_else(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    has_app(session, staff.navigator)
    other = has_app(session, staff.administrator)
    codes = new_codes(session, staff.administrator.id)
    session.commit()
    post_sign_in(client, staff.navigator.email)

    assert [give(client, code).status_code for code in (digits(other), codes[0])] == [422, 422]


def test_whoever_has_none_and_needs_one_is_led_to_set_it_up(client: FlaskClient, staff: Staff) -> None:
    response = post_sign_in(client, staff.navigator.email)

    led = client.get(response.headers["Location"])

    assert led.headers["Location"].startswith("/account/factors/")
    page = client.get(led.headers["Location"]).get_data(as_text=True)
    assert "Your role needs it" in page
    assert "Set up an app" in page


def test_a_role_that_sees_no_patients_is_asked_only_once_it_has_one(
    client: FlaskClient, staff: Staff, town: Town, session: ScopedSession
) -> None:
    analyst = town.person(staff.clinic, Role.ANALYST)
    analyst.password_hash = staff.navigator.password_hash
    town.commit()

    first = post_sign_in(client, analyst.email).headers["Location"]
    has_app(session, analyst)
    second = post_sign_in(client, analyst.email).headers["Location"]

    assert (first, second) == ("/", "/second-factor")


def test_a_change_of_membership_gives_no_second_factor(
    client: FlaskClient, staff: Staff, town: Town, session: ScopedSession
) -> None:
    analyst = town.person(staff.clinic, Role.ANALYST)
    also = Membership(member_id=staff.clinic.id, person_id=analyst.id, role=Role.CLINICIAN, created_at=clock.now())
    session.add(also)
    session.flush()
    wanted = str(also.id)
    town.commit()
    sign_in(client, analyst, factors=1)

    response = client.post("/memberships", data={"membership_id": wanted})

    assert response.headers["Location"].startswith("/second-factor")
    assert client.get("/patients/").status_code == 302


@pytest.mark.parametrize("proof", ["current_password", "code"])
def test_a_dangerous_step_asks_again_and_leads_back(
    client: FlaskClient, staff: Staff, session: ScopedSession, proof: str
) -> None:
    factor = has_app(session, staff.administrator)
    now = clock.wall()
    with time_machine.travel(now, tick=False) as time:
        sign_in_wholly(client, staff.administrator, factor)
        time.shift(FRESH_FOR)
        asked = client.get("/account/factors/key")
        refused = client.post("/account/factors/recovery-codes")
        given = {"current_password": PASSWORD, "code": digits(factor)}

        back = client.post("/confirm", data={proof: given[proof], "next": "/account/factors/key"})

        assert asked.headers["Location"] == "/confirm?next=/account/factors/key"
        assert refused.status_code == 403
        assert back.headers["Location"] == "/account/factors/key"
        assert client.get("/account/factors/key").status_code == 200


@pytest.mark.parametrize("given", [{}, {"current_password": "wrong"}, {"code": "12345"}])
def test_a_wrong_proof_confirms_nothing(
    client: FlaskClient, staff: Staff, session: ScopedSession, given: dict[str, str]
) -> None:
    factor = has_app(session, staff.administrator)
    with time_machine.travel(clock.wall(), tick=False) as time:
        sign_in_wholly(client, staff.administrator, factor)
        time.shift(FRESH_FOR)

        response = client.post("/confirm", data=given)

        assert response.status_code == 422
        assert client.get("/account/factors/key").status_code == 302


def test_the_proof_holds_for_ten_minutes_and_no_second_longer(client: FlaskClient, staff: Staff) -> None:
    with time_machine.travel(clock.wall(), tick=False) as time:
        sign_in(client, staff.administrator)
        time.shift(FRESH_FOR - timedelta(seconds=1))
        just_before = client.get("/account/factors/key").status_code
        time.shift(timedelta(seconds=1))

        assert (just_before, client.get("/account/factors/key").status_code) == (200, 302)


@pytest.mark.parametrize("path", ["/second-factor", "/confirm"])
@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_to_another_host(
    client: FlaskClient, staff: Staff, session: ScopedSession, path: str, wanted: str
) -> None:
    factor = has_app(session, staff.navigator)
    post_sign_in(client, staff.navigator.email)

    response = client.post(path, data={"code": digits(factor), "next": wanted})

    assert response.headers["Location"] == "/"


def test_the_steps_behind_it_are_dangerous(app: Flask) -> None:
    dangerous = {end for end, view in app.view_functions.items() if getattr(view, "asks_fresh", False)}

    assert dangerous >= {
        *(f"own_factors.{name}" for name in ("begin_app", "show_app", "finish_app", "show_key", "key_options")),
        *(f"own_factors.{name}" for name in ("finish_key", "renew_codes", "remove")),
        *(f"people.{name}" for name in ("invite_person", "suspend", "restore", "end_sign_ins", "lost_factors")),
        *(f"people.{name}" for name in ("all_members", "make_member")),
    }


def test_a_form_sent_with_one_factor_says_which_step_is_missing_and_leads_to_it(
    client: FlaskClient, staff: Staff
) -> None:
    sign_in(client, staff.navigator, factors=1)

    answer = client.post("/patients/", data={"words": "Rosa"})

    assert answer.status_code == 403
    assert "One step is missing" in answer.text
    assert 'href="/second-factor">Give the second proof</a>' in answer.text
