"""The number by which a patient tells their requests apart in texts and on the slip: 1, 2, 3 in the order written."""

from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral


def numbers_of(session: ScopedSession, patient_id: UUID) -> dict[UUID, int]:
    """Return referral id to its number among the patient's referrals, from 1."""
    written = select(Referral.id).where(Referral.patient_id == patient_id).order_by(Referral.created_at, Referral.id)
    return {referral_id: n for n, referral_id in enumerate(session.scalars(written), 1)}


def number_in_texts(session: ScopedSession, referral: Referral) -> int | None:
    """Return the number to name in a question, None where the patient has only this one request."""
    numbers = numbers_of(session, referral.patient_id)
    return numbers[referral.id] if len(numbers) > 1 else None
