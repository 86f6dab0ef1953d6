"""Reasons beside a service: for whom it is, and what came of this patient's own earlier requests to it."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from referral.kit import clock
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import DeclineReason, Outcome, ReferralState, Side, TestimonyChannel
from resources_directory.models.capacity import CapacityStatus, CapacityWord
from resources_directory.models.language import Language
from tests.prescriptions.conftest import another, page_of
from tests.referrals.conftest import Place


def test_it_is_said_for_whom_a_service_is(offered: Place, nurse: FlaskClient):
    another(offered, "Zinnia Pantry")
    offered.service.eligibility_description = "For veterans."
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert "For whom: \u2068For veterans.\u2069 Ask whether that is so." in page
    assert page.index("Zinnia Pantry") < page.index("Green Table Boxes"), "it may not be for this patient"
    assert "No age limits are listed" not in page


def test_without_a_birth_date_what_is_for_an_age_comes_later_and_says_so(offered: Place, nurse: FlaskClient):
    another(offered, "Zinnia Pantry")
    offered.service.minimum_age = 60
    offered.town.session.add(Language(service_id=offered.service.id, code="es", name="Spanish"))
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert "Only for age 60 and older: the birth date is not known." in page
    assert page.index("Zinnia Pantry") < page.index("Green Table Boxes")


def declined(place: Place, reason: DeclineReason = DeclineReason.NO_CAPACITY, **facts: Any) -> Referral:
    """The service said no to the patient a moment ago."""
    at = clock.now()
    return place.referral(ReferralState.DECLINED, reason=reason, answered_at=at, closed_at=at, **facts)


def full_until(place: Place, days: int) -> None:
    now = clock.now()
    word = CapacityWord(service_id=place.service.id, status=CapacityStatus.NO_CAPACITY, said_at=now, said_by="Olga")
    word.until, word.said_how = (now + timedelta(days=days)).date(), "link"
    place.town._add(word)


def test_a_place_that_said_no_to_this_patient_comes_after_others_and_says_so(offered: Place, nurse: FlaskClient):
    another(offered, "Zinnia Pantry")
    declined(offered, DeclineReason.OUT_OF_AREA)
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert "Said no to this patient&#39;s request on" in page
    assert "the patient lives outside their area" in page
    assert page.index("Zinnia Pantry") < page.index("Green Table Boxes")


@pytest.mark.parametrize("days", [3, -3])
def test_full_lowers_no_rank_and_is_told_with_its_day(offered: Place, nurse: FlaskClient, days: int):
    another(offered, "Zinnia Pantry")
    declined(offered)
    full_until(offered, days)
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert "no room, full until" in page
    assert page.index("Green Table Boxes") < page.index("Zinnia Pantry")


def test_help_that_did_not_come_here_is_told_and_lowers_nothing(offered: Place, nurse: FlaskClient):
    another(offered, "Zinnia Pantry")
    referral = offered.referral(ReferralState.COMPLETED)
    said = Testimony(referral_id=referral.id, clinic_id=referral.clinic_id, patient_id=referral.patient_id)
    said.side, said.outcome, said.at = Side.PATIENT, Outcome.NOT_RECEIVED, clock.now()
    said.channel = TestimonyChannel.PHONE
    offered.town._add(said)
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert "that help did not come here." in page
    assert page.index("Green Table Boxes") < page.index("Zinnia Pantry")


def test_what_was_said_of_a_sensitive_need_stands_beside_no_other(offered: Place, nurse: FlaskClient):
    referral = declined(offered, DeclineReason.OUT_OF_AREA, domain="interpersonal_safety")
    referral.need_id = offered.town.need(offered.patient, "interpersonal_safety", wants_help="no").id
    offered.town.commit()

    assert "Said no to this patient" not in nurse.get(page_of(offered)).text
