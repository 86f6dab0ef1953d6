"""Sessions: opaque, new at every sign-in, dead on the server when they end."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import LoginSession, Membership
from referral.accounts.queries import usual_membership
from referral.accounts.roles import MemberKind, Role
from referral.accounts.sessions import ABSOLUTE, MOST_AT_ONCE
from referral.audit.models import AuditEvent, AuditKind
from referral.kit.scope import NOBODY, ScopedSession
from referral.kit.transaction import Database
from tests.accounts.conftest import Staff, cookie_of, is_signed_in, post_sign_in
from tests.factories import Town
from tests.sign_in import sign_in

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_cookie_tells_nothing_and_only_its_hash_is_stored(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    post_sign_in(client, staff.navigator.email)
    secret = cookie_of(client)
    assert secret is not None

    stored = session.scalars(select(LoginSession).order_by(LoginSession.id)).one()

    assert len(secret) == 43  # 256 bits in base64
    assert secret.encode() not in stored.secret_hash
    assert len(stored.secret_hash) == 32


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("http://localhost", {"needsrx=", "HttpOnly", "Path=/", "SameSite=Lax"}),
        ("https://needsrx.example", {"__Host-needsrx=", "Secure", "HttpOnly", "Path=/", "SameSite=Lax"}),
    ],
)
def test_the_cookie_is_kept_from_scripts_and_other_hosts(
    app: Flask, client: FlaskClient, staff: Staff, base_url: str, expected: set[str]
) -> None:
    object.__setattr__(app.extensions["settings"], "public_base_url", base_url)

    response = post_sign_in(client, staff.navigator.email)

    name, *attributes = response.headers["Set-Cookie"].split("; ")
    assert {name.split("=")[0] + "=", *attributes} == expected


def test_a_planted_cookie_never_becomes_somebody(app: Flask, client: FlaskClient, staff: Staff) -> None:
    client.set_cookie("needsrx", "planted-by-somebody-else")
    post_sign_in(client, staff.navigator.email)

    attacker = app.test_client()
    attacker.set_cookie("needsrx", "planted-by-somebody-else")

    assert cookie_of(client) != "planted-by-somebody-else"
    assert not is_signed_in(attacker)


def test_signing_in_ends_the_former_sign_in_of_this_browser(app: Flask, client: FlaskClient, staff: Staff) -> None:
    post_sign_in(client, staff.navigator.email)
    former = cookie_of(client)
    post_sign_in(client, staff.administrator.email)

    replay = app.test_client()
    replay.set_cookie("needsrx", str(former))

    assert is_signed_in(client)
    assert not is_signed_in(replay)


def test_a_cookie_kept_after_sign_out_is_dead(app: Flask, client: FlaskClient, staff: Staff) -> None:
    post_sign_in(client, staff.navigator.email)
    kept = cookie_of(client)
    response = client.post("/sign-out")

    replay = app.test_client()
    replay.set_cookie("needsrx", str(kept))

    assert response.status_code == 303
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie_of(client) is None
    assert not is_signed_in(replay)


def test_signing_out_twice_does_no_harm(client: FlaskClient) -> None:
    assert client.post("/sign-out").status_code == 303


@pytest.mark.parametrize(
    ("kind", "role", "minutes"),
    [
        (MemberKind.CLINIC, Role.CLINICIAN, 15),
        (MemberKind.CLINIC, Role.ANALYST, 15),
        (MemberKind.NETWORK, Role.PLATFORM_ADMINISTRATOR, 15),
        (MemberKind.ORGANIZATION, Role.ORGANIZATION_STAFF, 30),
    ],
)
def test_an_idle_browser_is_signed_out(
    client: FlaskClient, town: Town, kind: MemberKind, role: Role, minutes: int
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        person = town.person(town.member(kind), role)
        town.commit()
        sign_in(client, person)

        traveller.shift(timedelta(minutes=minutes) - timedelta(seconds=1))
        before = is_signed_in(client)
        traveller.shift(timedelta(minutes=minutes))

        assert before
        assert not is_signed_in(client)


def test_who_was_signed_out_by_the_clock_is_told_so(client: FlaskClient, staff: Staff) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        sign_in(client, staff.navigator)
        traveller.shift(timedelta(hours=1))

        page = client.get("/account", follow_redirects=True).get_data(as_text=True)

    assert "signed out after a while without activity" in page


def test_work_keeps_a_browser_signed_in_but_never_longer_than_twelve_hours(client: FlaskClient, staff: Staff) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        sign_in(client, staff.navigator)
        seen = []
        for _ in range(ABSOLUTE // timedelta(minutes=10)):
            seen.append(is_signed_in(client))
            traveller.shift(timedelta(minutes=10))

        assert all(seen)
        assert not is_signed_in(client)


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(client: FlaskClient, staff: Staff) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        sign_in(client, staff.navigator)
        statuses = []
        for _ in range(4):
            statuses.append(client.get("/account", headers={"X-Refresh": "inbox"}).status_code)
            traveller.shift(timedelta(minutes=5))

        assert statuses == [200, 200, 200, 401]


def test_being_seen_is_written_at_most_once_a_minute(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        sign_in(client, staff.navigator)
        seen = []
        for _ in range(4):
            traveller.shift(timedelta(seconds=40))
            client.get("/account")
            seen.append(session.scalars(select(LoginSession.seen_at)).one() - NOON)
            session.rollback()

        assert [each.seconds for each in seen] == [0, 80, 80, 160]


def test_a_suspended_person_is_out_at_the_next_request(app: Flask, client: FlaskClient, staff: Staff) -> None:
    other, administrator = app.test_client(), app.test_client()
    for browser in (client, other):
        sign_in(browser, staff.navigator)
    sign_in(administrator, staff.administrator)
    assert is_signed_in(client)

    membership_id = _membership(app, staff)
    response = administrator.post(f"/memberships/{membership_id}/suspend")

    assert response.status_code == 303
    assert not is_signed_in(client)
    assert not is_signed_in(other)
    assert post_sign_in(client, staff.navigator.email).status_code == 422


def test_whose_membership_ended_is_out_at_the_next_request(app: Flask, client: FlaskClient, staff: Staff) -> None:
    administrator = app.test_client()
    sign_in(client, staff.navigator)
    sign_in(administrator, staff.administrator)
    assert is_signed_in(client)

    administrator.post(f"/memberships/{_membership(app, staff)}/end", data={"sure": "yes"})

    assert not is_signed_in(client)


def test_changing_roles_gives_a_new_session_id(app: Flask, client: FlaskClient, staff: Staff, town: Town) -> None:
    town.session.add(
        Membership(member_id=staff.clinic.id, person_id=staff.navigator.id, role=Role.CLINICIAN, created_at=NOON)
    )
    town.commit()
    sign_in(client, staff.navigator)
    former = cookie_of(client)
    offered = client.get("/memberships").get_data(as_text=True)
    wanted = offered.split('name="membership_id" value="')[1].split('"')[0]

    response = client.post("/memberships", data={"membership_id": wanted})

    replay = app.test_client()
    replay.set_cookie("needsrx", str(former))
    assert response.status_code == 303
    assert cookie_of(client) != former
    assert is_signed_in(client)
    assert not is_signed_in(replay)


def test_nobody_takes_on_another_persons_membership(app: Flask, client: FlaskClient, staff: Staff) -> None:
    sign_in(client, staff.administrator)

    response = client.post("/memberships", data={"membership_id": str(_membership(app, staff))})

    assert response.status_code == 404


def test_the_oldest_of_too_many_browsers_is_signed_out(app: Flask, staff: Staff) -> None:
    browsers = [app.test_client() for _ in range(MOST_AT_ONCE + 1)]
    with time_machine.travel(NOON, tick=False) as traveller:
        for browser in browsers:
            sign_in(browser, staff.navigator)
            traveller.shift(timedelta(seconds=1))

        assert [is_signed_in(browser) for browser in browsers] == [False] + [True] * MOST_AT_ONCE


def test_a_person_sees_and_ends_their_other_browsers(app: Flask, client: FlaskClient, staff: Staff) -> None:
    other = app.test_client()
    for browser in (client, other):
        sign_in(browser, staff.navigator)
    page = client.get("/account").get_data(as_text=True)

    client.post("/account/sign-ins/" + page.split('action="/account/sign-ins/')[1].split('"')[0])

    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_a_foreign_browser_cannot_be_ended(client: FlaskClient, staff: Staff, database: Database) -> None:
    sign_in(client, staff.administrator)
    with database.reading(NOBODY) as reader:
        foreign = reader.scalars(select(LoginSession.id)).one()
    sign_in(client, staff.navigator)

    assert client.post(f"/account/sign-ins/{foreign}/end").status_code == 404


def _membership(app: Flask, staff: Staff) -> object:
    with app.extensions["database"].job("tests") as session:
        return session.scalars(select(Membership.id).where(Membership.person_id == staff.navigator.id)).one()


def _both(app: Flask, staff: Staff) -> list[str]:
    """Give Nadia a second role; return the ids of both memberships."""
    with app.extensions["database"].job("tests") as session:
        session.add(
            Membership(member_id=staff.clinic.id, person_id=staff.navigator.id, role=Role.CLINICIAN, created_at=NOON)
        )
        session.flush()
        found = select(Membership.id).where(Membership.person_id == staff.navigator.id).order_by(Membership.id)
        return [str(each) for each in session.scalars(found)]


def test_switching_proves_nothing_anew(app: Flask, client: FlaskClient, staff: Staff) -> None:
    both = _both(app, staff)
    with time_machine.travel(NOON, tick=False) as traveller:
        sign_in(client, staff.navigator)
        statuses = []
        for step in range(3):
            statuses.append(client.get("/account/factors/key").status_code)
            traveller.shift(timedelta(minutes=9))
            client.post("/memberships", data={"membership_id": both[step % 2]})

    assert statuses == [200, 200, 302]


def test_switching_all_day_does_not_move_the_end(app: Flask, client: FlaskClient, staff: Staff) -> None:
    both = _both(app, staff)
    with time_machine.travel(NOON, tick=False) as traveller:
        sign_in(client, staff.navigator)
        statuses = []
        for step in range(ABSOLUTE // timedelta(minutes=9)):
            statuses.append(client.post("/memberships", data={"membership_id": both[step % 2]}).status_code)
            traveller.shift(timedelta(minutes=9))

        assert set(statuses) == {303}
        assert not is_signed_in(client)


def test_the_next_sign_in_begins_where_the_last_switch_led(app: Flask, client: FlaskClient, staff: Staff) -> None:
    both = _both(app, staff)
    for wanted in (both[0], both[1], both[0]):
        sign_in(client, staff.navigator)
        client.post("/memberships", data={"membership_id": wanted})

        with app.extensions["database"].job("tests") as session:
            assert str(usual_membership(session, staff.navigator.id)) == wanted


def test_ending_ones_other_browsers_is_written_down(
    app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    other = app.test_client()
    for browser in (client, other):
        sign_in(browser, staff.navigator)

    client.post("/account/sign-ins/end-others")

    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.SIGN_INS_ENDED)).one()
    assert (event.person_id, event.clinic_id) == (staff.navigator.id, staff.clinic.id)
    session.rollback()
    assert not is_signed_in(other)
