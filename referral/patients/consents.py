"""Consent as events: texting and sharing, opt-out, and the one answer to "may we text this patient, and where"."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from referral.kit import clock
from referral.kit.i18n import NO_WRITTEN_LANGUAGE
from referral.kit.scope import ScopedSession
from referral.patients import hooks
from referral.patients.consent_models import OptOutEvent, SharingConsent, TextingConsent
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.pauses import what_rests
from referral.patients.queries import kept_record, phones_with_numbers, same_phones, texting_privacy
from referral.patients.states import (
    ConsentMethod,
    OptOutKind,
    PhoneHolder,
    PrivacyLevel,
    SharedField,
    SmsSafety,
)
from resources_directory.db import new_id

C = TypeVar("C", TextingConsent, SharingConsent)


#: What a consent event made by a text holds as its words.
STOP_WORDS, START_WORDS = "STOP", "START"


@dataclass(frozen=True)
class ConsentTaken:
    """How a consent was taken: the exact words and their language and version, the method, who spoke and who wrote.

    `in_whose_name`: "patient", a relation, or "<relation>:<proxy id>" of whoever is recorded (patients/proxies.py).
    `event_id`: the form's id, so that sending it twice makes one event.
    """

    words: str
    words_language: str
    words_version: str
    method: ConsentMethod
    taken_by: UUID | None
    in_whose_name: str = "patient"
    interpreter: str | None = None
    event_id: UUID | None = None


@dataclass(frozen=True)
class TextingRoute:
    """Where a patient may be texted (E.164 and number id), or why not. `is_shared`: others read that phone.

    `held_by_other`: the phone is somebody else's (patients/proxies.py says what may go there). `is_neutral`: a text
    must not name the clinic.
    """

    phone_number_id: UUID | None = None
    e164: str | None = None
    is_shared: bool = False
    why_not: str | None = None
    patient_phone_id: UUID | None = None
    held_by_other: bool = False
    is_neutral: bool = False


def record_texting_consent(
    session: ScopedSession, phone: PatientPhone, *, given: bool, taken: ConsentTaken
) -> TextingConsent:
    """Return the recorded event. A new consent given in person lifts an earlier STOP of the number. Flushes."""
    known = _recorded(session, TextingConsent, taken)
    if known is not None and (known.patient_phone_id, known.given) == (phone.id, given):
        return known
    consent = TextingConsent(
        id=_id_for(taken, known),
        clinic_id=phone.clinic_id,
        patient_id=phone.patient_id,
        patient_phone_id=phone.id,
        given=given,
        at=clock.now(),
        **_columns_of(taken),
    )
    session.add(consent)
    session.flush()
    number = session.get_one(PhoneNumber, phone.phone_number_id)
    if given and number.opted_out_at is not None:
        opt_in(session, number.id, OptOutKind.NEW_CONSENT, by=taken.taken_by)
    return consent


def record_sharing_consent(
    session: ScopedSession, patient: Patient, organization_id: UUID, *, fields: list[SharedField], taken: ConsentTaken
) -> SharingConsent:
    """Return the recorded permission to give `fields` (none: taken back) to one organization. Flushes."""
    known = _recorded(session, SharingConsent, taken)
    if known is not None and (known.organization_id, known.fields) == (organization_id, [str(each) for each in fields]):
        return known
    consent = SharingConsent(
        id=_id_for(taken, known),
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        organization_id=organization_id,
        given=bool(fields),
        fields=[str(field) for field in fields],
        at=clock.now(),
        **_columns_of(taken),
    )
    session.add(consent)
    session.flush()
    return consent


def stop_sharing(
    session: ScopedSession, patient: Patient, given: SharingConsent, *, taken: ConsentTaken
) -> SharingConsent:
    """Return the event by which the permission `given` is taken back; what is under way with the organization ends.

    Taken back already, it stays as it is. Raises StaleDataError when the organization answers at the same moment.
    Flushes; the caller commits.
    """
    if not given.given:
        return given
    taken_back = record_sharing_consent(session, patient, given.organization_id, fields=[], taken=taken)
    hooks.on_sharing_stopped(session, patient, given.organization_id)
    return taken_back


def stop_number(
    session: ScopedSession,
    phone_number_id: UUID,
    kind: OptOutKind,
    *,
    inbound_message_id: UUID | None = None,
    by: UUID | None = None,
) -> None:
    """Do what a STOP asks, by text or told to staff: opt out, and end what is queued or open. All clinics. Flushes."""
    opt_out(session, phone_number_id, kind, inbound_message_id=inbound_message_id, by=by)
    hooks.on_texts_stopped(session, phone_number_id)


def opt_out(
    session: ScopedSession,
    phone_number_id: UUID,
    kind: OptOutKind,
    *,
    inbound_message_id: UUID | None = None,
    by: UUID | None = None,
) -> None:
    """Let no text leave for this number any more, of any clinic. What is under way is the caller's. Flushes."""
    number = session.get_one(PhoneNumber, phone_number_id)
    number.opted_out_at = number.opted_out_at or clock.now()
    _ledger(session, phone_number_id, kind, inbound_message_id, by)


def opt_in(
    session: ScopedSession,
    phone_number_id: UUID,
    kind: OptOutKind,
    *,
    inbound_message_id: UUID | None = None,
    by: UUID | None = None,
) -> None:
    """Lift an opt-out: only START or a new recorded consent may. Flushes."""
    number = session.get_one(PhoneNumber, phone_number_id)
    number.opted_out_at = None
    _ledger(session, phone_number_id, kind, inbound_message_id, by)


def take_back_by_stop(session: ScopedSession, phone: PatientPhone) -> None:
    """Record that a STOP took this patient's consent back: another clinic's new consent does not bring it back."""
    consent = texting_consent_of(session, phone)
    if consent is not None and consent.given:
        record_texting_consent(session, phone, given=False, taken=_by_text(consent, STOP_WORDS))


def give_back_by_start(session: ScopedSession, phone: PatientPhone) -> None:
    """Record that a START gave back the consent that a STOP took."""
    consent = texting_consent_of(session, phone)
    if consent is not None and not consent.given and consent.words == STOP_WORDS:
        record_texting_consent(session, phone, given=True, taken=_by_text(consent, START_WORDS))


def _by_text(consent: TextingConsent, words: str) -> ConsentTaken:
    return ConsentTaken(words, consent.words_language, consent.words_version, ConsentMethod.BY_TEXT, taken_by=None)


def texting_consent_of(session: ScopedSession, phone: PatientPhone) -> TextingConsent | None:
    """Return the newest event of texting consent for this phone."""
    return texting_consents_of(session, [phone]).get(phone.id)


def texting_consents_of(session: ScopedSession, phones: Iterable[PatientPhone]) -> dict[UUID, TextingConsent]:
    """Return phone id to the newest event of texting consent for it; phones without any are left out."""
    newest: dict[UUID, TextingConsent] = {}
    events = select(TextingConsent).where(TextingConsent.patient_phone_id.in_([phone.id for phone in phones]))
    for consent in session.scalars(events.order_by(TextingConsent.at.desc(), TextingConsent.id.desc())):
        newest.setdefault(consent.patient_phone_id, consent)
    return newest


def sharing_consents_of(session: ScopedSession, patient_id: UUID) -> list[SharingConsent]:
    """Return the newest event for each organization, newest first."""
    newest: dict[UUID, SharingConsent] = {}
    events = select(SharingConsent).where(SharingConsent.patient_id == patient_id)
    for consent in session.scalars(events.order_by(SharingConsent.at.desc(), SharingConsent.id.desc())):
        newest.setdefault(consent.organization_id, consent)
    return list(newest.values())


def texting_route(session: ScopedSession, patient: Patient) -> TextingRoute:
    """Return the phone that may be texted now, or why none may. Unknown safety is no.

    Where several records are one person the strictest wish on any of them counts, of texts and of each number.
    """
    privacy = texting_privacy(session, patient.id)
    why_not = _why_no_texts(patient, privacy) or _why_no_texts(kept_record(session, patient), privacy)
    resting = what_rests(session, patient.id)
    if why_not or resting.everything:
        return TextingRoute(why_not=why_not or "paused")
    reasons = ["no_phone"]
    phones = phones_with_numbers(session, patient.id)
    known = same_phones(session, patient.id, [number.id for _phone, number in phones]) if phones else []
    consents = texting_consents_of(session, known)
    for phone, number in phones:
        same = [each for each in known if each.phone_number_id == number.id]
        rests = "paused" if number.id in resting.number_ids else None
        why_not = _why_not_this(phone, number, same, consents) or rests
        if why_not is None:
            shared = any(each.is_shared for each in same)
            other = any(each.holder != PhoneHolder.SELF for each in same)
            neutral = shared or privacy is PrivacyLevel.NEUTRAL
            return TextingRoute(number.id, number.number, shared, None, phone.id, other, neutral)
        reasons.append(why_not)
    return TextingRoute(why_not=reasons[-1])


def _recorded(session: ScopedSession, kind: type[C], taken: ConsentTaken) -> C | None:
    """Return the event that this filling of the form has made already; sent again with another answer, it is new."""
    if taken.event_id is None:
        return None
    return session.scalar(select(kind).where(kind.id == taken.event_id))


def _id_for(taken: ConsentTaken, known: object | None) -> UUID:
    """Return the form's id for its first event, a fresh one for every other."""
    return new_id() if known is not None or taken.event_id is None else taken.event_id


def _columns_of(taken: ConsentTaken) -> dict[str, Any]:
    """Return what both kinds of consent store of how it was taken; `event_id` is the row's own id."""
    columns = {each.name: getattr(taken, each.name) for each in fields(taken) if each.name != "event_id"}
    columns["in_whose_name"], _colon, proxy = taken.in_whose_name.partition(":")
    return columns | {"proxy_id": UUID(proxy) if proxy else None}


def _why_no_texts(patient: Patient, privacy: PrivacyLevel) -> str | None:
    if patient.deceased_at is not None:
        return "deceased"
    if privacy is PrivacyLevel.NONE:
        return "privacy_level"
    if patient.written_language is None:
        return "language_unknown"
    if patient.written_language == NO_WRITTEN_LANGUAGE:
        return "reads_no_language"
    return None


def _why_not_this(
    phone: PatientPhone, number: PhoneNumber, same: list[PatientPhone], consents: dict[UUID, TextingConsent]
) -> str | None:
    """`same`: what all records of the person know of this number; a "no" on any of them counts, of consents a newer."""
    if number.opted_out_at is not None:
        return "opted_out"
    if number.unusable_at is not None:
        return "number_takes_no_texts"
    if SmsSafety.NO in {each.sms_ok for each in same}:
        return "texting_not_safe"
    if phone.sms_ok != SmsSafety.YES:
        return "safety_unknown"
    newest = sorted((consents[each.id] for each in same if each.id in consents), key=lambda each: (each.at, each.id))
    agreed = phone.id in consents and consents[phone.id].given and newest[-1].given
    return None if agreed else "no_consent"


def _ledger(
    session: ScopedSession, phone_number_id: UUID, kind: OptOutKind, inbound_message_id: UUID | None, by: UUID | None
) -> None:
    session.add(
        OptOutEvent(
            phone_number_id=phone_number_id,
            kind=kind,
            inbound_message_id=inbound_message_id,
            recorded_by=by,
            at=clock.now(),
        )
    )
    session.flush()
