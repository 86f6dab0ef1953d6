"""Setting up, naming and removing one's own second factors, and their recovery codes."""

import html
import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.factor_models import RecoveryCode, SecondFactor
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit.scope import ScopedSession
from tests.accounts.conftest import Staff, cookie_of, is_signed_in, post_sign_in
from tests.accounts.proofs import digits, has_app, sign_in_wholly
from tests.accounts.test_invitations import FORM, invited
from tests.factories import Town
from tests.sign_in import sign_in

CODE = re.compile(r"<code>((?:[a-z0-9]{4}-){3}[a-z0-9]{4})</code>")


@dataclass(frozen=True)
class Kept:
    """What is stored of the one factor; it holds no transaction open, which a writing page would wait for."""

    id: UUID
    label: str
    secret: str
    counts: bool
    ended: bool


def only_factor(session: ScopedSession) -> Kept:
    session.rollback()
    session.expire_all()
    row = session.scalars(select(SecondFactor)).one()
    kept = Kept(row.id, row.label, row.secret or "", row.confirmed_at is not None, row.ended_at is not None)
    session.rollback()
    return kept


def set_up(client: FlaskClient, session: ScopedSession) -> str:
    """Set an app up as the page leads, and return the last page."""
    path = client.post("/account/factors/app").headers["Location"]
    client.get(path)
    return client.post(path, data={"code": digits(only_factor(session))}).get_data(as_text=True)


def test_an_app_is_set_up_in_three_steps_and_the_work_opens(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    post_sign_in(client, staff.navigator.email)
    before = cookie_of(client)

    page = set_up(client, session)

    assert len(CODE.findall(page)) == 10
    assert client.get("/patients/").status_code == 200
    assert cookie_of(client) != before
    assert only_factor(session).counts


def test_whoever_takes_up_an_invitation_sets_it_up_next(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    response = client.post(invited(session, staff), data=FORM)

    assert response.headers["Location"].startswith("/second-factor")
    assert len(CODE.findall(set_up(client, session))) == 10
    assert client.get("/patients/").status_code == 200


def test_a_wrong_first_code_sets_nothing_up(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    post_sign_in(client, staff.navigator.email)
    path = client.post("/account/factors/app").headers["Location"]
    right = digits(only_factor(session))

    response = client.post(path, data={"code": "000000" if right != "000000" else "111111"})

    assert response.status_code == 422
    assert "not the code that the app shows" in html.unescape(response.get_data(as_text=True))
    assert not only_factor(session).counts


def test_the_password_alone_adds_none_to_an_account_that_has_one(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    has_app(session, staff.navigator)
    post_sign_in(client, staff.navigator.email)
    led, removing = client.get("/account/factors/").headers.get("Location"), f"{only_factor(session).id}/remove"

    statuses = [
        client.post(f"/account/factors/{path}", data={"label": "x", "answer": "{}"}).status_code
        for path in ("app", "key-options", "recovery-codes", removing, "key")
    ]

    assert str(led).startswith("/second-factor")
    assert statuses == [403, 403, 403, 403, 422]
    assert len(session.scalars(select(SecondFactor)).all()) == 1


def test_a_secret_stands_once_on_its_own_page_and_nowhere_else(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    post_sign_in(client, staff.navigator.email)
    path = client.post("/account/factors/app").headers["Location"]
    secret = only_factor(session).secret
    page = client.get(path).get_data(as_text=True)
    done = client.post(path, data={"code": digits(only_factor(session))}).get_data(as_text=True)
    later = [client.get(where).get_data(as_text=True) for where in ("/account/factors/", "/account", "/confirm")]

    assert page.replace(" ", "").count(secret) == 1
    assert secret not in path
    assert not any(secret in text.replace(" ", "") for text in (done, *later))
    assert not any(code in text for code in CODE.findall(done) for text in later)
    assert client.get(path).headers["Location"] == "/account/factors/"  # and its page is gone


def test_a_new_factor_signs_other_browsers_out(
    app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    other, third = app.test_client(), app.test_client()
    for browser in (client, other, third):
        sign_in(browser, staff.navigator)

    set_up(client, session)

    assert [is_signed_in(browser) for browser in (client, other, third)] == [True, False, False]


def test_a_role_that_needs_none_keeps_working_after_setting_one_up(
    client: FlaskClient, staff: Staff, town: Town, session: ScopedSession
) -> None:
    analyst = town.person(staff.clinic, Role.ANALYST)
    town.commit()
    sign_in(client, analyst, factors=1)

    set_up(client, session)

    assert client.get("/account").status_code == 200


def test_the_last_one_stays_while_the_role_needs_it(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    factor = has_app(session, staff.navigator)
    sign_in_wholly(client, staff.navigator, factor)

    response = client.post(f"/account/factors/{factor.id}/remove")

    assert response.status_code == 409
    assert "Add another first" in response.get_data(as_text=True)
    assert not only_factor(session).ended


def test_one_of_two_is_removed_and_is_dead(
    app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    first, second = has_app(session, staff.navigator), has_app(session, staff.navigator)
    other = app.test_client()
    sign_in(other, staff.navigator)
    sign_in_wholly(client, staff.navigator, first)
    old = digits(second)

    response = client.post(f"/account/factors/{second.id}/remove")

    session.expire_all()
    gone = session.get_one(SecondFactor, second.id)
    assert response.headers["Location"] == "/account/factors/"
    assert (gone.ended_at is not None, gone.secret) == (True, None)
    session.rollback()
    assert not is_signed_in(other)
    post_sign_in(other, "nadia@clinic.example")
    assert other.post("/second-factor", data={"code": old}).status_code == 422
    written = session.scalars(select(AuditEvent.detail).where(AuditEvent.kind == AuditKind.FACTOR_REMOVED)).all()
    assert written == [{"kind": "app"}]


@pytest.mark.parametrize("path", ["remove", "rename", "app"])
def test_nobody_reaches_another_persons_factor(
    client: FlaskClient, staff: Staff, session: ScopedSession, path: str
) -> None:
    other = has_app(session, staff.navigator)
    sign_in(client, staff.administrator)

    response = client.post(f"/account/factors/{other.id}/{path}", data={"label": "Mine", "code": "123456"})

    assert response.status_code == 404
    assert (only_factor(session).label, only_factor(session).ended) == ("Phone", False)


def test_a_factor_is_renamed_and_shown_as_text(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    factor = has_app(session, staff.navigator)
    sign_in_wholly(client, staff.navigator, factor)

    client.post(f"/account/factors/{factor.id}/rename", data={"label": '"><svg onload=x>'})

    page = client.get("/account/factors/").get_data(as_text=True)
    assert "&lt;svg onload=x&gt;" in page
    assert "<svg onload" not in page
    client.post(f"/account/factors/{factor.id}/rename", data={"label": "x" * 41})
    assert only_factor(session).label == '"><svg onload=x>'


def test_new_recovery_codes_make_the_old_ones_dead(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    sign_in(client, staff.navigator)
    has_app(session, staff.navigator)

    pages = [client.post("/account/factors/recovery-codes").get_data(as_text=True) for _time in range(2)]

    session.rollback()
    left = session.scalars(select(RecoveryCode.id).where(RecoveryCode.used_at.is_(None))).all()
    assert (len(left), len({*CODE.findall(pages[0]), *CODE.findall(pages[1])})) == (10, 20)
    assert "10 codes are left" in client.get("/account/factors/").get_data(as_text=True)


def test_no_answer_of_these_pages_is_kept_by_a_browser(client: FlaskClient, staff: Staff) -> None:
    post_sign_in(client, staff.navigator.email)
    path = client.post("/account/factors/app").headers["Location"]

    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_new_recovery_codes_are_written_down(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    factor = has_app(session, staff.navigator)
    sign_in_wholly(client, staff.navigator, factor)

    client.post("/account/factors/recovery-codes")

    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.CODES_RENEWED)).one()
    assert (event.person_id, event.clinic_id) == (staff.navigator.id, staff.clinic.id)
