"""Questions about prescriptions: one, and a patient's."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.prescriptions.models import Prescription


def prescription_by_id(session: ScopedSession, prescription_id: UUID) -> Prescription | None:
    """Return the prescription, or None when absent or not theirs."""
    return session.scalar(select(Prescription).where(Prescription.id == prescription_id))


def prescriptions_of_patient(session: ScopedSession, patient_id: UUID) -> Sequence[Prescription]:
    """Return the patient's prescriptions, newest first."""
    found = select(Prescription).where(Prescription.patient_id == patient_id)
    return session.scalars(found.order_by(Prescription.created_at.desc(), Prescription.id.desc())).all()
