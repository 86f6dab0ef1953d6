"""Fixtures: the clinic and the browser of the tests of patients, and a patient who speaks Spanish."""

import pytest

from referral.accounts.models import Member
from referral.patients.models import Patient
from tests.factories import Town
from tests.patients.conftest import browser as browser
from tests.patients.conftest import clinic as clinic


@pytest.fixture
def rosa(town: Town, clinic: Member) -> Patient:
    patient = town.patient(clinic)
    town.commit()
    return patient
