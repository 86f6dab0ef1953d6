"""Emergency access: who may open whose records, what it gives, what is told and written, and how it ends."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from referral.accounts import glass
from referral.accounts.glass_closing import end_dead_glass
from referral.accounts.glass_models import BreakGlass, GlassEnd
from referral.accounts.glass_notice import compose_glass_notice
from referral.accounts.models import LoginSession, Member, Membership, Person
from referral.accounts.roles import MemberKind, Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.policy import PUBLIC, policy, route_policies
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.outbox.hooks import Composed
from referral.outbox.models import Message
from referral.patients.models import Patient
from tests.factories import Town
from tests.sign_in import sign_in

REASON = "A child is unconscious here and her record is at your clinic."

#: Unsafe routes that emergency access may use, and why they change no record.
USED = {
    "patients.search_patients": "a search, posted so that no name stands in an address",
    "glass.end": "the way out",
}


@dataclass
class Emergency:
    """Two clinics; Carla of the first needs Rosa's record, which is the second's."""

    clinic: Member
    other: Member
    carla: Person
    officer: Person
    rosa: Patient


@pytest.fixture
def emergency(town: Town) -> Emergency:
    clinic, other = town.clinic(name="Hazel Grove"), town.clinic(name="Larkmead")
    carla = town.person(clinic, Role.CLINICIAN, "Carla Ortiz")
    officer = town.person(other, Role.PRIVACY_OFFICER, "Olga Petrov")
    rosa = town.patient(other)
    town.commit()
    return Emergency(clinic, other, carla, officer, rosa)


def open_records(client: FlaskClient, clinic: Member, reason: str = REASON) -> TestResponse:
    return client.post("/emergency-access", data={"clinic": str(clinic.id), "reason": reason})


def count(session: ScopedSession, entity: Any, *which: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(entity).where(*which)) or 0


def opened(session: ScopedSession) -> BreakGlass:
    session.rollback()
    return session.scalars(select(BreakGlass)).one()


def test_without_it_the_other_clinics_record_is_not_there(client: FlaskClient, emergency: Emergency) -> None:
    sign_in(client, emergency.carla)

    assert client.get(f"/patients/{emergency.rosa.id}").status_code == 404


def test_it_opens_one_clinics_records_and_says_so_on_every_page(client: FlaskClient, emergency: Emergency) -> None:
    sign_in(client, emergency.carla)

    assert open_records(client, emergency.other).status_code == 303

    page = client.get(f"/patients/{emergency.rosa.id}")
    assert page.status_code == 200
    for words in ("Rosa Molina", "Emergency access to the records of Larkmead", "End emergency access", "Time left"):
        assert words in page.text


def test_the_own_clinics_records_are_closed_meanwhile(client: FlaskClient, town: Town, emergency: Emergency) -> None:
    own = town.patient(emergency.clinic, given_name="Own")
    town.commit()
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)

    assert client.get(f"/patients/{own.id}").status_code == 404


def test_the_browser_gets_a_new_secret_and_the_old_one_is_dead(client: FlaskClient, emergency: Emergency) -> None:
    sign_in(client, emergency.carla)
    before = client.get_cookie("needsrx")
    assert before is not None

    open_records(client, emergency.other)

    after = client.get_cookie("needsrx")
    assert after is not None
    assert after.value != before.value
    client.set_cookie("needsrx", before.value)
    assert client.get("/patients/").status_code == 302


@pytest.mark.parametrize(
    ("role", "kind", "target", "status"),
    [
        (Role.CLINICIAN, MemberKind.CLINIC, "other", 303),
        (Role.CLINICIAN, MemberKind.CLINIC, "own", 422),
        (Role.CLINIC_ADMINISTRATOR, MemberKind.CLINIC, "other", 303),
        (Role.ANALYST, MemberKind.CLINIC, "own", 303),
        (Role.ANALYST, MemberKind.CLINIC, "other", 422),
        (Role.DIRECTORY_EDITOR, MemberKind.CLINIC, "own", 303),
        (Role.PLATFORM_ADMINISTRATOR, MemberKind.NETWORK, "other", 303),
        (Role.ANALYST, MemberKind.NETWORK, "other", 422),
        (Role.NAVIGATOR, MemberKind.CLINIC, "other", 404),
        (Role.PRIVACY_OFFICER, MemberKind.CLINIC, "other", 404),
        (Role.ORGANIZATION_STAFF, MemberKind.ORGANIZATION, "other", 404),
    ],
)
def test_each_role_opens_what_it_may(
    client: FlaskClient, town: Town, role: Role, kind: MemberKind, target: str, status: int
) -> None:
    own, other = town.member(kind), town.clinic()
    for clinic in {own, other} if kind is MemberKind.CLINIC else {other}:
        town.person(clinic, Role.PRIVACY_OFFICER)
    somebody = town.person(own, role)
    town.commit()
    sign_in(client, somebody)

    assert open_records(client, own if target == "own" else other).status_code == status


@pytest.mark.parametrize("reason", ["", "  ", "She needs it now.", "                    x"])
def test_a_reason_that_explains_nothing_opens_nothing(
    client: FlaskClient, session: ScopedSession, emergency: Emergency, reason: str
) -> None:
    sign_in(client, emergency.carla)

    answer = open_records(client, emergency.other, reason)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert count(session, BreakGlass) == 0


def test_one_factor_is_not_enough_for_anybody(client: FlaskClient, town: Town, session: ScopedSession) -> None:
    clinic = town.clinic()
    analyst = town.person(clinic, Role.ANALYST)
    town.commit()
    sign_in(client, analyst, factors=1)

    assert client.get("/emergency-access").headers["Location"].startswith("/second-factor")
    assert open_records(client, clinic).status_code == 403
    assert count(session, BreakGlass) == 0


def test_who_proved_themselves_too_long_ago_proves_it_again(client: FlaskClient, emergency: Emergency) -> None:
    sign_in(client, emergency.carla)

    with time_machine.travel(clock.wall() + timedelta(minutes=11), tick=False):
        assert client.get("/emergency-access").headers["Location"].startswith("/confirm")
        assert open_records(client, emergency.other).status_code == 403


def test_a_second_one_is_refused_while_one_is_open(
    app: Flask, client: FlaskClient, session: ScopedSession, emergency: Emergency
) -> None:
    elsewhere = app.test_client()
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)
    sign_in(elsewhere, emergency.carla)

    answer = open_records(elsewhere, emergency.other)

    assert answer.status_code == 422
    assert "You have emergency access open in another window." in answer.text
    assert count(session, BreakGlass) == 1


def test_it_is_audited_and_the_clinics_officers_and_administrators_are_told(
    client: FlaskClient, town: Town, session: ScopedSession, emergency: Emergency
) -> None:
    administrator = town.person(emergency.other, Role.CLINIC_ADMINISTRATOR)
    town.person(emergency.other, Role.ANALYST)
    town.person(emergency.clinic, Role.PRIVACY_OFFICER)
    town.commit()
    sign_in(client, emergency.carla)

    open_records(client, emergency.other)

    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.GLASS_OPENED)).one()
    assert (event.clinic_id, event.person_id) == (emergency.other.id, emergency.carla.id)
    mails = session.scalars(select(Message)).all()
    assert {mail.to_address for mail in mails} == {emergency.officer.email, administrator.email}


def test_a_clinic_without_either_has_the_network_told(
    client: FlaskClient, town: Town, session: ScopedSession, emergency: Emergency
) -> None:
    network = town.member(MemberKind.NETWORK)
    told = town.person(network, Role.PLATFORM_ADMINISTRATOR)
    alone = town.clinic(name="Alone")
    town.commit()
    sign_in(client, emergency.carla)

    open_records(client, alone)

    session.rollback()
    assert [mail.to_address for mail in session.scalars(select(Message))] == [told.email]


@pytest.mark.parametrize("only_themselves", [False, True])
def test_where_nobody_else_could_be_told_it_does_not_open(
    client: FlaskClient, town: Town, session: ScopedSession, emergency: Emergency, only_themselves: bool
) -> None:
    alone, opener = town.clinic(name="Alone"), emergency.carla
    if only_themselves:
        opener = town.person(town.member(MemberKind.NETWORK), Role.PLATFORM_ADMINISTRATOR)
    town.commit()
    sign_in(client, opener)

    answer = open_records(client, alone)

    assert answer.status_code == 422
    assert "names a privacy officer" in answer.text
    assert "call the clinic" in answer.text
    assert count(session, BreakGlass) == count(session, Message) == 0
    assert count(session, AuditEvent, AuditEvent.kind == AuditKind.GLASS_OPENED) == 0
    assert client.get("/", follow_redirects=True).status_code == 200


def test_the_mail_names_who_and_when_but_neither_patient_nor_reason(
    client: FlaskClient, session: ScopedSession, emergency: Emergency
) -> None:
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)
    session.rollback()

    mail = compose_glass_notice(session, session.scalars(select(Message)).one(), clock.now())

    assert isinstance(mail, Composed)
    for words in ("Olga Petrov", "Carla Ortiz (Clinician at Hazel Grove)", "http://localhost/privacy/emergency"):
        assert words in mail.body
    assert "Rosa" not in mail.body
    assert "unconscious" not in mail.body


def test_a_fault_between_audit_and_mail_undoes_both(
    client: FlaskClient, session: ScopedSession, emergency: Emergency, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_facts: object) -> None:
        raise RuntimeError("the mail could not be queued")

    rosa_id = emergency.rosa.id
    monkeypatch.setattr(glass, "tell_clinic", fail)
    sign_in(client, emergency.carla)

    assert open_records(client, emergency.other).status_code == 500

    assert count(session, BreakGlass) == 0
    assert count(session, AuditEvent, AuditEvent.kind == AuditKind.GLASS_OPENED) == 0
    assert count(session, Message) == 0
    session.rollback()  # a refusal is written down
    assert client.get(f"/patients/{rosa_id}").status_code == 404
    assert client.get("/patients/").status_code == 200


def test_a_fault_after_the_mail_leaves_no_mail_and_no_access(
    client: FlaskClient, session: ScopedSession, emergency: Emergency, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = glass.tell_clinic

    def tell_and_fail(told_by: ScopedSession, row: BreakGlass) -> int:
        tell(told_by, row)
        raise RuntimeError("the connection broke")

    monkeypatch.setattr(glass, "tell_clinic", tell_and_fail)
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)

    assert count(session, BreakGlass) == count(session, Message) == 0


@pytest.mark.parametrize(("seconds", "status"), [(59 * 60 + 59, 200), (60 * 60 + 1, 404)])
def test_it_lasts_an_hour_and_no_longer(
    client: FlaskClient, database: Database, emergency: Emergency, seconds: int, status: int
) -> None:
    began = clock.wall()
    with time_machine.travel(began, tick=False) as traveller:
        sign_in(client, emergency.carla)
        open_records(client, emergency.other)
        for quarter in (14, 28, 42, 56):
            traveller.move_to(began + timedelta(minutes=quarter))
            client.get("/patients/")
        traveller.move_to(began + timedelta(seconds=seconds))

        assert client.get(f"/patients/{emergency.rosa.id}").status_code == status


def test_after_its_time_the_person_is_themselves_again_and_the_end_is_written(
    client: FlaskClient, session: ScopedSession, emergency: Emergency
) -> None:
    began = clock.wall()
    with time_machine.travel(began, tick=False) as traveller:
        sign_in(client, emergency.carla)
        open_records(client, emergency.other)
        _keep_awake(client, traveller, began)
        traveller.move_to(began + timedelta(minutes=61))

        page = client.get("/patients/")

    assert "Emergency access has ended: its 60 minutes are over." in page.text
    assert "Clinician at Hazel Grove" in page.text
    assert opened(session).ended_how == GlassEnd.TIME_UP
    assert count(session, AuditEvent, AuditEvent.kind == AuditKind.GLASS_ENDED) == 1
    assert count(session, LoginSession, LoginSession.break_glass_id.is_not(None)) == 0


def _keep_awake(client: FlaskClient, traveller: Any, began: Any) -> None:
    for quarter in (14, 28, 42, 56):
        traveller.move_to(began + timedelta(minutes=quarter))
        client.get("/patients/")


def test_the_button_ends_it_with_a_new_secret(
    client: FlaskClient, session: ScopedSession, emergency: Emergency
) -> None:
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)
    during = client.get_cookie("needsrx")
    assert during is not None

    assert client.post("/emergency-access/end").status_code == 303

    assert client.get(f"/patients/{emergency.rosa.id}").status_code == 404
    assert "Clinician at Hazel Grove" in client.get("/patients/").text
    assert opened(session).ended_how == GlassEnd.BY_PERSON
    client.set_cookie("needsrx", during.value)
    assert client.get("/patients/").status_code == 302


def test_signing_out_ends_it(client: FlaskClient, session: ScopedSession, emergency: Emergency) -> None:
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)

    client.post("/sign-out")

    assert opened(session).ended_how == GlassEnd.SIGNED_OUT


@pytest.mark.parametrize("what", ["suspended", "membership ended"])
def test_who_loses_their_place_loses_it_at_the_next_request(
    client: FlaskClient, database: Database, session: ScopedSession, emergency: Emergency, what: str
) -> None:
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)
    with database.job("tests") as writing:
        if what == "suspended":
            writing.get_one(Person, emergency.carla.id).suspended_at = clock.now()
        else:
            membership = writing.scalars(select(Membership).where(Membership.person_id == emergency.carla.id)).one()
            membership.ended_at = clock.now()

    assert client.get(f"/patients/{emergency.rosa.id}").status_code == 302
    assert end_dead_glass(database) == 1
    assert opened(session).ended_how == GlassEnd.SIGNED_OUT


def test_the_worker_writes_the_end_of_what_nobody_came_back_to(
    client: FlaskClient, database: Database, session: ScopedSession, emergency: Emergency
) -> None:
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)
    still_open = end_dead_glass(database)

    with time_machine.travel(clock.wall() + timedelta(minutes=61), tick=False):
        assert (still_open, end_dead_glass(database), end_dead_glass(database)) == (0, 1, 0)

    assert opened(session).ended_how == GlassEnd.TIME_UP
    ended = select(AuditEvent.person_id).where(AuditEvent.kind == AuditKind.GLASS_ENDED)
    assert session.scalars(ended).one() == emergency.carla.id


def test_after_an_idle_quarter_another_can_be_opened(
    app: Flask, client: FlaskClient, session: ScopedSession, emergency: Emergency
) -> None:
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)

    with time_machine.travel(clock.wall() + timedelta(minutes=16), tick=False):
        sign_in(client, emergency.carla)
        assert open_records(client, emergency.other).status_code == 303

    assert count(session, BreakGlass) == 2


def _unsafe(app: Flask) -> list[tuple[str, str, str, str]]:
    return [row for row in route_policies(app) if {"POST", "PUT", "PATCH", "DELETE"} & set(row[1].split())]


def test_every_unsafe_route_refuses_it(app: Flask) -> None:
    unsafe = [(endpoint, name) for _path, _methods, endpoint, name in _unsafe(app) if name != PUBLIC]

    open_ones = {endpoint for endpoint, name in unsafe if Role.EMERGENCY in policy.roles_with(name)}

    assert len(unsafe) > 40
    assert open_ones == set(USED)


def test_every_unsafe_route_is_seen_to_refuse_it(app: Flask, client: FlaskClient, emergency: Emergency) -> None:
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)
    adapter = app.url_map.bind("localhost")
    here = {"patient_id": emergency.rosa.id}

    refused = {}
    for _path, methods, endpoint, name in _unsafe(app):
        if name == PUBLIC or endpoint in USED:
            continue
        rule = next(rule for rule in app.url_map.iter_rules(endpoint))
        values = {argument: here.get(argument, UUID(int=7)) for argument in rule.arguments}
        method = next(each for each in methods.split() if each != "GET")
        answer = client.open(adapter.build(endpoint, values, method=method), method=method)
        refused[endpoint] = answer.status_code

    assert {endpoint: status for endpoint, status in refused.items() if status != 404} == {}


def test_it_gives_neither_reports_nor_the_officers_pages_nor_the_account(
    client: FlaskClient, emergency: Emergency
) -> None:
    sign_in(client, emergency.carla)
    open_records(client, emergency.other)

    found = {path: client.get(path).status_code for path in ("/reports/", "/privacy/", "/account", "/people")}

    assert set(found.values()) == {404}


@pytest.mark.parametrize("role", [Role.ANALYST, Role.DIRECTORY_EDITOR])
def test_whoever_has_no_second_proof_yet_is_led_to_setting_one_up(
    client: FlaskClient, emergency: Emergency, town: Town, role: Role
) -> None:
    person = town.person(emergency.clinic, role)
    town.commit()
    sign_in(client, person, factors=1)

    page = client.get("/emergency-access", follow_redirects=True)

    assert (page.status_code, page.request.path) == (200, "/account/factors/")
    assert "Set it up, then open that page again" in page.get_data(as_text=True)
