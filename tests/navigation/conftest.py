"""Fixtures of to-dos: a clinic with two navigators, a patient, a referral, and a browser that is signed in."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import Member, Person
from referral.accounts.roles import Role
from referral.kit import clock
from referral.patients.models import Patient
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town
from tests.sign_in import sign_in

#: How a to-do is finished after a call to the patient.
CALLED = {"done-outcome": "Called.", "done-version": "1", "done-call": "reached"}


@dataclass
class Desk:
    """A clinic's desk: who works there, and whom it looks after."""

    town: Town
    clinic: Member
    nadia: Person
    omar: Person
    patient: Patient
    referral: Referral

    def to_do(self, key: str, **facts: Any) -> ToDo:
        """A to-do about the referral, due in an hour, owned by Nadia, unless said otherwise."""
        facts = {"reason": ToDoReason.NO_REPLY, "owner_person_id": self.nadia.id} | facts
        facts = {"due_at": clock.now() + timedelta(hours=1), "created_at": clock.now()} | facts
        facts = {"subject_kind": "referral", "subject_id": self.referral.id, "patient_id": self.patient.id} | facts
        note = facts.pop("note", None)
        to_do = ToDo(clinic_id=self.clinic.id, dedupe_key=key, **facts)
        to_do.note = note
        self.town.session.add(to_do)
        self.town.session.flush()
        return to_do


@pytest.fixture
def desk(town: Town) -> Desk:
    clinic = town.clinic()
    nadia = town.person(clinic, Role.NAVIGATOR, "Nadia Reyes")
    omar = town.person(clinic, Role.NAVIGATOR, "Omar Haddad")
    patient = town.patient(clinic)
    town.phone(patient)
    referral = town.referral(town.need(patient), town.service(), by=nadia, state=ReferralState.ACCEPTED)
    return Desk(town, clinic, nadia, omar, patient, referral)


@pytest.fixture
def browser(client: FlaskClient, desk: Desk) -> FlaskClient:
    """Nadia at her browser. Commit what was made before using it."""
    desk.town.commit()
    sign_in(client, desk.nadia)
    return client
