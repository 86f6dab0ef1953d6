"""A clinician's home: own patients with something open, what became of the week, the same statements for many."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.roles import Role
from referral.kit import clock
from referral.patients.models import Patient
from referral.prescriptions.need_plans import record_answers
from referral.referrals.models import Referral
from referral.referrals.states import Mode, ReferralState
from referral.screening.hooks import NeedAnswer
from referral.screening.states import NeedStatus, WantsHelp
from resources_directory.db import new_id
from tests.prescriptions.conftest import counted
from tests.referrals.conftest import Place
from tests.sign_in import sign_in

HOME = "/my-patients"


@pytest.fixture
def clara(client: FlaskClient, place: Place) -> FlaskClient:
    """The clinician at a browser. Call `place.town.commit()` before using it."""
    place.town.commit()
    sign_in(client, place.clinician)
    return client


def signed(place: Place, name: str, state: ReferralState, **facts: Any) -> Referral:
    """A patient of that name with a referral signed by the clinician, in any state."""
    patient = place.town.patient(place.clinic, given_name=name, family_name="Lopez")
    need = place.town.need(patient, facts.pop("domain", "food"))
    referral = place.town.referral(need, place.service, by=place.clinician, state=state, **facts)
    place.town.commit()
    return referral


def test_a_clinician_starts_there(clara: FlaskClient):
    assert clara.get("/").location == HOME


def test_with_nothing_open_it_says_what_to_do(clara: FlaskClient):
    page = clara.get(HOME).text

    assert "None of your patients has anything open" in page
    assert "You signed no prescription in the last seven days" in page


BECAME = [
    (ReferralState.SENT, "Waiting"),
    (ReferralState.ACCEPTED, "Taken on"),
    (ReferralState.WAITLISTED, "Taken on, on a waiting list"),
    (ReferralState.COMPLETED, "Received"),
    (ReferralState.DECLINED, "Did not work out"),
    (ReferralState.NOT_COMPLETED, "Did not work out"),
    (ReferralState.EXPIRED, "Nobody answered"),
]


@pytest.mark.parametrize(("state", "words"), BECAME, ids=[str(state) for state, _words in BECAME])
def test_what_became_of_a_prescription_is_said_in_plain_words(place: Place, clara: FlaskClient, state, words):
    signed(place, "Aurelio", state)

    page = clara.get(HOME).text

    assert "Aurelio Lopez" in page
    assert f"<span>{words}</span>" in page


def test_silence_of_somebody_who_was_never_asked_is_not_silence(place: Place, clara: FlaskClient):
    signed(place, "Aurelio", ReferralState.IN_PROGRESS, mode=Mode.SELF_DIRECTED)

    assert "The patient goes or calls; not known yet" in clara.get(HOME).text


def test_two_sides_that_differ_are_not_called_received(place: Place, clara: FlaskClient):
    signed(place, "Aurelio", ReferralState.COMPLETED, answers_differ=True)

    page = clara.get(HOME).text

    assert "The two sides say different things" in page
    assert "<span>Received</span>" not in page


@pytest.mark.parametrize("state", [ReferralState.CANCELLED, ReferralState.ENTERED_IN_ERROR, ReferralState.DRAFT])
def test_what_was_taken_back_is_no_result(place: Place, clara: FlaskClient, state: ReferralState):
    signed(place, "Aurelio", state)

    assert "You signed no prescription in the last seven days" in clara.get(HOME).text


def test_what_is_older_than_a_week_is_not_of_the_week(place: Place, clara: FlaskClient):
    signed(place, "Aurelio", ReferralState.COMPLETED, signed_at=clock.now() - timedelta(days=8))

    assert "You signed no prescription in the last seven days" in clara.get(HOME).text


def test_what_is_open_is_said_for_each_patient(place: Place, clara: FlaskClient):
    signed(place, "Aurelio", ReferralState.SENT)
    place.need.confirmed_by = place.clinician.id
    other = place.town.need(place.patient, "housing", confirmed_by=place.clinician.id)
    place.town.need(place.patient, "utilities", status=NeedStatus.UNCONFIRMED)
    later = NeedAnswer(other.id, WantsHelp.NOT_NOW, again_on=clock.now().date() + timedelta(days=40))
    record_answers(place.town.session, [later], form_id=new_id(), by=place.clinician.id)
    place.town.commit()

    page = clara.get(HOME).text

    for words in ("1 request waits for an answer", "1 need without a place", "1 need to confirm", "Housing: Not now"):
        assert words in page


def test_patients_of_colleagues_are_not_mine(place: Place, clara: FlaskClient):
    need = place.town.need(place.town.patient(place.clinic, given_name="Benito"), "food")
    place.town.referral(need, place.service, by=place.navigator)
    place.town.commit()

    assert "Benito" not in clara.get(HOME).text


def test_the_dead_and_the_erased_are_not_listed(place: Place, clara: FlaskClient):
    referral = signed(place, "Aurelio", ReferralState.SENT, signed_at=clock.now() - timedelta(days=8))
    place.town.session.get_one(type(place.patient), referral.patient_id).deceased_at = clock.now()
    place.town.commit()

    assert "Aurelio" not in clara.get(HOME).text


def test_two_records_of_one_person_are_one_row_with_what_is_open_on_both(place: Place, clara: FlaskClient):
    kept = signed(place, "Aurelio", ReferralState.SENT)
    merged = signed(place, "Aureliano", ReferralState.ACCEPTED)
    place.town.session.get_one(Patient, merged.patient_id).merged_into_id = kept.patient_id
    place.town.commit()

    page = clara.get(HOME).text

    assert "Aureliano" not in page
    assert page.count("Aurelio Lopez") == 2, "once with what is open, once in the week"
    assert "1 request waits for an answer" in page
    assert "1 request is taken on" in page


def test_what_is_open_on_a_merged_record_alone_shows_the_kept_one(place: Place, clara: FlaskClient):
    merged = signed(place, "Aureliano", ReferralState.SENT)
    kept = place.town.patient(place.clinic, given_name="Aurelio", family_name="Lopez")
    place.town.session.get_one(Patient, merged.patient_id).merged_into_id = kept.id
    place.town.commit()

    page = clara.get(HOME).text

    assert "Aureliano" not in page
    assert f"/patients/{kept.id}" in page


def test_a_private_matter_shows_neither_need_nor_service(place: Place, clara: FlaskClient):
    signed(place, "Aurelio", ReferralState.IN_PROGRESS, domain="interpersonal_safety", mode=Mode.PHONE_HAND_OVER)

    page = clara.get(HOME).text

    assert "A private matter" in page
    assert "Green Table Boxes" not in page
    assert "Safety" not in page


def test_the_number_of_statements_does_not_grow_with_patients(place: Place, clara: FlaskClient, app: Flask):
    signed(place, "Aurelio", ReferralState.SENT)
    clara.get(HOME)
    with counted(app) as few:
        clara.get(HOME)
    for number in range(8):
        signed(place, f"Benito{number}", ReferralState.ACCEPTED)

    with counted(app) as many:
        clara.get(HOME)

    assert len(many) == len(few)


def test_another_clinic_sees_none_of_it(place: Place, client: FlaskClient):
    signed(place, "Aurelio", ReferralState.SENT)
    stranger = place.town.person(place.town.clinic(), Role.CLINICIAN)
    place.town.commit()
    sign_in(client, stranger)

    assert "Aurelio" not in client.get(HOME).text
