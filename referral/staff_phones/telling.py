"""What staff phones are told of referrals: gathered for a few minutes, so that many become one text."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.barring import barred_people
from referral.referrals.models import Referral
from referral.referrals.states import Mode, ReferralState, Urgency
from referral.staff_phones.models import StaffNotice, StaffPhone
from referral.staff_phones.phones import live_phones_of
from referral.staff_phones.texts import NOTICE, queue_staff_text
from resources_directory.db import native_insert, new_id
from resources_directory.models.service import Service

#: How long what comes to an organization is gathered into one text.
GATHER_S = 180


def tell_staff(session: ScopedSession, referral: Referral, template: str) -> None:
    """Let the phones of the organization's staff be told what an e-mail tells it at this moment. Flushes.

    Fills referrals.hooks.on_organization_asked. Of each occasion and version a phone is told once, as by e-mail.
    """
    if referral.receiver_id is None or is_confidential(session, referral):
        return
    with session.widened("staff told"):
        for phone in live_phones_of(session, referral.receiver_id):
            if _noted(session, referral, phone, template):
                _queue(session, referral, phone, template)


def is_true(session: ScopedSession, notice: StaffNotice, referral: Referral | None, phone: StaffPhone) -> bool:
    """Return True while a notice may still be told: nothing has moved, and nobody minds that its person knows."""
    if referral is None or referral.version != notice.referral_version:
        return False
    return may_know(session, referral, phone) and referral.state == ReferralState.SENT


def may_know(session: ScopedSession, referral: Referral, phone: StaffPhone) -> bool:
    """Return True if the phone's person may answer the referral: theirs, not confidential, and they are not barred."""
    asked = referral.mode == Mode.SENT and referral.receiver_id == phone.member_id
    if not asked or is_confidential(session, referral):
        return False
    return phone.person_id not in barred_people(session, referral.patient_id)


def is_confidential(session: ScopedSession, referral: Referral) -> bool:
    """Return True for a service that is only called, together with the patient: it gets no text."""
    return bool(session.scalar(select(Service.is_confidential).where(Service.id == referral.service_id)))


def _noted(session: ScopedSession, referral: Referral, phone: StaffPhone, template: str) -> bool:
    new = native_insert(session, StaffNotice).values(
        id=new_id(),
        clinic_id=referral.clinic_id,
        receiver_id=referral.receiver_id,
        patient_id=referral.patient_id,
        referral_id=referral.id,
        staff_phone_id=phone.id,
        template=template,
        referral_version=referral.version,
        at=clock.now(),
    )
    once = new.on_conflict_do_nothing(index_elements=["referral_id", "staff_phone_id", "template", "referral_version"])
    return session.scalar(once.returning(StaffNotice.id)) is not None


def _queue(session: ScopedSession, referral: Referral, phone: StaffPhone, template: str) -> None:
    """Queue the text that gathers what waits for the phone. What is needed today waits for nothing."""
    if referral.urgency == Urgency.TODAY:
        queue_staff_text(session, phone, NOTICE, key=f"{template}:{referral.id}:v{referral.version}")
        return
    second = int(clock.now().timestamp()) // GATHER_S * GATHER_S
    until = datetime.fromtimestamp(second, UTC) + timedelta(seconds=GATHER_S)
    queue_staff_text(session, phone, NOTICE, key=f"notice:{until:%Y%m%d%H%M}", not_before=until)
