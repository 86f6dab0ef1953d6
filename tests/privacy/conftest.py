"""Fixtures of the privacy officer's pages: a clinic with an officer, a navigator and a patient; another clinic."""

from dataclasses import dataclass

import pytest

from referral.accounts.models import Member, Person
from referral.accounts.roles import Role
from referral.patients.models import Patient
from tests.factories import Town


@dataclass
class Clinic:
    """Hazel Grove: Olga the privacy officer, Nadia the navigator, Rosa Molina the patient; and Larkmead elsewhere."""

    member: Member
    officer: Person
    nadia: Person
    rosa: Patient
    elsewhere: Member


@pytest.fixture
def clinic(town: Town) -> Clinic:
    member, elsewhere = town.clinic(name="Hazel Grove"), town.clinic(name="Larkmead")
    officer = town.person(member, Role.PRIVACY_OFFICER, "Olga Petrov")
    nadia = town.person(member, Role.NAVIGATOR, "Nadia Reyes")
    rosa = town.patient(member, birth_date_text="1990-04-02")
    town.commit()
    return Clinic(member, officer, nadia, rosa, elsewhere)
