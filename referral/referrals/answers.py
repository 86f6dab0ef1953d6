"""What an organization can answer, whether by link or signed in: the forms that its state allows, and their effect."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from json import loads
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts.models import Member
from referral.kit.errors import Gone
from referral.kit.i18n import language_name
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import SharingConsent
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.consents import sharing_consents_of
from referral.patients.disclosures import record_disclosure
from referral.patients.states import SharedField
from referral.referrals import actions, forms, words
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral
from referral.referrals.queries import TAKEN
from referral.referrals.states import (
    ANSWER,
    REFERRAL_MACHINE,
    TESTIFY,
    DeclineReason,
    Outcome,
    ReferralEvent,
    ReferralState,
    Side,
    TestimonyChannel,
)
from referral.referrals.testimonies import GivenTestimony, testify


class Verb(StrEnum):
    """What an organization can do on its page."""

    ACCEPT = "accept"
    WAITLIST = "waitlist"
    DECLINE = "decline"
    DETAILS = "details"
    START = "start"
    OUTCOME = "outcome"


_FORMS: dict[Verb, type[forms.NamedForm]] = {
    Verb.ACCEPT: forms.AcceptForm,
    Verb.WAITLIST: forms.WaitlistForm,
    Verb.DECLINE: forms.DeclineForm,
    Verb.DETAILS: forms.DetailsForm,
    Verb.START: forms.StartForm,
    Verb.OUTCOME: forms.OutcomeForm,
}

_EVENT_OF = {
    Verb.ACCEPT: ReferralEvent.ACCEPT,
    Verb.DECLINE: ReferralEvent.DECLINE,
    Verb.WAITLIST: ReferralEvent.WAITLIST,
    Verb.START: ReferralEvent.START,
    Verb.OUTCOME: ReferralEvent.COMPLETE,
}

#: What the first page shows, as far as the patient agreed: nothing by which they are known.
_FIRST_PAGE = (SharedField.NEED, SharedField.SPOKEN_LANGUAGE, SharedField.ZIP_CODE)


@dataclass(frozen=True)
class Asked:
    """What an organization sees before it accepts: (label, value) pairs, who asks, and how urgent it is."""

    clinic_name: str
    clinic_phone: str | None
    urgency: str
    facts: tuple[tuple[str, str], ...]


def verbs_for(referral: Referral) -> list[Verb]:
    """Return what the organization can do now, in the order of the page."""
    state = ReferralState(referral.state)
    events = REFERRAL_MACHINE.events_from(state, {ANSWER, TESTIFY})
    found = [verb for verb in Verb if _EVENT_OF.get(verb) in events]
    if state is ReferralState.SENT:
        found.insert(1, Verb.WAITLIST)  # as a first answer: accepted and waitlisted in one step
    if state in TAKEN and referral.shared_fields:
        found.insert(0, Verb.DETAILS)
    return found


def forms_for(referral: Referral, *, named: bool) -> dict[Verb, forms.NamedForm]:
    """Return a form for each verb of the state; `named` forms ask for the name. Each has its verb as prefix."""
    made = {verb: _FORMS[verb](prefix=str(verb)) for verb in verbs_for(referral)}
    if not named:
        for form in made.values():
            del form.name
    return made


def asked_of(session: ScopedSession, referral: Referral) -> Asked:
    """Return what the page shows of the request before it is accepted."""
    clinic = session.get_one(Member, referral.clinic_id)
    values = snapshot_of(referral)
    return Asked(
        clinic_name=clinic.name,
        clinic_phone=clinic.phone,
        urgency=str(words.URGENCIES[referral.urgency]),
        facts=tuple(_shown(field, values[field]) for field in _FIRST_PAGE if values.get(field)),
    )


def snapshot_of(referral: Referral) -> dict[str, str]:
    """Return SharedField to value, as they were when it was signed; only fields that were agreed to."""
    values: dict[str, str] = loads(referral.snapshot or "{}")
    return {name: value for name, value in values.items() if name in referral.shared_fields and value}


def shown_details(referral: Referral) -> list[tuple[str, str]]:
    """Return (label, value) of everything the patient agreed to share, in the order of the fields."""
    values = snapshot_of(referral)
    return [_shown(field, values[field]) for field in SharedField if values.get(field)]


def disclose(
    session: ScopedSession, referral: Referral, *, channel: str, recipient: str, receiver_id: UUID
) -> list[tuple[str, str]]:
    """Return what the patient agreed to share, after writing down who looked. Raises Gone when it was taken back."""
    with session.widened("disclosure"):
        consent = _standing_consent(session, referral)
    if consent is None:
        raise Gone(_l("The person has taken back the permission to share this. Call the clinic if you have questions."))
    record_disclosure(
        session, consent, referral_id=referral.id, receiver_id=receiver_id, channel=channel, recipient=recipient
    )
    return shown_details(referral)


def apply_answer(session: ScopedSession, referral: Referral, verb: Verb, form: forms.NamedForm, actor: Actor) -> None:
    """Do what the organization answered. Raises IllegalMove, InvalidInput, StaleDataError. Flushes."""
    if verb is Verb.ACCEPT:
        actions.accept(session, referral, actor, note=form.note.data)
    elif verb is Verb.DECLINE:
        actions.decline(session, referral, actor, reason=DeclineReason(form.reason.data), note=form.note.data)
    elif verb is Verb.WAITLIST:
        actions.waitlist(session, referral, actor, position=form.position.data, estimate=form.estimate.data)
    elif verb is Verb.START:
        actions.start(session, referral, actor)
    elif verb is Verb.OUTCOME:
        testify(session, referral, _testimony(form, actor))


def _testimony(form: forms.NamedForm, actor: Actor) -> GivenTestimony:
    outcome = Outcome(form.outcome.data)
    by_link = actor.kind is ActorKind.LINK
    return GivenTestimony(
        side=Side.ORGANIZATION,
        outcome=outcome,
        channel=TestimonyChannel.LINK if by_link else TestimonyChannel.ACCOUNT,
        reason=(form.reason.data or None) if outcome is Outcome.NOT_RECEIVED else None,
        units=form.units.data,
        speaker=actor.name,
        taken_by=actor.person_id,
        note=form.note.data,
    )


def _standing_consent(session: ScopedSession, referral: Referral) -> SharingConsent | None:
    newest = {consent.organization_id: consent for consent in sharing_consents_of(session, referral.patient_id)}
    last_word = newest.get(referral.organization_id)
    if last_word is None or not last_word.given or referral.sharing_consent_id is None:
        return None
    return session.get(SharingConsent, referral.sharing_consent_id)


def _shown(field: SharedField, value: str) -> tuple[str, str]:
    label = str(FIELD_LABELS[field])
    if field is SharedField.NEED:  # the label of the consent speaks to the patient
        label, value = str(_("Need")), str(words.NEEDS.get(value, value))
    elif field is SharedField.SPOKEN_LANGUAGE:
        value = language_name(value)
    elif field is SharedField.PHONE:
        value = show_phone(value)
    elif field is SharedField.BIRTH_DATE:
        value = str(format_date(date.fromisoformat(value), "long"))
    return label[:1].upper() + label[1:], value
