"""Numbers by which people name a request: the patient's 1, 2, 3 as written; the organization's eight characters."""

from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.patients.proxies import hidden_domains_of
from referral.referrals.models import Referral


def numbers_of(session: ScopedSession, patient_id: UUID) -> dict[UUID, int]:
    """Return referral id to its number among the patient's referrals, from 1.

    Left out are those about needs that leave no trace: a number would tell whoever reads it that there is another.
    """
    told = Referral.domain.not_in(sorted(map(str, hidden_domains_of(session, patient_id))))
    written = select(Referral.id).where(Referral.patient_id == patient_id, told)
    return {
        referral_id: n
        for n, referral_id in enumerate(session.scalars(written.order_by(Referral.created_at, Referral.id)), 1)
    }


def number_in_texts(session: ScopedSession, referral: Referral) -> int | None:
    """Return the number to name in a text, None where the patient has only this one request."""
    numbers = numbers_of(session, referral.patient_id)
    return numbers.get(referral.id) if len(numbers) > 1 else None


def named_in_texts(session: ScopedSession, referral: Referral) -> dict[str, object]:
    """Return the facts by which a text names a request: the day of its signature, and its number among several."""
    return {
        "date": (referral.signed_at or referral.created_at).isoformat(),
        "number": number_in_texts(session, referral),
    }


def short_number(referral_id: UUID) -> str:
    """Return the eight characters by which people name a referral on the phone; they tell nothing."""
    return referral_id.hex[-8:].upper()
