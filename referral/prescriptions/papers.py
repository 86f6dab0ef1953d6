"""Papers beside the slip: the receipt of what is shared, the card to hand over, the note for the record system."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.queries import names_of
from referral.kit.i18n import LANGUAGES, comma, language_name
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.disclosures import MAILED
from referral.patients.models import Patient
from referral.patients.proxies import hidden_domains_of
from referral.patients.states import SharedField
from referral.prescriptions import hooks
from referral.prescriptions.models import Prescription
from referral.prescriptions.need_plans import plan_words, standing_plans
from referral.prescriptions.slip import SlipService, address_for_paper, on_paper, paper_services
from referral.referrals.disclosing import TAKEN_BACK
from referral.referrals.models import Referral
from referral.referrals.queries import referrals_of_prescription
from referral.referrals.states import LIVE_SENT_STATES, Mode, ReferralState
from referral.referrals.words import MODES, state_words
from referral.screening.queries import LIVE, needs_of
from referral.screening.saying_when import clinic_zone
from referral.screening.states import WantsHelp
from referral.screening.words import NEEDS

S = ReferralState

#: An organization that was asked, or is about to be, may know what it was given.
_MAY_KNOW = (*LIVE_SENT_STATES, S.DECLINED, S.EXPIRED, S.COMPLETED, S.NOT_COMPLETED)

#: How a disclosure came about: our mail went out, they were told on the phone, or they looked themselves.
_MAILED, _TOLD, _LOOKED = frozenset({MAILED}), frozenset({"phone"}), frozenset({"link", "account"})


@dataclass(frozen=True)
class Given:
    """What one organization may know; moments are the oldest first.

    `sent`: when a mail told of the request; it names nobody. `told`: when its people were told on the phone. `seen`:
    when they looked themselves, empty while nobody has. `discarded_at`: when they were told to throw it away: `fields`
    is then what they had been given, empty for nothing.
    """

    organization: str
    fields: str
    agreed_at: datetime | None
    sent: tuple[datetime, ...]
    told: tuple[datetime, ...]
    seen: tuple[datetime, ...]
    discarded_at: datetime | None = None


@dataclass(frozen=True)
class Receipt:
    """What was shared with whom, and how to stop it. `left_out`: of services for sensitive needs.

    `is_nothing`: no organization was or will be told anything, also none that is left out.
    """

    given: tuple[Given, ...]
    clinic_name: str
    clinic_phone: str | None
    plan_address: str | None
    left_out: int
    is_nothing: bool
    #: Why the patient's own page opens for nobody, in words for staff: shown beside the paper, never on it.
    why_no_page: LazyString | None


@dataclass(frozen=True)
class HandOverCard:
    """What the patient shows at the organization. `spoken`: the name of their language, empty where not known."""

    clinic_name: str
    clinic_phone: str | None
    services: tuple[SlipService, ...]
    spoken: str
    left_out: int


def receipt_of(
    session: ScopedSession, prescription: Prescription, patient: Patient, *, with_sensitive: bool
) -> Receipt:
    """Return the receipt of what the patient agreed to share with this prescription, in the language now spoken.

    What is over stands on it too, also where the organization was told to discard it after it had been asked.
    """
    hidden = hidden_domains_of(session, patient.id)
    asked = [row for row in referrals_of_prescription(session, prescription.id) if _is_shared(row)]
    known = [row for row in asked if row.state in _MAY_KNOW or _is_discarded(row)]
    shown = [row for row in known if with_sensitive or row.domain not in hidden]
    given = _given(session, [row.id for row in shown])
    clinic = session.get_one(Member, prescription.clinic_id)
    return Receipt(
        given=tuple(
            Given(
                organization=str(row.service_facts.get("organization_name") or ""),
                fields=field_words(_shown(given, row) if _is_discarded(row) else row.shared_fields),
                agreed_at=row.signed_at,
                sent=_moments(given, row, _MAILED),
                told=_moments(given, row, _TOLD),
                seen=_moments(given, row, _LOOKED),
                discarded_at=row.closed_at if _is_discarded(row) else None,
            )
            for row in shown
        ),
        clinic_name=clinic.name,
        clinic_phone=clinic.phone,
        plan_address=address_for_paper(session, patient),
        left_out=len(known) - len(shown),
        is_nothing=not asked,
        why_no_page=hooks.why_no_plan_page(session, patient),
    )


def card_of(
    session: ScopedSession, prescription: Prescription, patient: Patient, *, with_sensitive: bool
) -> HandOverCard:
    """Return the card to hand over, in the language now spoken; it names neither patient nor need."""
    live, shown = on_paper(session, prescription, with_sensitive=with_sensitive)
    clinic = session.get_one(Member, prescription.clinic_id)
    own = patient.spoken_language or patient.written_language
    return HandOverCard(
        clinic_name=clinic.name,
        clinic_phone=clinic.phone,
        services=paper_services(session, patient, shown),
        spoken=language_name(own) if own in LANGUAGES else "",
        left_out=len(live) - len(shown),
    )


def note_of(session: ScopedSession, prescription: Prescription, patient: Patient, *, with_sensitive: bool) -> str:
    """Return plain text for the clinic's record system: what was prescribed, agreed, and when it is asked again.

    What is over stands in it too, with how it ended; a signature that was undone does not. No diagnosis stands in it,
    and needs that leave no trace only with `with_sensitive`.
    """
    hidden = hidden_domains_of(session, patient.id)
    signed = [row for row in referrals_of_prescription(session, prescription.id) if row.state != S.DRAFT]
    shown = [row for row in signed if with_sensitive or row.domain not in hidden]
    names = names_of(session, {prescription.signed_by})
    day = format_date(prescription.signed_at or prescription.created_at, "medium")
    who = names.get(prescription.signed_by, "")
    lines = [_("Help for social needs, prescribed on %(day)s by %(who)s.", day=day, who=who)]
    lines += [line for row in shown for line in _note_lines(row)]
    lines += _later_lines(session, patient, with_sensitive=with_sensitive)
    if any(row.state in LIVE_SENT_STATES for row in shown):
        lines.append(_("The patient is asked by text or phone whether help came."))
    return "\n".join(map(str, lines))


def field_words(fields: Sequence[str]) -> str:
    """Return the names of shared fields in one line of the language now spoken."""
    return comma().join(str(FIELD_LABELS[SharedField(name)]) for name in fields)


def _is_shared(referral: Referral) -> bool:
    return referral.mode == Mode.SENT and bool(referral.shared_fields) and referral.state != S.DRAFT


def _is_discarded(referral: Referral) -> bool:
    """Return True for what was taken back after the organization had been asked: it was told to discard it."""
    return referral.state in TAKEN_BACK and referral.sent_at is not None


def _shown(given: Sequence[Disclosure], referral: Referral) -> list[str]:
    """Return the fields that the organization was given, in the order of the fields."""
    names = {name for row in given if row.referral_id == referral.id for name in row.fields}
    return [str(name) for name in SharedField if name in names]


def _note_lines(referral: Referral) -> list[str]:
    facts = referral.service_facts
    place = ", ".join(filter(None, (facts.get("service_name"), facts.get("organization_name"))))
    lines = [_("- %(need)s: %(place)s. %(how)s.", need=NEEDS[referral.domain], place=place, how=MODES[referral.mode])]
    if referral.mode == Mode.SENT:
        lines.append(_("  The patient agreed to share: %(fields)s.", fields=field_words(referral.shared_fields)))
    else:
        lines.append(_("  Nothing is shared with them."))
    if referral.state not in LIVE_SENT_STATES:
        lines.append(_("  How it ended: %(state)s.", state=state_words(referral)))
    return lines


def _later_lines(session: ScopedSession, patient: Patient, *, with_sensitive: bool) -> list[str]:
    plans, zone = standing_plans(session, patient.id), clinic_zone(session, patient.clinic_id)
    hidden = hidden_domains_of(session, patient.id)
    return [
        _("- %(need)s: %(words)s.", need=NEEDS[need.domain], words=plan_words(need, plans.get(need.id), zone))
        for need in needs_of(session, patient.id)
        if need.status in LIVE
        and need.wants_help in (WantsHelp.NOT_NOW, WantsHelp.ALREADY)
        and (with_sensitive or need.domain not in hidden)
    ]


def _given(session: ScopedSession, referral_ids: Sequence[UUID]) -> Sequence[Disclosure]:
    found = select(Disclosure).where(Disclosure.referral_id.in_(referral_ids)).order_by(Disclosure.at, Disclosure.id)
    return session.scalars(found).all()


def _moments(given: Sequence[Disclosure], referral: Referral, channels: Collection[str]) -> tuple[datetime, ...]:
    return tuple(row.at for row in given if row.referral_id == referral.id and row.channel in channels)
