"""The printed slip: where to go, when, and what to bring, in the patient's language where we have words in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from json import loads
from typing import Any

import segno
from babel.dates import format_time, get_day_names
from flask_babel import LazyString, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from referral.accounts.models import Member
from referral.accounts.plan_codes import plan_address
from referral.kit.i18n import comma
from referral.kit.patient_language import PatientLanguage
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.proxies import hidden_domains_of
from referral.patients.queries import languages_of
from referral.patients.states import SharedField
from referral.patients.understood import read_by
from referral.prescriptions import hooks
from referral.prescriptions.models import Prescription
from referral.referrals.listing_words import is_none, papers
from referral.referrals.models import Referral
from referral.referrals.numbering import numbers_of
from referral.referrals.queries import referrals_of_prescription
from referral.referrals.states import REFERRAL_MACHINE, Mode, ReferralState
from resources_directory.hours import WEEK, is_whole_day


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
    bring: str


@dataclass(frozen=True)
class Slip:
    """The slip. `spoken`: the language of its headings."""

    clinic_name: str
    clinic_phone: str | None
    day: datetime
    services: tuple[SlipService, ...]
    spoken: PatientLanguage
    left_out: int
    #: The patient's own page: a random code, no health data; and the same as a picture. None while it opens for nobody.
    plan_address: str | None
    plan_qr: Markup | None
    #: Why that page opens for nobody, in words for staff: they are shown beside the slip, never on it.
    why_no_page: LazyString | None


def slip_of(session: ScopedSession, prescription: Prescription, patient: Patient, *, with_sensitive: bool) -> Slip:
    """Return the slip of a prescription, in the language now spoken.

    It names no need and no patient. Services for sensitive needs stay off unless `with_sensitive`: others find papers.
    """
    clinic = session.get_one(Member, prescription.clinic_id)
    live, shown = on_paper(session, prescription, with_sensitive=with_sensitive)
    address = address_for_paper(session, patient)
    return Slip(
        clinic_name=clinic.name,
        clinic_phone=clinic.phone,
        day=prescription.signed_at or prescription.created_at,
        services=paper_services(session, patient, shown),
        spoken=read_by(patient),
        left_out=len(live) - len(shown),
        plan_address=address,
        plan_qr=qr_picture(address) if address else None,
        why_no_page=hooks.why_no_plan_page(session, patient),
    )


def address_for_paper(session: ScopedSession, patient: Patient) -> str | None:
    """Return the address of the patient's own page; None while it is off, or nothing opens it yet.

    A paper that leads to a page where a safety concern stands would tell whoever finds it that there is one to open.
    """
    if hooks.why_no_plan_page(session, patient) is not None:
        return None
    return address_in_their_language(session, patient)


def address_in_their_language(session: ScopedSession, patient: Patient) -> str:
    """Return the address of the patient's own page; it names the language in which its door shall speak."""
    address = plan_address(session, patient.id, clinic_id=patient.clinic_id)
    language = next(iter(languages_of(patient)), None)
    return f"{address}?language={language.code}" if language else address


def on_paper(
    session: ScopedSession, prescription: Prescription, *, with_sensitive: bool
) -> tuple[list[Referral], list[Referral]]:
    """Return the live referrals of a prescription, and those of them that a paper shows.

    Needs that leave no trace stay off unless `with_sensitive`: others find papers.
    """
    hidden = hidden_domains_of(session, prescription.patient_id)
    live = [row for row in referrals_of_prescription(session, prescription.id) if _is_live(row)]
    return live, [row for row in live if with_sensitive or row.domain not in hidden]


def paper_services(session: ScopedSession, patient: Patient, shown: Sequence[Referral]) -> tuple[SlipService, ...]:
    """Return what a paper says of each referral, in the same order and the language now spoken."""
    numbers = numbers_of(session, patient.id)
    return tuple(_service(row, numbers.get(row.id) if len(numbers) > 1 else None) for row in shown)


def qr_picture(address: str) -> Markup:
    """Return the address as inline SVG, drawn here: nothing is loaded from anywhere."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - squares drawn by segno: no text of anybody stands in it


def _is_live(referral: Referral) -> bool:
    return referral.state in REFERRAL_MACHINE.live_states() and referral.state != ReferralState.DRAFT


def _service(referral: Referral, number: int | None) -> SlipService:
    facts: Mapping[str, Any] = referral.service_facts
    return SlipService(
        number=number,
        name=str(facts.get("service_name") or ""),
        organization=str(facts.get("organization_name") or ""),
        what_to_do=_what_to_do(Mode(referral.mode), can_call=SharedField.PHONE in loads(referral.snapshot or "{}")),
        place=facts.get("place"),
        phone=facts.get("phone"),
        website=facts.get("website"),
        hours=tuple(hours_lines(facts.get("hours") or ())),
        documents=tuple(facts.get("documents") or ()),
        bring=bring_words(facts.get("documents") or ()),
    )


def _what_to_do(mode: Mode, *, can_call: bool) -> str:
    if mode is Mode.SENT and not can_call:
        return str(_("We ask them for help for you. They do not have your phone number: call them, or go there."))
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
    days = comma().join(names[order.index(day)] for day in row.get("days") or () if day in order)
    opens, closes = row.get("opens"), row.get("closes")
    if not (days and opens and closes):
        return str(row.get("words") or days)
    clocks = time.fromisoformat(opens), time.fromisoformat(closes)
    if is_whole_day(*clocks):
        return str(_("%(days)s: %(times)s", days=days, times=_("all day")))
    times = [format_time(each, "short", locale=locale) for each in clocks]
    return str(_("%(days)s: %(opens)s to %(closes)s", days=days, opens=times[0], closes=times[1]))


def bring_words(documents: Sequence[str]) -> str:
    """Return what to bring in one line; a directory says that nothing is asked by a document of that name."""
    if documents and all(map(is_none, documents)):
        return str(_("You need to bring no papers."))
    return papers(each for each in documents if not is_none(each))


def phone_words(number: str | None) -> str | None:
    """Return a phone number as people read it; what cannot be read stays as it is."""
    return show_phone(number) if number else None
