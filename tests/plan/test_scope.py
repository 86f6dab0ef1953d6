"""Below the page: a session of a patient's own page finds the rows of this patient, whatever a view asks for."""

import pytest
from sqlalchemy import select

from referral.accounts.plan_codes import PlanOwner
from referral.kit import clock
from referral.kit.scope import ForeignWrite, ScopedSession
from referral.patients.models import Patient, PatientPhone
from referral.plan.entering import plan_scope
from referral.plan.models import PlanWord
from referral.referrals.models import Referral
from referral.screening.models import Need
from referral.todos.models import ToDo
from tests.plan.conftest import Home


@pytest.fixture
def own(home: Home) -> ScopedSession:
    """A session of the patient's page; another patient of the same clinic has rows of every kind asked for."""
    sister = home.town.patient(home.clinic)
    home.town.phone(sister, "+15595550144")
    home.town.referral(home.town.need(sister), home.service)
    home.session.flush()
    home.session.expunge_all()
    home.session.take_scope(plan_scope(PlanOwner(home.patient.id, home.clinic.id)))
    return home.session


@pytest.mark.parametrize("model", [Patient, PatientPhone, Need, Referral, ToDo])
def test_rows_of_other_patients_of_the_clinic_are_not_there(home: Home, own: ScopedSession, model: type) -> None:
    found = {row.patient_id for row in own.scalars(select(model))}

    assert found <= {home.patient.id}


def test_nothing_is_written_about_another_patient(home: Home, own: ScopedSession) -> None:
    stranger = home.referral.id
    own.add(PlanWord(clinic_id=home.clinic.id, patient_id=stranger, at=clock.now()))

    with pytest.raises(ForeignWrite):
        own.flush()
