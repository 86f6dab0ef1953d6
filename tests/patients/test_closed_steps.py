"""A step that cannot be taken says so when it is opened, with what can still be done."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.kit import clock
from referral.patients.closed_steps import STEPS
from referral.patients.models import Patient
from tests.factories import Town
from tests.sign_in import sign_in

PAGES = ("prescribe", "screen", "needs/new")


@pytest.fixture
def doctor(client: FlaskClient, town: Town, clinic: Member) -> FlaskClient:
    """A clinician, who may do all of it."""
    person = town.person(clinic, Role.CLINICIAN)
    town.commit()
    sign_in(client, person)
    return client


@pytest.fixture
def patient(town: Town, clinic: Member) -> Patient:
    patient = town.patient(clinic)
    town.need(patient)
    return patient


def dies(town: Town, patient: Patient) -> None:
    patient.deceased_at = clock.now()


def moves(town: Town, patient: Patient) -> None:
    patient.moved_at = clock.now()


def is_merged(town: Town, patient: Patient) -> None:
    clinic = town.session.get(Member, patient.clinic_id)
    assert clinic is not None
    patient.merged_into_id = town.patient(clinic).id


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (dies, "This patient has died. Nobody screens, writes down a need or prescribes any more."),
        (moves, "This patient has moved to another clinic"),
        (is_merged, "This record was merged into another one"),
    ],
    ids=["died", "moved", "merged"],
)
def test_nothing_new_is_begun_and_what_is_left_is_said(
    doctor: FlaskClient, town: Town, patient: Patient, happens, told: str, page: str
) -> None:
    happens(town, patient)
    town.commit()

    answer = doctor.get(f"/patients/{patient.id}/{page}")

    assert answer.status_code == 200
    assert told in answer.text
    assert "What can still be done" in answer.text
    assert 'method="post" novalidate' not in answer.text
    assert 'name="lines-0-service"' not in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_it_begins_for_everybody_else(doctor: FlaskClient, town: Town, patient: Patient, page: str) -> None:
    town.commit()

    assert "Nothing new can be begun" not in doctor.get(f"/patients/{patient.id}/{page}").text


def test_nobody_learns_of_a_death_at_another_clinic(doctor: FlaskClient, town: Town) -> None:
    there = town.patient(town.clinic(), deceased_at=clock.now())
    town.commit()

    for page in PAGES:
        assert doctor.get(f"/patients/{there.id}/{page}").status_code == 404


def test_the_record_of_somebody_who_died_asks_for_no_death_any_more(
    doctor: FlaskClient, town: Town, patient: Patient
) -> None:
    patient.deceased_at = clock.now()
    town.commit()

    page = doctor.get(f"/patients/{patient.id}").text

    assert ">The patient has died<" not in page
    assert "Change the day of the death, or take it back" in page
    assert "The patient moves to another clinic" not in page


def test_every_closed_step_is_a_page_of_the_product(app: Flask) -> None:
    gets = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}

    assert set(STEPS) <= gets
