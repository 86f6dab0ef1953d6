"""Disclosures: the record of which fields went to whom, when, under which consent."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure, SharingConsent
from referral.patients.states import SharedField

#: The channel of what a mail and the first page behind its link tell: it went out, and nobody need have looked.
MAILED = "mail"


def record_disclosure(
    session: ScopedSession,
    consent: SharingConsent,
    *,
    fields: Iterable[SharedField],
    referral_id: UUID,
    receiver_id: UUID,
    channel: str,
    recipient: str,
) -> Disclosure:
    """Return the record that `fields`, and no others, were shown to `recipient` (the name they gave). Flushes."""
    disclosure = Disclosure(
        clinic_id=consent.clinic_id,
        receiver_id=receiver_id,
        patient_id=consent.patient_id,
        referral_id=referral_id,
        consent_id=consent.id,
        organization_id=consent.organization_id,
        fields=[str(field) for field in fields],
        channel=channel,
        recipient=recipient,
        at=clock.now(),
    )
    session.add(disclosure)
    session.flush()
    return disclosure


def only_mailed_to(session: ScopedSession, patient_id: UUID) -> frozenset[UUID]:
    """Return the organizations that were told nothing of a patient but what a mail and the page behind its link say."""
    told = select(Disclosure.organization_id, Disclosure.channel).where(Disclosure.patient_id == patient_id)
    rows = session.execute(told.order_by(Disclosure.id)).all()
    return frozenset(row.organization_id for row in rows) - {
        row.organization_id for row in rows if row.channel != MAILED
    }
