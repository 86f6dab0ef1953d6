"""Reviewing emergency access: the count until it is reviewed, what was read, the finding, and not one's own."""

import threading
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.glass_models import BreakGlass, Finding, GlassEnd
from referral.accounts.models import Membership, Person
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.privacy.emergencies import review
from tests.factories import Town
from tests.privacy.conftest import Clinic
from tests.sign_in import sign_in

REASON = "A child is unconscious here and her record is at your clinic."
FINDING = {"finding": "appropriate", "words": "I called them; the child was there."}
WAITS = "1 emergency access waits for a review."


@pytest.fixture
def carla(town: Town, clinic: Clinic) -> Person:
    """Carla of Larkmead, who needs a record of Hazel Grove."""
    carla = town.person(clinic.elsewhere, Role.CLINICIAN, "Carla Ortiz")
    town.commit()
    return carla


def read_in_an_emergency(client: FlaskClient, clinic: Clinic, carla: Person, *, end: bool = True) -> str:
    """Have Carla read Rosa's page; return the path of the review."""
    sign_in(client, carla)
    client.post("/emergency-access", data={"clinic": str(clinic.member.id), "reason": REASON})
    client.get(f"/patients/{clinic.rosa.id}")
    client.get("/members")
    if end:
        client.post("/emergency-access/end")
    sign_in(client, clinic.officer)
    page = client.get("/privacy/emergency").text
    return "/privacy/emergency/" + page.split("/privacy/emergency/")[1][:36]


def test_every_page_of_the_officer_says_that_one_waits(client: FlaskClient, clinic: Clinic, carla: Person) -> None:
    read_in_an_emergency(client, clinic, carla)

    for path in ("", "exports", "denials", "patients/", "demands"):
        assert WAITS in client.get(f"/privacy/{path}").text


def test_the_officer_reads_who_why_and_everything_that_was_read(
    client: FlaskClient, clinic: Clinic, carla: Person
) -> None:
    path = read_in_an_emergency(client, clinic, carla)

    page = client.get(path).text

    for words in (
        "Carla Ortiz",
        "Clinician at Larkmead",
        REASON,
        "Looked at",
        "Rosa Molina",
        "They ended it themselves.",
    ):
        assert words in page
    assert "Was refused" in page
    assert "The list of members" in page


def test_what_the_person_does_as_themselves_is_not_part_of_it(
    town: Town, client: FlaskClient, clinic: Clinic, carla: Person
) -> None:
    own = town.patient(clinic.elsewhere, given_name="Own", family_name="Patient")
    town.commit()
    path = read_in_an_emergency(client, clinic, carla)
    sign_in(client, carla)
    client.get(f"/patients/{own.id}")
    sign_in(client, clinic.officer)

    assert "Own Patient" not in client.get(path).text


def test_a_finding_is_written_audited_and_takes_the_count_away(
    client: FlaskClient, session: ScopedSession, clinic: Clinic, carla: Person
) -> None:
    path = read_in_an_emergency(client, clinic, carla)

    assert client.post(f"{path}/review", data=FINDING).status_code == 303

    page = client.get(path).text
    assert "I called them; the child was there." in page
    assert "Olga Petrov" in page
    assert WAITS not in client.get("/privacy/").text
    session.rollback()
    assert session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.GLASS_REVIEWED)).one()


def test_a_finding_without_words_is_no_finding(client: FlaskClient, clinic: Clinic, carla: Person) -> None:
    path = read_in_an_emergency(client, clinic, carla)

    answer = client.post(f"{path}/review", data={"words": ""})

    assert answer.status_code == 422
    assert "Choose what you found." in answer.text
    assert "Write a few words." in answer.text


def test_it_is_reviewed_once(client: FlaskClient, clinic: Clinic, carla: Person) -> None:
    path = read_in_an_emergency(client, clinic, carla)
    client.post(f"{path}/review", data=FINDING)

    answer = client.post(f"{path}/review", data=FINDING | {"finding": "not_appropriate"})

    assert answer.status_code == 409
    assert "Somebody has reviewed this already." in answer.text


def test_nobody_reviews_their_own(town: Town, client: FlaskClient, clinic: Clinic, carla: Person) -> None:
    path = read_in_an_emergency(client, clinic, carla)
    membership = Membership(
        member_id=clinic.member.id, person_id=carla.id, role=Role.PRIVACY_OFFICER, created_at=clock.now()
    )
    town.session.add(membership)
    town.commit()
    sign_in(client, carla)
    client.post("/memberships", data={"membership_id": str(membership.id)})

    answer = client.post(f"{path}/review", data=FINDING)

    assert answer.status_code == 409
    assert "You opened this yourself." in answer.text


def test_one_still_open_is_ended_first(
    client: FlaskClient, session: ScopedSession, clinic: Clinic, carla: Person
) -> None:
    path = read_in_an_emergency(client, clinic, carla, end=False)

    assert client.post(f"{path}/review", data=FINDING).status_code == 409
    assert client.post(f"{path}/end").status_code == 303
    assert client.post(f"{path}/review", data=FINDING).status_code == 303

    session.rollback()
    assert session.scalars(select(BreakGlass.ended_how)).one() == GlassEnd.BY_OFFICER


def test_what_the_officer_ends_opens_nothing_from_the_next_page_on(
    client: FlaskClient, clinic: Clinic, carla: Person
) -> None:
    path = read_in_an_emergency(client, clinic, carla, end=False)
    theirs = client.application.test_client()
    sign_in(theirs, carla)
    client.post(f"{path}/end")

    assert theirs.get(f"/patients/{clinic.rosa.id}").status_code == 404


@pytest.mark.parametrize("path", ["", "/review", "/end"])
def test_another_clinics_officer_finds_nothing(
    town: Town, client: FlaskClient, clinic: Clinic, carla: Person, path: str
) -> None:
    other = town.person(clinic.elsewhere, Role.PRIVACY_OFFICER)
    town.commit()
    where = read_in_an_emergency(client, clinic, carla) + path
    sign_in(client, other)

    assert (client.post(where) if path else client.get(where)).status_code == 404
    assert "Carla" not in client.get("/privacy/emergency").text


def test_another_session_of_the_clinic_reads_no_reason(client: FlaskClient, clinic: Clinic, carla: Person) -> None:
    path = read_in_an_emergency(client, clinic, carla)
    sign_in(client, clinic.nadia)

    assert client.get(path).status_code == 404


def test_of_two_reviews_at_once_the_first_stands_and_the_other_is_told(
    app: Flask, client: FlaskClient, database: Database, clinic: Clinic, carla: Person
) -> None:
    path, by = read_in_an_emergency(client, clinic, carla), clinic.officer.id
    glass_id, told = UUID(path[-36:]), []

    def come_second() -> None:
        with app.app_context(), app.test_request_context():
            try:
                with database.job("second") as session:
                    glass = session.get_one(BreakGlass, glass_id)
                    review(session, glass, Finding.NOT_APPROPRIATE, words="Second.", by=by)
            except Conflict as error:
                told.append(str(error.message))

    waiting = threading.Thread(target=come_second)
    with database.job("first") as session:
        review(session, session.get_one(BreakGlass, glass_id), Finding.APPROPRIATE, words="First.", by=by)
        waiting.start()
        waiting.join(0.2)
    waiting.join(30)

    with database.job("tests") as session:
        glass = session.get_one(BreakGlass, glass_id)
        assert (glass.finding, glass.finding_words) == (Finding.APPROPRIATE, "First.")
    assert len(told) == 1
    assert "Somebody has reviewed this already." in told[0]
