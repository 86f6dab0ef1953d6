"""What an organization can answer, whether by link or signed in: the forms that its state allows, and their effect."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts.models import Member
from referral.kit.errors import Gone
from referral.kit.i18n import language_name
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.disclosures import record_disclosure
from referral.patients.states import SharedField
from referral.referrals import actions, forms, words
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.disclosing import FIRST_PAGE, permitted_now
from referral.referrals.models import Referral
from referral.referrals.states import (
    ANSWER,
    REFERRAL_MACHINE,
    TAKEN_STATES,
    TESTIFY,
    DeclineReason,
    Outcome,
    ReferralEvent,
    ReferralState,
    Side,
    TestimonyChannel,
)
from referral.referrals.testimonies import GivenTestimony, testify
from referral.screening.words import NEEDS


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


@dataclass(frozen=True)
class Asked:
    """What an organization sees before it accepts: (label, value) pairs, who asks, and how urgent it is.

    `taken_back`: the request or the permission to share was taken back; there are no facts then.
    """

    clinic_name: str
    clinic_phone: str | None
    urgency: str
    facts: tuple[tuple[str, str], ...]
    taken_back: bool = False


def verbs_for(referral: Referral) -> list[Verb]:
    """Return what the organization can do now, in the order of the page."""
    state = ReferralState(referral.state)
    events = REFERRAL_MACHINE.events_from(state, {ANSWER, TESTIFY})
    found = [verb for verb in Verb if _EVENT_OF.get(verb) in events]
    if state is ReferralState.SENT:
        found.insert(1, Verb.WAITLIST)  # as a first answer: accepted and waitlisted in one step
    if state in TAKEN_STATES and referral.shared_fields:
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
    permitted = permitted_now(session, referral)
    values = permitted.values if permitted else {}
    return Asked(
        clinic_name=clinic.name,
        clinic_phone=clinic.phone,
        urgency=str(words.URGENCIES[referral.urgency]),
        facts=tuple(_shown(field, values[field]) for field in FIRST_PAGE if field in values),
        taken_back=permitted is None,
    )


def disclose(
    session: ScopedSession, referral: Referral, *, channel: str, recipient: str, receiver_id: UUID
) -> list[tuple[str, str]]:
    """Return (label, value) of what may be shown now, after writing down exactly that and who looked.

    Raises Gone when the permission or the request was taken back. Flushes; the caller commits.
    """
    permitted = permitted_now(session, referral)
    if permitted is None:
        raise Gone(_l("The person has taken back the permission to share this. Call the clinic if you have questions."))
    record_disclosure(
        session,
        permitted.consent,
        fields=permitted.values,
        referral_id=referral.id,
        receiver_id=receiver_id,
        channel=channel,
        recipient=recipient,
    )
    return [_shown(field, value) for field, value in permitted.values.items()]


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


def _shown(field: SharedField, value: str) -> tuple[str, str]:
    label = str(FIELD_LABELS[field])
    if field is SharedField.NEED:  # the label of the consent speaks to the patient
        label, value = str(_("Need")), str(NEEDS.get(value, value))
    elif field is SharedField.SPOKEN_LANGUAGE:
        value = language_name(value)
    elif field is SharedField.PHONE:
        value = show_phone(value)
    elif field is SharedField.BIRTH_DATE:
        value = str(format_date(date.fromisoformat(value), "long"))
    return label[:1].upper() + label[1:], value
