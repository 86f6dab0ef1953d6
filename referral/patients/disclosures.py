"""Disclosures: the record of which fields went to whom, when, under which consent."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure, SharingConsent


def record_disclosure(
    session: ScopedSession,
    consent: SharingConsent,
    *,
    referral_id: UUID,
    receiver_id: UUID,
    channel: str,
    recipient: str,
) -> Disclosure:
    """Return the record that the consent's fields were shown to `recipient` (the name they gave). Flushes."""
    disclosure = Disclosure(
        clinic_id=consent.clinic_id,
        receiver_id=receiver_id,
        patient_id=consent.patient_id,
        referral_id=referral_id,
        consent_id=consent.id,
        organization_id=consent.organization_id,
        fields=list(consent.fields),
        channel=channel,
        recipient=recipient,
        at=clock.now(),
    )
    session.add(disclosure)
    session.flush()
    return disclosure


def disclosures_of(session: ScopedSession, patient_id: UUID) -> Sequence[Disclosure]:
    """Return what went out about the patient, newest first."""
    events = select(Disclosure).where(Disclosure.patient_id == patient_id)
    return session.scalars(events.order_by(Disclosure.at.desc(), Disclosure.id.desc())).all()
