"""A forgotten password: the same answer for everybody, one link that works once, and the second factor as ever."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from referral.accounts.models import Membership, Person, SignedLink
from referral.accounts.reset import LIVES_FOR, answer_reset_wishes
from referral.accounts.reset_models import ResetWish
from referral.accounts.roles import Role
from referral.accounts.throttles import RESETS_PER_ACCOUNT, RESETS_PER_ADDRESS, WINDOW
from referral.audit.models import AuditEvent
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.outbox import hooks
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from resources_directory.db import new_id
from tests.accounts.conftest import ELSEWHERE, HOME, PASSWORD, Staff, is_signed_in, post_sign_in
from tests.factories import Town
from tests.sign_in import sign_in

NADIA = "nadia@clinic.example"
NEW_PASSWORD = "eleven brass kites hum"

SCANNERS = ["Barracuda Sentinel (EE)", "Mozilla/5.0 (compatible; SafeLinks)", "Mimecast/URL-Protect"]


def ask(client: FlaskClient, email: str = NADIA, *, address: str = HOME) -> int:
    return client.post("/forgotten", data={"email": email}, environ_base={"REMOTE_ADDR": address}).status_code


def mails(session: ScopedSession, composer: str = "password_reset") -> list[Composed | Suppressed]:
    session.rollback()
    session.expire_all()
    found = session.scalars(
        select(Message).where(Message.composer == composer).order_by(Message.created_at, Message.id)
    )
    return [hooks.compose(session, message, clock.now()) for message in found.all()]  # type: ignore[misc]  # no postponing


def link_path(database: Database, session: ScopedSession, client: FlaskClient, email: str = NADIA) -> str:
    """Ask for a link, let the worker answer, and return the path that the e-mail holds."""
    ask(client, email)
    answer_reset_wishes(database)
    mail = mails(session)[-1]
    session.rollback()
    assert isinstance(mail, Composed)
    return re.search(r"http://localhost(/reset/\S+)", mail.body)[1]  # type: ignore[index]  # it is there, or it fails


def choose(client: FlaskClient, path: str, password: str = NEW_PASSWORD) -> int:
    return client.post("/reset", data={"token": path.removeprefix("/reset/"), "password": password}).status_code


def test_one_form_is_one_wish_and_a_corrected_address_is_another(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    form = {"form_id": str(new_id())}
    session.rollback()

    for email in (NADIA, NADIA, f"x{NADIA}"):
        assert client.post("/forgotten", data=form | {"email": email}).status_code == 200

    assert session.scalar(select(func.count(ResetWish.id))) == 2


def test_a_forgotten_password_is_replaced_by_way_of_an_e_mail(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    path = link_path(database, session, client)

    page = client.get(path)
    response = client.post("/reset", data={"token": path.removeprefix("/reset/"), "password": NEW_PASSWORD})

    assert page.status_code == 200
    assert response.headers["Location"] == "/sign-in"
    assert post_sign_in(client, NADIA, PASSWORD).status_code == 422
    assert post_sign_in(client, NADIA, NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize("email", [NADIA, "NADIA@Clinic.example", "nobody@clinic.example"])
def test_the_answer_tells_nothing_about_the_account(client: FlaskClient, staff: Staff, email: str) -> None:
    page = client.post("/forgotten", data={"email": email}).get_data(as_text=True)

    assert f"If {email.lower()} has an account with a password, an e-mail with a link is on its way." in page


def test_every_address_costs_the_same_work(app: Flask, client: FlaskClient, staff: Staff, database: Database) -> None:
    """The page asks the database the very same things, so that no clock tells accounts apart."""
    ask(client, "somebody@clinic.example")  # the very first one makes the installation's key
    asked: list[list[str]] = []
    for email in (NADIA, "nobody@clinic.example"):
        statements: list[str] = []
        with watching(database, statements):
            ask(client, email, address=email)
        asked.append(statements)

    assert asked[0] == asked[1]
    assert not any("person" in statement and "email" in statement for statement in asked[0])


def test_only_whoever_may_sign_in_gets_an_e_mail(
    client: FlaskClient, staff: Staff, town: Town, database: Database
) -> None:
    staff.navigator.suspended_at = clock.now()
    for membership in town.session.scalars(select(Membership).where(Membership.person_id == staff.platform.id)):
        membership.ended_at = clock.now()
    town.commit()

    for email in (NADIA, "pia@clinic.example", "nobody@clinic.example"):
        ask(client, email)
    answer_reset_wishes(database)

    assert mails(town.session) == []
    assert town.session.scalar(select(func.count()).select_from(ResetWish)) == 0


@pytest.mark.parametrize("scanner", SCANNERS)
def test_a_scanner_that_opens_the_link_uses_nothing_up(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database, scanner: str
) -> None:
    path = link_path(database, session, client)

    for _time in range(3):
        client.get(path, headers={"User-Agent": scanner})
        client.head(path, headers={"User-Agent": scanner})

    assert session.scalars(select(SignedLink.used_at)).all() == [None]
    session.rollback()
    assert choose(client, path) == 303


def test_the_link_works_once(client: FlaskClient, staff: Staff, session: ScopedSession, database: Database) -> None:
    path = link_path(database, session, client)

    assert choose(client, path) == 303

    assert (client.get(path).status_code, choose(client, path, "nine quiet lobsters vote")) == (410, 410)
    assert post_sign_in(client, NADIA, NEW_PASSWORD).status_code == 303


def test_of_many_at_once_exactly_one_succeeds(
    app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    path = link_path(database, session, client)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: choose(app.test_client(), path, f"{NEW_PASSWORD} {n}"), range(8)))

    assert sorted(answers) == [303, *[410] * 7]
    assert post_sign_in(client, NADIA, f"{NEW_PASSWORD} {answers.index(303)}").status_code == 303


def test_a_used_link_ends_the_other_ones(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    first = link_path(database, session, client)
    second = link_path(database, session, client)

    assert choose(client, second) == 303
    assert choose(client, first) == 410
    assert first != second


def test_the_link_lives_half_an_hour(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    path, start = link_path(database, session, client), clock.wall()

    with time_machine.travel(start + LIVES_FOR - timedelta(seconds=30)):
        early = client.get(path).status_code
    with time_machine.travel(start + LIVES_FOR + timedelta(seconds=1)):
        late = client.get(path).status_code

    assert (early, late) == (200, 410)


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: token[:-1] + "g", lambda _token: "x",
                                    lambda token: token.replace(".1.", ".2."), lambda _token: ""])  # fmt: skip
def test_a_changed_link_opens_nothing(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database, change: object
) -> None:
    token = link_path(database, session, client).removeprefix("/reset/")

    assert choose(client, f"/reset/{change(token)}") == 410  # type: ignore[operator]  # a table of functions


def test_a_link_for_something_else_resets_nothing(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    path = link_path(database, session, client)

    assert client.get(path.replace("/reset/", "/invitation/")).status_code == 410


def test_nobody_is_signed_in_by_a_reset_and_the_second_factor_stays(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    path = link_path(database, session, client)

    choose(client, path)

    assert client.get_cookie("needsrx") is None
    post_sign_in(client, NADIA, NEW_PASSWORD)
    assert client.get("/patients/").headers["Location"].startswith("/second-factor")


def test_a_reset_signs_the_person_out_everywhere(
    app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    sign_in(client, staff.navigator)
    colleague = app.test_client()
    sign_in(colleague, staff.administrator)
    path = link_path(database, session, app.test_client())

    choose(app.test_client(), path)

    assert (is_signed_in(client), is_signed_in(colleague)) == (False, True)


@pytest.mark.parametrize("password", ["short", "x" * 200, "password1234", "hazelgrove2026", "Nadia@clinic.example1"])
def test_a_new_password_obeys_the_same_rules(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database, password: str
) -> None:
    path = link_path(database, session, client)

    refused = choose(client, path, password)

    assert refused == 422
    assert choose(client, path) == 303  # the link was not used up


def test_who_is_suspended_after_asking_resets_nothing(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    path = link_path(database, session, client)
    session.get_one(Person, staff.navigator.id).suspended_at = clock.now()
    session.commit()

    assert (client.get(path).status_code, choose(client, path)) == (410, 410)
    assert [type(mail) for mail in mails(session)] == [Suppressed]


def test_a_reset_is_written_down_and_told_to_the_owner(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    choose(client, link_path(database, session, client))

    notice = mails(session, "password_changed")[0]
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "password_reset")).one()
    assert isinstance(notice, Composed)
    assert (notice.to, "was changed on" in notice.body, "http" in notice.body) == (NADIA, True, False)
    assert (event.person_id, event.clinic_id, event.actor) == (staff.navigator.id, staff.clinic.id, "link")


def test_more_wishes_than_a_few_send_no_more_e_mails(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    statuses = [ask(client, address=f"198.51.100.{n}") for n in range(RESETS_PER_ACCOUNT + 2)]
    answer_reset_wishes(database)

    assert statuses == [200] * len(statuses)  # the answer tells nothing
    assert len(mails(session)) == RESETS_PER_ACCOUNT
    session.rollback()
    with time_machine.travel(clock.wall() + WINDOW + timedelta(seconds=1)):
        ask(client)
        answer_reset_wishes(database)
        assert len(mails(session)) == RESETS_PER_ACCOUNT + 1


def test_one_address_that_asks_for_everybody_is_slowed_down_and_nobody_else(client: FlaskClient, staff: Staff) -> None:
    statuses = [ask(client, f"person{n}@clinic.example") for n in range(RESETS_PER_ADDRESS + 1)]

    assert statuses == [200] * RESETS_PER_ADDRESS + [429]
    assert ask(client, address=ELSEWHERE) == 200


def test_asking_for_resets_does_not_slow_signing_in(client: FlaskClient, staff: Staff) -> None:
    for n in range(RESETS_PER_ADDRESS + 1):
        ask(client, address=HOME if n else ELSEWHERE)

    assert post_sign_in(client, NADIA).status_code == 303


def test_the_token_stands_in_no_address_after_the_first_page(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    path = link_path(database, session, client)
    token = path.removeprefix("/reset/")

    page = client.get(path)
    again = client.post("/reset", data={"token": token, "password": "short"})
    done = client.post("/reset", data={"token": token, "password": NEW_PASSWORD})

    assert 'action="/reset"' in page.get_data(as_text=True)
    assert token not in done.headers["Location"]
    answers = (page, again, done, client.get(path))
    assert {answer.headers["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert not any(f"/{token}" in answer.get_data(as_text=True) for answer in (again, done))


def test_neither_the_address_nor_the_token_is_stored_readably(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    ask(client)
    wish = session.scalars(select(ResetWish)).one()
    stored = [str(value) for value in vars(wish).values()]
    session.rollback()
    token = link_path(database, session, client).rsplit(".", 1)[1]
    rows = [
        *session.scalars(select(SignedLink)),
        *session.scalars(select(Message)),
        *session.scalars(select(AuditEvent)),
    ]

    assert not any(NADIA in value for value in stored)
    assert not any(token in str(value) for row in rows for value in vars(row).values())


def test_the_e_mail_speaks_the_persons_language(
    client: FlaskClient, staff: Staff, session: ScopedSession, database: Database
) -> None:
    session.get_one(Person, staff.navigator.id).language = "es"
    session.commit()

    link_path(database, session, client)

    mail = mails(session)[0]
    assert isinstance(mail, Composed)
    assert (mail.to, mail.language) == (NADIA, "es")


def test_the_sign_in_page_leads_to_it(client: FlaskClient) -> None:
    assert 'href="/forgotten"' in client.get("/sign-in").get_data(as_text=True)
    assert client.get("/forgotten").status_code == 200
    assert ask(client, "no address") == 422


def test_a_person_with_two_roles_is_told_by_the_member_they_worked_for_last(
    client: FlaskClient, staff: Staff, town: Town, database: Database
) -> None:
    other = town.clinic()
    town.session.add(
        Membership(member_id=other.id, person_id=staff.navigator.id, role=Role.CLINICIAN, created_at=clock.now())
    )
    town.commit()

    link_path(database, town.session, client)  # type: ignore[arg-type]  # the fixture's session is a scoped one

    assert town.session.scalars(select(Message.clinic_id)).all() == [staff.clinic.id]


class watching:  # noqa: N801 - reads as a context
    """Collects the statements that the database is asked."""

    def __init__(self, database: Database, statements: list[str]) -> None:
        self.engine, self.statements = database.engine, statements

    def __enter__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self._note)

    def __exit__(self, *_error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.statements.append(statement)
