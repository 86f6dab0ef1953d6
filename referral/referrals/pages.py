"""What the clinic's pages of referrals show: rows of the list, filters, the story, both sides' words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts.principal import Signed
from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.i18n import language_name
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.patients.models import Patient
from referral.patients.queries import display_name
from referral.referrals import words
from referral.referrals.actors import ActorKind
from referral.referrals.deadlines import answer_until
from referral.referrals.desk_forms import MessageForm
from referral.referrals.desk_page import beside
from referral.referrals.forms import RecallForm, StepForm
from referral.referrals.late_answers import late_answers_of
from referral.referrals.late_models import LateAnswer
from referral.referrals.models import Referral, ReferralMove, Testimony
from referral.referrals.notices import REMINDER, SECOND_CONTACT, SUBJECT, was_called
from referral.referrals.numbering import number_in_texts
from referral.referrals.other_places import ask_again_url, linked_referrals, other_places, start_again_url
from referral.referrals.policies import ReferralPermission
from referral.referrals.queries import history_of, testimonies_by_side
from referral.referrals.receivers import is_called
from referral.referrals.states import PATIENT_DIED, TAKEN_STATES, ReferralEvent, ReferralState, Side
from referral.referrals.steps import can_record_answer, can_record_outcome, steps_for
from referral.screening.words import is_private_matter, need_label, place_label

#: How lines of the story stand that moved nothing.
LATE, REMINDED = "late", "reminded"

_REMINDED = {
    REMINDER: _l("The organization was reminded by e-mail."),
    SECOND_CONTACT: _l("A second e-mail went to the organization: to somebody else there, where one is known."),
}


@dataclass(frozen=True)
class Row:
    """A referral in a list."""

    url: str
    patient_name: str
    need: str
    service: str
    state: str
    state_label: str
    since: datetime
    simulated: bool
    answers_differ: bool
    patient_id: UUID


@dataclass(frozen=True)
class View:
    """A link that filters the list."""

    url: str
    label: str
    current: bool
    count: int


@dataclass(frozen=True)
class Event:
    """A line of the story."""

    what: str
    when: datetime
    who: str
    state: str
    detail: str
    simulated: bool


@dataclass(frozen=True)
class Word:
    """What somebody said happened, as a list of (label, value) for the page."""

    outcome: str
    state: str
    at: datetime
    late: bool
    facts: tuple[tuple[str, str | None], ...]


def referral_rows(session: ScopedSession, referrals: Sequence[Referral]) -> list[Row]:
    """Return the referrals as rows of a list, in the same order."""
    names = patient_names(session, {referral.patient_id for referral in referrals})
    return [
        Row(
            url=url_for("referrals.show", referral_id=referral.id),
            patient_name=names.get(referral.patient_id, ""),
            need=str(need_label(referral.domain)),
            service=place_label(referral.domain, referral.service_facts.get("service_name")),
            state=referral.state,
            state_label=str(words.state_words(referral)),
            since=referral.closed_at or referral.answered_at or referral.sent_at or referral.created_at,
            simulated=referral.simulated,
            answers_differ=referral.answers_differ,
            patient_id=referral.patient_id,
        )
        for referral in referrals
    ]


def patient_names(session: ScopedSession, patient_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the name to show of each patient."""
    found = select(Patient).where(Patient.id.in_(sorted(patient_ids))).order_by(Patient.id)
    return {patient.id: display_name(patient) for patient in session.scalars(found)}


def filters(counts: Mapping[str, int], chosen: ReferralState | None) -> list[View]:
    """Return the links that filter the list: all, then each state in which some referral stands."""
    shown = [state for state in ReferralState if counts.get(state) or state is chosen]
    everything = View(url_for("referrals.index"), _("All"), chosen is None, sum(counts.values()))
    return [
        everything,
        *(
            View(
                url_for("referrals.index", state=str(state)),
                str(words.STATES[state]),
                state is chosen,
                counts.get(state, 0),
            )
            for state in shown
        ),
    ]


def referral_page(
    session: ScopedSession,
    referral: Referral,
    person: Signed,
    *,
    message: MessageForm | None = None,
    step: StepForm | None = None,
    recall: RecallForm | None = None,
    collision: object = None,
) -> str:
    """Return the page of one referral for the clinic.

    `message`, `step`, `recall`: the form that was refused; `collision`: what others did meanwhile (collisions.py).
    """
    said = testimonies_by_side(session, referral.id)
    left = (referral.undo_until - clock.now()).total_seconds() if referral.undo_until else 0
    return render_template(
        "referrals/show.html",
        referral=referral,
        patient_name=patient_names(session, [referral.patient_id]).get(referral.patient_id, ""),
        **_told(session, referral, person),
        sides=[(words.SIDES[side], _said(session, said[side])) for side in Side],
        steps=steps_for(referral, person),
        refused_step=step or recall,
        collision=collision,
        recall_form=recall or RecallForm(formdata=None, version=str(referral.version)),
        can_record_answer=can_record_answer(referral, person),
        can_record_outcome=can_record_outcome(referral, person),
        number=number_in_texts(session, referral),
        undo_seconds=left if referral.state == ReferralState.HELD else None,
        words=words,
        need=need_label(referral.domain),
        closed=is_private_matter(referral.domain) and not request.args.get("private"),
        other_places=other_places(session, referral, person),
        beside=beside(session, referral),
        message=message or MessageForm(formdata=None, prefix="message"),
        may_write=person.allows(ReferralPermission.RECORD),
        linked=linked_referrals(session, referral),
        start_again_url=start_again_url(session, referral, person),
    )


def story_of(session: ScopedSession, referral: Referral) -> list[Event]:
    """Return the moves of a referral, the reminders, and the answers that came late as a story, oldest first."""
    moves, late = history_of(session, referral.id), late_answers_of(session, referral)
    people = names_of(session, {row.person_id for row in moves} | {row.person_id for row in late})
    called = was_called(session, referral)
    told = [_event(row, people, simulated=referral.simulated, called=called) for row in moves]
    told += [_late_event(row, people) for row in late]
    told += _reminders(session, referral)
    return sorted(told, key=lambda event: event.when)


def _told(session: ScopedSession, referral: Referral, person: Signed) -> dict[str, object]:
    """Return the story, what of it came late and what may follow from that, and how the organization is reached."""
    events = story_of(session, referral)
    return {
        "events": events,
        "late": [event for event in events if event.state == LATE],
        "ask_again_url": ask_again_url(session, referral, person),
        "by_phone": is_called(session, referral),
        "answer_until": answer_until(session, referral),
    }


def _who(row: ReferralMove | LateAnswer, people: Mapping[UUID | None, str]) -> str:
    taker = people.get(row.person_id) if row.person_id else None
    named: str | None = row.actor_name
    if named and taker and named != taker:
        return str(_("%(speaker)s, written down by %(taker)s", speaker=named, taker=taker))
    if named and row.actor_kind == ActorKind.STAFF_TEXT:
        return str(_("%(speaker)s, by text message", speaker=named))
    return named or taker or str(words.ACTORS[row.actor_kind])


def _reminders(session: ScopedSession, referral: Referral) -> list[Event]:
    """Return the mails by which the organization was reminded, as far as they really left."""
    sent = select(Message.template, Message.sent_at).where(
        Message.subject_kind == SUBJECT,
        Message.subject_id == referral.id,
        Message.template.in_(_REMINDED),
        Message.sent_at.is_not(None),
    )
    who = str(words.ACTORS[ActorKind.CLOCK])
    return [
        Event(str(_REMINDED[row.template]), row.sent_at, who, REMINDED, "", simulated=referral.simulated)
        for row in session.execute(sent.order_by(Message.sent_at, Message.id))
    ]


def _late_event(row: LateAnswer, people: Mapping[UUID | None, str]) -> Event:
    place = _("Place on the list: %(position)s.", position=row.position) if row.position else None
    parts = (words.reason_words(row.reason), place, row.estimate, row.note)
    detail = " ".join(part for part in parts if part)
    sentences = words.BESIDE if row.state in TAKEN_STATES else words.LATE
    return Event(str(sentences[row.event]), row.at, _who(row, people), LATE, detail, simulated=False)


def _event(row: ReferralMove, people: Mapping[UUID | None, str], *, simulated: bool, called: bool) -> Event:
    who, is_send = _who(row, people), row.event == ReferralEvent.SEND
    said = words.is_in_part(row.to_state, row.reason) or row.reason == PATIENT_DIED
    reason = "" if said else words.reason_words(row.reason)
    detail = " ".join(part for part in (reason, row.note) if part)
    return Event(
        what=str(words.CALLED if called and is_send else words.happened_words(row)),
        when=row.at,
        who=who,
        state=row.to_state,
        detail=detail,
        simulated=simulated and is_send and not called,
    )


def _said(session: ScopedSession, rows: Sequence[Testimony]) -> list[Word]:
    people = names_of(session, {row.taken_by for row in rows})
    return [_word(row, people) for row in rows]


def _word(row: Testimony, people: Mapping[UUID | None, str]) -> Word:
    facts = (
        (_("Why"), words.reason_words(row.reason)),
        (_("How much"), row.units),
        (_("Said by"), row.speaker),
        (_("How"), str(words.CHANNELS[row.channel])),
        (_("Language"), language_name(row.language)),
        (_("Interpreter"), row.interpreter),
        (_("Written down by"), people.get(row.taken_by) if row.taken_by else None),
        (_("Note"), row.note),
    )
    helped = "completed" if row.outcome in ("received", "partly_received") else "not_completed"
    return Word(
        outcome=str(words.OUTCOMES[row.outcome]),
        state=helped,
        at=row.at,
        late=row.late,
        facts=tuple(fact for fact in facts if fact[1]),
    )
