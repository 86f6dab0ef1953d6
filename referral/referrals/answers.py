"""What an organization can answer, whether by link or signed in: the forms that its state allows, and their effect."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from referral.accounts.models import Member
from referral.kit.scope import ScopedSession
from referral.patients.states import SharedField
from referral.referrals import actions, desk_forms, forms, words
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.appointments import GivenAppointment, give_appointment, receivers_zone, starts_at
from referral.referrals.asked_back import check_after_appointment, check_open
from referral.referrals.disclosing import (
    FIRST_PAGE,
    first_page_of,
    may_hear_patient,
    permitted_now,
)
from referral.referrals.late_answers import (
    GivenLate,
    late_events,
    may_say_late_what_happened,
    record_late_answer,
)
from referral.referrals.models import Referral
from referral.referrals.said_room import SaidRoom, say_room
from referral.referrals.shown_fields import asked_field, zip_not_shared
from referral.referrals.states import (
    ANSWER,
    REFERRAL_MACHINE,
    TAKEN_STATES,
    TESTIFY,
    DeclineReason,
    Mode,
    Outcome,
    ReferralEvent,
    ReferralState,
    Side,
    TestimonyChannel,
)
from referral.referrals.testimonies import GivenTestimony, testify
from referral.referrals.thread import Written, ask_clinic, may_write
from resources_directory.models.capacity import CapacityStatus


class Verb(StrEnum):
    """What an organization can do on its page."""

    ACCEPT = "accept"
    WAITLIST = "waitlist"
    DECLINE = "decline"
    DETAILS = "details"
    START = "start"
    OUTCOME = "outcome"
    APPOINTMENT = "appointment"
    ASK = "ask"
    ROOM = "room"


_FORMS: dict[Verb, type[forms.NamedForm]] = {
    Verb.ACCEPT: forms.AcceptForm,
    Verb.WAITLIST: forms.WaitlistForm,
    Verb.DECLINE: forms.DeclineForm,
    Verb.DETAILS: forms.DetailsForm,
    Verb.START: forms.StartForm,
    Verb.OUTCOME: forms.OutcomeForm,
    Verb.APPOINTMENT: desk_forms.AppointmentForm,
    Verb.ASK: desk_forms.AskForm,
    Verb.ROOM: desk_forms.RoomForm,
}

_EVENT_OF = {
    Verb.ACCEPT: ReferralEvent.ACCEPT,
    Verb.DECLINE: ReferralEvent.DECLINE,
    Verb.WAITLIST: ReferralEvent.WAITLIST,
    Verb.START: ReferralEvent.START,
    Verb.OUTCOME: ReferralEvent.COMPLETE,
}


#: What nobody is asked for once the time to answer is over.
_NOT_LATE = frozenset({"appointment", "keep_day", "interpreter", "until"})

#: What can be answered when the time is over.
LATE_VERBS = frozenset({Verb.ACCEPT, Verb.WAITLIST, Verb.DECLINE})

#: What moves nothing: the link that said it stays good.
BESIDE = frozenset({Verb.APPOINTMENT, Verb.ASK, Verb.ROOM})


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
    if (state in TAKEN_STATES and referral.shared_fields) or may_hear_patient(referral):
        found.insert(0, Verb.DETAILS)
    if state in TAKEN_STATES and referral.mode == Mode.SENT:
        found.append(Verb.APPOINTMENT)
    if late_events(referral, by_organization=True):
        found = [Verb.ACCEPT, Verb.WAITLIST, Verb.DECLINE]
    if may_say_late_what_happened(referral):
        found.append(Verb.OUTCOME)
    return [*found, Verb.ASK, Verb.ROOM] if may_write(referral) else found


def forms_for(referral: Referral, *, about: UUID | None = None, name: str | None = None) -> dict[Verb, forms.NamedForm]:
    """Return a form for each verb of the state, with its verb as prefix.

    `about`: the link session whose page it is. Forms of a link ask for the name; of people signed in it is known.
    `name`: typed before on that page.
    """
    return {verb: form_of(referral, verb, about=about, name=name) for verb in verbs_for(referral)}


def sent_form(verb: Verb) -> forms.NamedForm:
    """Return the form of a verb as it was sent, whatever it was about."""
    return _FORMS[verb](prefix=str(verb))


def form_beside(verb: Verb) -> forms.NamedForm:
    """Return the form of an answer as it was sent, without what nobody is asked for when it moves nothing."""
    form = sent_form(verb)
    for name in (_NOT_LATE | {"version"}) & form.data.keys():
        delattr(form, name)
    return form


def form_of(referral: Referral, verb: Verb, *, about: UUID | None = None, name: str | None = None) -> forms.NamedForm:
    """Return the form of a verb, whether the state allows it or not."""
    known = {"about": str(about), "version": str(referral.version), "name": name}
    form = _FORMS[verb](prefix=str(verb), data=known)
    for unasked in ("name", "about") if about is None else ("version",):
        delattr(form, unasked)
    if late_events(referral, by_organization=True):
        for unasked in _NOT_LATE & form.data.keys():
            delattr(form, unasked)
    return form


def asked_of(session: ScopedSession, referral: Referral, *, proven: bool = True) -> Asked:
    """Return what the page shows of the request before it is accepted.

    `proven`: whoever reads it is signed in, or typed a code; nobody else learns of a need that leaves no trace.
    """
    clinic = session.get_one(Member, referral.clinic_id)
    permitted = permitted_now(session, referral)
    values, open_to_all = permitted.values if permitted else {}, first_page_of(referral)
    shown = [field for field in FIRST_PAGE if field in values]
    facts = [asked_field(field, values[field], said=proven or field in open_to_all) for field in shown]
    return Asked(
        clinic_name=clinic.name,
        clinic_phone=clinic.phone,
        urgency=str(words.URGENCIES[referral.urgency]),
        facts=(*facts, *([] if permitted is None or SharedField.ZIP_CODE in values else [zip_not_shared()])),
        taken_back=permitted is None,
    )


def apply_answer(session: ScopedSession, referral: Referral, verb: Verb, form: forms.NamedForm, actor: Actor) -> None:
    """Do what the organization answered. Raises IllegalMove, InvalidInput, StaleDataError. Flushes."""
    if verb in BESIDE:
        _say(session, referral, verb, form, actor)
    elif is_late(referral, verb):
        record_late_answer(session, referral, late_given(verb, form), actor)
    elif verb is Verb.ACCEPT:
        if form.appointment.data:
            _check_appointment(session, referral, form)  # refused before anything moves
        actions.accept(session, referral, actor, note=form.note.data)
        _appoint(session, referral, form, actor)
    elif verb is Verb.DECLINE:
        reason = DeclineReason(form.reason.data)
        if reason is DeclineReason.NO_CAPACITY and form.until.data:
            _room(session, referral, form, actor, status=CapacityStatus.NO_CAPACITY)
        actions.decline(session, referral, actor, reason=reason, note=form.note.data)
    elif verb is Verb.WAITLIST:
        actions.waitlist(session, referral, actor, position=form.position.data, estimate=form.estimate.data)
    elif verb is Verb.START:
        actions.start(session, referral, actor)
    elif verb is Verb.OUTCOME:
        check_after_appointment(session, referral, form.outcome.data, keep=form.keep_outcome.data)
        testify(session, referral, _testimony(form, actor))


def is_late(referral: Referral, verb: Verb) -> bool:
    """Return True if what a verb says now moves nothing: it is kept, and a person at the clinic looks at it."""
    return verb in LATE_VERBS and bool(late_events(referral, by_organization=True))


def late_given(verb: Verb, form: forms.NamedForm) -> GivenLate:
    """Return what was said in the form of an answer that moves nothing."""
    return GivenLate(
        _EVENT_OF[verb],
        DeclineReason(form.reason.data) if verb is Verb.DECLINE else None,
        form.position.data if verb is Verb.WAITLIST else None,
        form.estimate.data if verb is Verb.WAITLIST else None,
        form.note.data if verb is not Verb.WAITLIST else None,
    )


def _say(session: ScopedSession, referral: Referral, verb: Verb, form: forms.NamedForm, actor: Actor) -> None:
    if verb is Verb.APPOINTMENT:
        _appoint(session, referral, form, actor)
    elif verb is Verb.ASK:
        ask_clinic(session, referral, Written(actor, form.filling_id(), form.words.data))
    else:
        _room(session, referral, form, actor, status=CapacityStatus(form.status.data))


def _check_appointment(session: ScopedSession, referral: Referral, form: forms.NamedForm) -> None:
    starts_at(session, referral, form.appointment.data)
    check_open(session, referral, form.appointment.data, keep=form.keep_day.data)


def _appoint(session: ScopedSession, referral: Referral, form: forms.NamedForm, actor: Actor) -> None:
    if form.appointment.data:
        _check_appointment(session, referral, form)
        booked = form.interpreter_booked()
        give_appointment(
            session, referral, GivenAppointment(form.appointment.data, booked, form.filling_id(), actor=actor)
        )


def _room(
    session: ScopedSession, referral: Referral, form: forms.NamedForm, actor: Actor, *, status: CapacityStatus
) -> None:
    say_room(
        session,
        SaidRoom(
            service_id=referral.service_id,
            status=status,
            timezone_name=receivers_zone(session, referral),
            given_id=form.filling_id(),
            until=form.until.data,
            # A decline's word is for the clinic alone; only what was typed as public is shown to everybody.
            note=form.note.data if isinstance(form, desk_forms.RoomForm) else None,
            actor=actor,
        ),
    )


def _testimony(form: forms.NamedForm, actor: Actor) -> GivenTestimony:
    outcome = Outcome(form.outcome.data)
    by_link = actor.kind is ActorKind.LINK
    return GivenTestimony(
        side=Side.ORGANIZATION,
        outcome=outcome,
        channel=TestimonyChannel.LINK if by_link else TestimonyChannel.ACCOUNT,
        reason=form.reason.data or None,
        units=form.units.data,
        speaker=actor.name,
        taken_by=actor.person_id,
        note=form.note.data,
        sending=actor.sending,
    )
