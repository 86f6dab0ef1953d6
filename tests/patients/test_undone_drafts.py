"""A signature that was undone is nothing under way: no list of a patient's names it."""

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.patients.models import Patient
from referral.referrals.states import ReferralState
from tests.factories import Town


@pytest.mark.parametrize("page", ["", "/deceased", "/move?to={clinic}", "/merge/{other}"])
@pytest.mark.parametrize("state", [ReferralState.DRAFT, ReferralState.HELD])
def test_an_undone_signature_stands_in_no_list(
    browser: FlaskClient, town: Town, clinic: Member, page: str, state: str
) -> None:
    patient: Patient = town.patient(clinic)
    other = town.patient(clinic, given_name="Rosalia")
    town.referral(town.need(patient), town.service(name="First Pantry"), state=state)
    where = f"/patients/{patient.id}" + page.format(other=other.id, clinic=town.clinic().id)
    town.commit()

    shown = browser.get(where)

    assert shown.status_code == 200
    assert ("First Pantry" in shown.text) == (state == ReferralState.HELD)
