"""Signing in: what is let in, what is refused, what is told, what is written down."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.accounts import passwords
from referral.accounts.models import Invitation, LoginSession, Member, Membership, Person
from referral.accounts.signing_in import SignInRefused, admit
from referral.accounts.signing_in import sign_in as enter
from referral.audit.models import AuditEvent
from referral.kit.installation import installation
from referral.kit.scope import NOBODY, ScopedSession
from referral.kit.transaction import Database
from tests.accounts.conftest import HOME, PASSWORD, Staff, cookie_of, is_signed_in, post_sign_in
from tests.factories import Town
from tests.sign_in import sign_in


def events(session: ScopedSession) -> list[tuple[str, object]]:
    session.rollback()
    rows = session.execute(select(AuditEvent.kind, AuditEvent.person_id).order_by(AuditEvent.at, AuditEvent.id))
    return [(kind, person_id) for kind, person_id in rows if not kind.startswith("c")]


@pytest.mark.parametrize("shape", [str, str.upper, lambda email: f"  {email} "])
def test_the_right_password_signs_in(client: FlaskClient, staff: Staff, shape: object) -> None:
    response = post_sign_in(client, shape(staff.navigator.email))  # type: ignore[operator]  # a table of functions

    assert response.status_code == 303
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nadia@clinic.example", "seven tame otters jungle"),
        ("nadia@clinic.example", PASSWORD.upper()),
        ("nadia@clinic.example", f" {PASSWORD} "),
        ("nadia@clinic.example", "x" * 100_000),
        ("nadia@clinic.example", "seven\x00tame"),
        ("nobody@clinic.example", PASSWORD),
        ("not an address \x00", PASSWORD),
        ("nadia@clinic.example", ""),
    ],
)
def test_anything_else_does_not(client: FlaskClient, staff: Staff, email: str, password: str) -> None:
    response = post_sign_in(client, email, password)

    assert response.status_code == 422
    assert cookie_of(client) is None


def test_nothing_tells_whether_an_account_exists(
    client: FlaskClient, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    verify = passwords._hasher.verify.__func__  # type: ignore[attr-defined]  # counted, then called
    monkeypatch.setattr(
        type(passwords._hasher), "verify", lambda self, *given: looked_at.append(given[0][:30]) or verify(self, *given)
    )

    pages = [
        post_sign_in(client, email, "wrong wrong wrong").get_data(as_text=True).replace(email, "")
        for email in (staff.navigator.email, "nobody@clinic.example")
    ]

    assert len(looked_at) == 2  # both pay for one hash
    assert looked_at[0] == looked_at[1]  # of the same cost
    assert _without_tokens(pages[0]) == _without_tokens(pages[1])


def test_sign_in_and_sign_out_are_written_down(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    post_sign_in(client, staff.navigator.email, "wrong wrong wrong")
    post_sign_in(client, "nobody@clinic.example")
    post_sign_in(client, staff.navigator.email)
    client.post("/sign-out")

    who = staff.navigator.id
    assert events(session) == [
        ("sign_in_failed", who),
        ("sign_in_failed", None),
        ("signed_in", who),
        ("signed_out", who),
    ]


def test_what_is_denied_is_written_down_and_looks_missing(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    sign_in(client, staff.navigator)

    denied, absent = client.get("/members"), client.get("/no-such-page")

    assert denied.status_code == absent.status_code == 404
    assert _without_tokens(denied.get_data(as_text=True)) == _without_tokens(
        absent.get_data(as_text=True).replace("/no-such-page", "/members")
    )
    assert events(session) == [("denied", staff.navigator.id)]


def test_a_person_without_membership_cannot_sign_in(client: FlaskClient, staff: Staff, town: Town) -> None:
    for membership in town.session.scalars(select(Membership).where(Membership.person_id == staff.navigator.id)):
        membership.ended_at = membership.created_at
    town.commit()

    assert post_sign_in(client, staff.navigator.email).status_code == 422


def test_whoever_asked_for_a_page_is_led_back_to_it(client: FlaskClient, staff: Staff) -> None:
    asked = client.get("/account?x=1")
    assert asked.headers["Location"] == "/sign-in?next=/account?x%3D1"

    response = post_sign_in(client, staff.navigator.email, wanted="/account?x=1")

    assert response.headers["Location"] == "/second-factor?next=/account?x%3D1"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"])
def test_nobody_is_led_to_another_host(app: Flask, client: FlaskClient, staff: Staff, wanted: str) -> None:
    responses = [
        post_sign_in(client, staff.navigator.email, wanted=wanted),
        client.get("/sign-in", query_string={"next": wanted}),
        client.post("/language", data={"language": "es", "next": wanted}),
    ]

    for response in responses:
        assert response.headers.get("Location", "/") in ("/", "/second-factor")
    assert responses[1].status_code == 200  # no redirect at all


@pytest.mark.parametrize(
    ("method", "headers"),
    [("POST", {}), ("GET", {"X-Refresh": "inbox"}), ("GET", {"Accept": "application/json"})],
)
def test_what_is_no_page_visit_is_told_plainly_to_sign_in(
    client: FlaskClient, method: str, headers: dict[str, str]
) -> None:
    path = "/account/password" if method == "POST" else "/account"

    assert client.open(path, method=method, headers=headers).status_code == 401


def test_an_old_hash_is_renewed_at_sign_in(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    session.get_one(Person, staff.navigator.id).password_hash = weak
    session.commit()

    post_sign_in(client, staff.navigator.email)

    session.expire_all()
    assert "m=19456,t=2,p=1" in str(session.get_one(Person, staff.navigator.id).password_hash)


def test_a_fresh_database_holds_no_account(app: Flask, session: ScopedSession) -> None:
    counts = [
        session.scalar(select(func.count()).select_from(table)) for table in (Person, Member, Membership, Invitation)
    ]

    assert counts == [0, 0, 0, 0]


def test_a_demo_offers_its_people_with_one_button_each(client: FlaskClient, staff: Staff) -> None:
    page = client.get("/sign-in").get_data(as_text=True)
    membership_id = page.split('name="membership_id"')[1].split('value="')[1].split('"')[0]

    response = client.post("/sign-in/demo", data={"membership_id": membership_id})

    assert response.status_code == 303
    assert is_signed_in(client)


@pytest.mark.parametrize("is_demo", [True, False])
def test_a_demo_tells_its_password_where_one_is_asked_for_and_nothing_else_does(
    client: FlaskClient, staff: Staff, session: ScopedSession, is_demo: bool
) -> None:
    installation(session).demo = is_demo
    session.commit()

    first = client.get("/sign-in").text
    sign_in(client, staff.navigator)
    asked = client.get("/confirm?next=/account").text

    assert [passwords.DEMO_PASSWORD in page for page in (first, asked)] == [is_demo, is_demo]
    assert 'type="password"' in asked


def test_outside_a_demo_nobody_is_offered(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    membership_id = session.scalars(select(Membership.id).order_by(Membership.id)).first()
    installation(session).demo = False
    session.commit()

    page = client.get("/sign-in").get_data(as_text=True)
    response = client.post("/sign-in/demo", data={"membership_id": str(membership_id)})

    assert staff.navigator.name not in page
    assert response.status_code == 404
    assert not is_signed_in(client)


def test_the_chosen_language_is_kept_for_the_person(app: Flask, client: FlaskClient, staff: Staff) -> None:
    sign_in(client, staff.navigator)
    client.post("/language", data={"language": "es", "next": "/account"})

    elsewhere = app.test_client()
    sign_in(elsewhere, staff.navigator)

    assert '<html lang="es"' in elsewhere.get("/account").get_data(as_text=True)


def test_a_language_without_pages_is_refused(client: FlaskClient) -> None:
    assert client.post("/language", data={"language": "xx"}).status_code == 404


def _without_tokens(page: str) -> list[str]:
    """Leave out what differs on every page: nonce, form token, form id, the demo's clock, the request's number."""
    marks = ("nonce=", "csrf_token", "form_id", "demo clock", "say this number")
    return [line for line in page.splitlines() if not any(mark in line for mark in marks)]


@pytest.mark.parametrize("outdated", [False, True])
def test_a_sign_in_whose_password_was_changed_meanwhile_is_refused(
    database: Database, staff: Staff, session: ScopedSession, monkeypatch: pytest.MonkeyPatch, outdated: bool
) -> None:
    monkeypatch.setattr(passwords, "needs_rehash", lambda _hash: outdated)
    admitted = admit(database, staff.navigator.email, PASSWORD, address=HOME)
    staff.navigator.password_hash = "what a reset wrote"
    session.commit()

    with pytest.raises(SignInRefused), database.writing(NOBODY) as writing:
        enter(writing, admitted)

    session.refresh(staff.navigator)
    assert staff.navigator.password_hash == "what a reset wrote"
    assert session.scalars(select(LoginSession.id)).all() == []


def test_a_sign_in_of_before_the_change_stores_todays_parameters(
    database: Database, staff: Staff, session: ScopedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "needs_rehash", lambda _hash: True)
    before = staff.navigator.password_hash
    session.rollback()

    admitted = admit(database, "nadia@clinic.example", PASSWORD, address=HOME)
    with database.writing(NOBODY) as writing:
        enter(writing, admitted)

    session.refresh(staff.navigator)
    assert staff.navigator.password_hash not in (before, None)
    assert passwords.matches(staff.navigator.password_hash, PASSWORD)
