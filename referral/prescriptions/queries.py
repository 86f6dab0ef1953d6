"""Questions about prescriptions: one by its id."""

from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.prescriptions.models import Prescription


def prescription_by_id(session: ScopedSession, prescription_id: UUID) -> Prescription | None:
    """Return the prescription, or None when absent or not theirs."""
    return session.scalar(select(Prescription).where(Prescription.id == prescription_id))
