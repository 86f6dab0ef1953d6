"""Answers that come late: after the time ran out, after another place was asked, after a decline. Information only.

A late answer is kept as it was given, stands in the story, and makes a to-do; it moves nothing, so that no need has two
live receivers by accident. Whether it changes what should happen is decided by a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.referrals.actions import check_position
from referral.referrals.actors import Actor, check_actor
from referral.referrals.declining import check_rule
from referral.referrals.late_models import LATE_EVENTS, LateAnswer
from referral.referrals.models import Referral
from referral.referrals.sent_again import marked_id
from referral.referrals.states import REFERRAL_MACHINE, TAKEN_STATES, DeclineReason, Mode, ReferralEvent, ReferralState
from referral.referrals.to_dos import need_a_person
from referral.todos.models import ToDoReason

S = ReferralState

#: Where an answer is late. What was recalled was no request at all, and a closed one has its outcomes.
LATE_STATES = frozenset({S.EXPIRED, S.DECLINED, S.WITHDRAWN, S.CANCELLED})
#: Where the organization itself may still answer: elsewhere it was told to stop, and only somebody who calls hears it.
OPEN_TO_ORGANIZATION = frozenset({S.EXPIRED, S.DECLINED})
#: Where somebody whose colleague answered first is heard beside that answer.
HEARD_BESIDE = OPEN_TO_ORGANIZATION | frozenset(TAKEN_STATES)


@dataclass(frozen=True)
class GivenLate:
    """What was answered. `reason`: of a decline. `position`, `estimate`: of a waiting list, as far as known."""

    event: ReferralEvent
    reason: DeclineReason | None = None
    position: int | None = None
    estimate: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)


def late_events(referral: Referral, *, by_organization: bool) -> tuple[ReferralEvent, ...]:
    """Return what can be answered late now; nothing for what was never sent."""
    states = OPEN_TO_ORGANIZATION if by_organization else LATE_STATES
    if referral.mode != Mode.SENT or referral.receiver_id is None or referral.state not in states:
        return ()
    return LATE_EVENTS


def events_beside(referral: Referral) -> tuple[ReferralEvent, ...]:
    """Return what somebody can still say whose colleague answered first; nothing once it was taken back or closed."""
    asked = referral.mode == Mode.SENT and referral.receiver_id is not None
    return LATE_EVENTS if asked and referral.state in HEARD_BESIDE else ()


def may_say_late_what_happened(referral: Referral) -> bool:
    """Return True if the organization may still say what happened, though the referral is over: it moves nothing.

    After the patient closed it by their words, the organization's side is heard too; neither overwrites the other.
    """
    asked = referral.mode == Mode.SENT and referral.receiver_id is not None
    return asked and referral.state in (*OPEN_TO_ORGANIZATION, S.COMPLETED, S.NOT_COMPLETED)


def record_late_answer(
    session: ScopedSession, referral: Referral, given: GivenLate, actor: Actor, *, beside: bool = False
) -> LateAnswer:
    """Return the stored answer; the referral stays where it is, and a person is told. Flushes; the caller commits.

    Said again in the same words, it is the same answer. `beside`: a colleague answered first. Raises IllegalMove where
    no answer is late, Denied for an actor who never answers, InvalidInput for a decline without a reason.
    """
    check_actor(actor, given.event)
    if given.event not in (events_beside(referral) if beside else late_events(referral, by_organization=False)):
        raise IllegalMove(REFERRAL_MACHINE.name, S(referral.state), given.event)
    if given.event is ReferralEvent.DECLINE and given.reason is None:
        raise InvalidInput(_l("Choose why they decline, so that the next place fits better."), "reason")
    if given.event is ReferralEvent.DECLINE:
        check_rule(given.reason, given.note)
    check_position(given.position)
    before = late_answers_of(session, referral)
    if before and _given(before[-1]) == given:
        return before[-1]
    row = LateAnswer(
        id=marked_id(referral.id, actor.sending),
        clinic_id=referral.clinic_id,
        receiver_id=referral.receiver_id,
        patient_id=referral.patient_id,
        referral_id=referral.id,
        event=given.event,
        state=referral.state,
        reason=given.reason,
        position=given.position,
        actor_kind=actor.kind,
        person_id=actor.person_id,
        at=clock.now(),
    )
    row.estimate, row.note, row.actor_name = given.estimate, given.note, actor.name
    session.add(row)
    session.flush()
    with session.widened("late answer"):
        need_a_person(session, referral, ToDoReason.LATE_ANSWER, key=str(row.id))
    return row


def late_answers_of(session: ScopedSession, referral: Referral) -> Sequence[LateAnswer]:
    """Return the late answers to a referral, oldest first, as far as the session's scope reaches."""
    found = select(LateAnswer).where(LateAnswer.referral_id == referral.id)
    return session.scalars(found.order_by(LateAnswer.at, LateAnswer.id)).all()


def _given(row: LateAnswer) -> GivenLate:
    reason = DeclineReason(row.reason) if row.reason else None
    return GivenLate(ReferralEvent(row.event), reason, row.position, row.estimate, row.note)
