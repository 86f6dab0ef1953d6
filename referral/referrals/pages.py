"""What the clinic's pages of referrals show: rows of the list, filters, the story, both sides' words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.principal import Signed
from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.i18n import language_name
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import display_name
from referral.referrals import words
from referral.referrals.forms import StepForm
from referral.referrals.models import Referral, ReferralMove, Testimony
from referral.referrals.numbering import number_in_texts
from referral.referrals.queries import history_of, testimonies_by_side
from referral.referrals.states import ReferralEvent, ReferralState, Side
from referral.referrals.steps import can_record_answer, can_record_outcome, steps_for
from referral.screening.words import need_label


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
            service=str(referral.service_facts.get("service_name", "")),
            state=referral.state,
            state_label=str(words.STATES[referral.state]),
            since=referral.closed_at or referral.answered_at or referral.sent_at or referral.created_at,
            simulated=referral.simulated,
            answers_differ=referral.answers_differ,
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


def referral_page(session: ScopedSession, referral: Referral, person: Signed) -> str:
    """Return the page of one referral for the clinic."""
    said = testimonies_by_side(session, referral.id)
    left = (referral.undo_until - clock.now()).total_seconds() if referral.undo_until else 0
    return render_template(
        "referrals/show.html",
        referral=referral,
        patient_name=patient_names(session, [referral.patient_id]).get(referral.patient_id, ""),
        events=story_of(session, referral),
        sides=[(words.SIDES[side], _said(session, said[side])) for side in Side],
        steps=steps_for(referral, person),
        step_form=StepForm(formdata=None, version=str(referral.version)),
        can_record_answer=can_record_answer(referral, person),
        can_record_outcome=can_record_outcome(referral, person),
        number=number_in_texts(session, referral),
        undo_seconds=left if referral.state == ReferralState.HELD else None,
        words=words,
        need=need_label(referral.domain),
    )


def story_of(session: ScopedSession, referral: Referral) -> list[Event]:
    """Return the moves of a referral as lines of a story, oldest first."""
    moves = history_of(session, referral.id)
    people = names_of(session, {row.person_id for row in moves})
    return [_event(row, people, simulated=referral.simulated) for row in moves]


def _event(row: ReferralMove, people: Mapping[UUID | None, str], *, simulated: bool) -> Event:
    taker = people.get(row.person_id) if row.person_id else None
    who = row.actor_name or taker or str(words.ACTORS[row.actor_kind])
    if row.actor_name and taker and row.actor_name != taker:
        who = _("%(speaker)s, written down by %(taker)s", speaker=row.actor_name, taker=taker)
    detail = " ".join(part for part in (words.reason_words(row.reason), row.note) if part)
    return Event(
        what=str(words.HAPPENED[row.event]),
        when=row.at,
        who=who,
        state=row.to_state,
        detail=detail,
        simulated=simulated and row.event == ReferralEvent.SEND,
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
