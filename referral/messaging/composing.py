"""The gate and the words of a text to a patient: consent, safety, quiet hours, language, at the moment it is sent."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.i18n import LANGUAGES
from referral.kit.installation import is_demo
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.kit.settings import settings_of
from referral.kit.zones import zone_of
from referral.messaging.caps import ASKED_FOR, full_until, hold_phone, is_reply
from referral.messaging.catalog import TextStatus, shipped_catalog
from referral.messaging.quiet_hours import next_texting_moment, seconds_until_quiet
from referral.messaging.short_dates import short_day
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.patients.consents import texting_route
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.pauses import rests_by_staff
from referral.patients.queries import kept_record
from referral.patients.states import PrivacyLevel
from resources_directory.geo import zip_timezone

#: An answer to a text that just came in may leave in quiet hours for this long.
REPLY_WINDOW = timedelta(minutes=10)

#: Seconds before quiet hours by which the provider must have sent it.
VALIDITY_MARGIN_S = 60

#: The sender's name where the patient wants a neutral one, for every language that texts exist in.
NEUTRAL_SENDER = {
    "en": "Your request",
    "es": "Su solicitud",
    "zh-Hans": "您的申请",
    "vi": "Yêu cầu của quý vị",
    "ar": "خدمة الطلبات",
    "ht": "Demann ou",
    "ru": "Ваша заявка",
    "ko": "요청 안내",
}

#: The text by which staff are shown how texts read.
SAMPLE = "accepted"

#: Stands where a link belongs: its token is minted by the composer that knows what it opens, and stored nowhere.
LINK_PLACE = "{link}"


def compose_patient_text(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the words for a patient, or why they may not go now or at all. Never English for another language."""
    patient = session.scalar(select(Patient).where(Patient.id == message.patient_id))
    if patient is None:
        return Suppressed("patient_gone", needs_person=False)
    route = texting_route(session, patient)
    number_id = route.phone_number_id
    if route.e164 is None or number_id is None:
        return Suppressed(route.why_not or "no_route", needs_person=not message.facts.get("is_reply"))
    if message.phone_number_id is not None and number_id != message.phone_number_id:
        return Suppressed("phone_changed")
    kept = kept_record(session, patient)  # where two records are one person, both wishes count
    language = kept.written_language or ""
    if not has_words(session, message.template, language):
        return Suppressed("no_reviewed_words")
    clinic = session.get_one(Member, message.clinic_id)
    hold_phone(session, number_id, message)
    later = why_later(session, message, patient, now)
    if later is not None:
        over = later.reason != "quiet_hours" and message.expires_at is not None and later.until >= message.expires_at
        return Suppressed(later.reason) if over else later
    return Composed(
        to=route.e164,
        body=said_in(message, clinic, language, neutral=route.is_neutral),
        language=language,
        validity_s=_validity_s(now, patient_zone(patient, clinic)),
    )


def why_later(session: ScopedSession, message: Message, patient: Patient, now: datetime) -> Postponed | None:
    """Return until when a text to a patient waits for the hours or for the room of its phone, or None."""
    if message.phone_number_id is None or _answers_just_now(message, now):
        return None
    counts = not (is_reply(message) or message.template in ASKED_FOR)
    return no_text_before(session, patient, message.phone_number_id, now, capped=counts, but=message)


def no_text_before(
    session: ScopedSession,
    patient: Patient,
    phone_number_id: UUID,
    now: datetime,
    *,
    capped: bool = True,
    but: Message | None = None,
) -> Postponed | None:
    """Return until when (story time) no text of ours may go to a patient's phone, or None.

    It rests outside texting hours, and once it has had its texts of the day or week where they are `capped`. `but`: the
    message that asks.
    """
    zone = patient_zone(patient, session.get_one(Member, patient.clinic_id))
    opening = next_texting_moment(now, zone)
    if opening > now:
        return Postponed(opening, "quiet_hours")
    full = full_until(session, phone_number_id, now=now, timezone_name=zone, but=but) if capped else None
    return Postponed(next_texting_moment(full.until, zone), full.reason) if full else None


def text_samples(session: ScopedSession, clinic_id: UUID, language: str | None) -> dict[str, str]:
    """Return PrivacyLevel to how a text of the clinic reads under it, in a language (BCP 47) if there is one.

    Nothing stands there for a level under which none is sent. Fills patients.hooks.text_samples.
    """
    shown = (TextStatus.READY, TextStatus.UNREVIEWED)
    code = language if language and shipped_catalog().status(SAMPLE, language) in shown else "en"
    clinic = session.get_one(Member, clinic_id)
    facts = {"date": short_date(clock.now(), code, clinic.timezone_name)}
    senders = {
        PrivacyLevel.STANDARD: clinic.texting_name,
        PrivacyLevel.NEUTRAL: _neutral_sender(SAMPLE, code),
    }
    return {
        str(level): shipped_catalog().render(SAMPLE, code, {"clinic": sender, **facts})
        for level, sender in senders.items()
    }


def compose_keyword_reply(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the answer to STOP, START, HELP or a wrong number: one, at once, whatever the consent, or not at all."""
    number = session.get(PhoneNumber, message.phone_number_id)
    if number is None or number.number is None or number.unusable_at is not None:
        return Suppressed("number_takes_no_texts", needs_person=False)
    if not _answers_just_now(message, now):
        return Suppressed("too_late_to_answer", needs_person=False)
    if rests_by_staff(session, number.id):
        return Suppressed("paused", needs_person=False)
    language = reply_language(session, number.id)
    if not has_words(session, message.template, language):
        language = "en"  # what the law asks us to confirm is confirmed in English rather than not at all
    clinic = session.get_one(Member, message.clinic_id)
    return Composed(to=number.number, body=said_in(message, clinic, language), language=language)


def reply_language(session: ScopedSession, phone_number_id: UUID) -> str:
    """Return the written language of whoever has this phone, English when nobody we know does."""
    language = session.scalar(
        select(Patient.written_language)
        .join(PatientPhone, PatientPhone.patient_id == Patient.id)
        .where(PatientPhone.phone_number_id == phone_number_id, PatientPhone.retired_at.is_(None))
        .order_by(PatientPhone.created_at.desc(), PatientPhone.id)
        .limit(1)
    )
    return language if language in LANGUAGES else "en"


def has_words(session: ScopedSession, template: str, language: str) -> bool:
    """Return True if a text has words in a language (BCP 47) that may leave from here."""
    simulated = settings_of(session).message_gateway == "simulator" and is_demo(session)
    return shipped_catalog().may_leave(template, language, simulated=simulated)


def said_in(message: Message, clinic: Member, language: str, *, neutral: bool = False) -> str:
    """Return the words of a message in a language (BCP 47); `neutral`: without the clinic's name.

    A link stands as LINK_PLACE. Raises TextMissing where the text does not exist in the language.
    """
    moment = message.facts.get("date")
    number = message.facts.get("number")
    day = short_date(datetime.fromisoformat(moment), language, clinic.timezone_name) if moment else ""
    facts = {
        "clinic": _neutral_sender(message.template, language) if neutral else clinic.texting_name,
        "phone": show_phone(clinic.phone or "").replace("(", "").replace(") ", "-"),
        "date": f"{day} (#{number})" if number else day,
        "options": ", ".join(message.facts.get("options", ())),
        "link": LINK_PLACE,
        "count": str(message.facts.get("count", "")),
    }
    return shipped_catalog().render(message.template, language, facts)


def patient_zone(patient: Patient, clinic: Member) -> str:
    """Return the IANA zone of the patient's ZIP, else the clinic's. Never the area code's."""
    return (zip_timezone(patient.zip_code) if patient.zip_code else None) or clinic.timezone_name


def short_date(moment: datetime, language: str, timezone_name: str) -> str:
    """Return the day of a moment in an IANA zone as texts in a language (BCP 47) write it: "Nov 12", "12 nov"."""
    return short_day(moment.astimezone(zone_of(timezone_name)).date(), language)


def _neutral_sender(template: str, language: str) -> str:
    """Return what stands for the clinic in the language that the text exists in ("es" for "es-MX").

    Raises KeyError where we have no such name: then nothing is sent, and never the clinic's name.
    """
    version = shipped_catalog().text(template).version(language)
    return NEUTRAL_SENDER[version.language if version else language]


def _answers_just_now(message: Message, now: datetime) -> bool:
    return bool(message.facts.get("is_reply")) and now - message.created_at < REPLY_WINDOW


def _validity_s(now: datetime, zone: str) -> int | None:
    left = seconds_until_quiet(now, zone)
    return max(left - VALIDITY_MARGIN_S, VALIDITY_MARGIN_S) if left else None
