"""The printed slip: where to go, when, and what to bring, in the patient's language where our pages exist in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from babel.dates import format_time, get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _

from referral.accounts.models import Member
from referral.kit.i18n import LANGUAGES, Language
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.prescriptions.models import Prescription
from referral.referrals.models import Referral
from referral.referrals.numbering import number_in_texts
from referral.referrals.queries import referrals_of_prescription
from referral.referrals.states import REFERRAL_MACHINE, Mode, ReferralState
from resources_directory.hours import WEEK
from resources_directory.needs import SENSITIVE


@dataclass(frozen=True)
class SlipService:
    """One service on the slip: what to do first, then where, when and with what."""

    name: str
    #: How texts call it, where the patient has several requests.
    number: int | None
    organization: str
    what_to_do: str
    place: str | None
    phone: str | None
    website: str | None
    hours: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True)
class Slip:
    """The slip. `language`: of its headings. `other_language`: the patient's, where our pages do not exist in it."""

    clinic_name: str
    clinic_phone: str | None
    day: datetime
    services: tuple[SlipService, ...]
    language: Language
    other_language: Language | None
    left_out: int


def slip_language(patient: Patient) -> tuple[Language, Language | None]:
    """Return the language of the slip's headings, and the patient's own where that is another one."""
    own = LANGUAGES.get(patient.written_language or patient.spoken_language or "en")
    if own is not None and own.pages:
        return own, None
    return LANGUAGES["en"], own


def slip_of(session: ScopedSession, prescription: Prescription, patient: Patient, *, with_sensitive: bool) -> Slip:
    """Return the slip of a prescription, in the language now spoken.

    It names no need and no patient. Services for sensitive needs stay off unless `with_sensitive`: others find papers.
    """
    clinic = session.get_one(Member, prescription.clinic_id)
    live = [row for row in referrals_of_prescription(session, prescription.id) if _is_live(row)]
    shown = [row for row in live if with_sensitive or row.domain not in SENSITIVE]
    language, other = slip_language(patient)
    return Slip(
        clinic_name=clinic.name,
        clinic_phone=clinic.phone,
        day=prescription.signed_at or prescription.created_at,
        services=tuple(_service(row, number_in_texts(session, row)) for row in shown),
        language=language,
        other_language=other,
        left_out=len(live) - len(shown),
    )


def _is_live(referral: Referral) -> bool:
    return referral.state in REFERRAL_MACHINE.live_states() and referral.state != ReferralState.DRAFT


def _service(referral: Referral, number: int | None) -> SlipService:
    facts: Mapping[str, Any] = referral.service_facts
    return SlipService(
        number=number,
        name=str(facts.get("service_name") or ""),
        organization=str(facts.get("organization_name") or ""),
        what_to_do=_what_to_do(Mode(referral.mode)),
        place=facts.get("place"),
        phone=facts.get("phone"),
        website=facts.get("website"),
        hours=tuple(hours_lines(facts.get("hours") or ())),
        documents=tuple(facts.get("documents") or ()),
    )


def _what_to_do(mode: Mode) -> str:
    if mode is Mode.SENT:
        return str(_("We ask them to contact you. You can also call them."))
    if mode is Mode.PHONE_HAND_OVER:
        return str(_("We call them together with you."))
    return str(_("Go there or call them."))


def hours_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return opening hours as lines in the language now spoken: days and times, or the source's own words."""
    return [line for row in rows if (line := _hours_line(row))]


def _hours_line(row: Mapping[str, Any]) -> str:
    locale = get_locale() or "en"
    names = get_day_names("abbreviated", locale=locale)
    order = [str(day) for day in WEEK]
    days = ", ".join(names[order.index(day)] for day in row.get("days") or () if day in order)
    opens, closes = row.get("opens"), row.get("closes")
    if not (days and opens and closes):
        return str(row.get("words") or days)
    times = [format_time(time.fromisoformat(text), "short", locale=locale) for text in (opens, closes)]
    return str(_("%(days)s: %(opens)s to %(closes)s", days=days, opens=times[0], closes=times[1]))


def phone_words(number: str | None) -> str | None:
    """Return a phone number as people read it; what cannot be read stays as it is."""
    return show_phone(number) if number else None
