"""What each side says happened, and the rule by which it closes the referral.

The first outcome testimony closes, with its source. A patient's "no" never closes: it brings more help. A later
testimony that contradicts is kept beside the first: the answers differ, and a person looks at both. What is said after
a decline, an expiry or the close is information that came late; it moves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.referrals import hooks
from referral.referrals.actions import move
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.amounts import faults_of
from referral.referrals.models import Referral, Testimony
from referral.referrals.sent_again import marked_id
from referral.referrals.states import (
    REFERRAL_MACHINE,
    TAKEN_STATES,
    NotCompletedReason,
    Outcome,
    ReferralEvent,
    ReferralState,
    Side,
    TestimonyChannel,
)
from referral.referrals.to_dos import need_a_person
from referral.todos.models import ToDoReason
from resources_directory.models.service import Service

S, E = ReferralState, ReferralEvent

_NOT_YET = frozenset({S.DRAFT, S.HELD})
_HELPED = frozenset({Outcome.RECEIVED, Outcome.PARTLY_RECEIVED})

_ACTOR_OF = {
    TestimonyChannel.LINK: ActorKind.LINK,
    TestimonyChannel.ACCOUNT: ActorKind.MEMBERSHIP,
    TestimonyChannel.TEXT: ActorKind.TEXT,
    TestimonyChannel.PHONE: ActorKind.PHONE,
    TestimonyChannel.IN_PERSON: ActorKind.PHONE,
}

_ONLY_THEY = _l("This service is confidential: only the patient says what happened. Ask them when they are alone.")


@dataclass(frozen=True)
class GivenTestimony:
    """What one side says happened, how it reached us, who spoke (`speaker`) and who wrote it down (`taken_by`).

    `reason`: a NotCompletedReason where help did not come; the organization must give one. `units`: "2 boxes".
    `sending`: of the form, as it was sent (sent_again.py).
    """

    side: Side
    outcome: Outcome
    channel: TestimonyChannel
    reason: str | None = None
    units: str | None = None
    speaker: str | None = field(default=None, repr=False)
    taken_by: UUID | None = None
    interpreter: str | None = None
    language: str | None = None
    inbound_message_id: UUID | None = None
    note: str | None = field(default=None, repr=False)
    sending: str | None = None


def testify(session: ScopedSession, referral: Referral, given: GivenTestimony) -> Testimony:
    """Return the stored testimony after the closing rule was applied. Flushes; the caller commits.

    Raises IllegalMove before the referral left the clinic, and for an organization that has not accepted yet;
    InvalidInput when the organization gives no reason why help did not come, when amount or reason do not fit the
    outcome, and for the word of a confidential one.
    """
    state = S(referral.state)
    _check(state, given)
    if given.side is Side.ORGANIZATION and _is_confidential(session, referral):
        raise InvalidInput(_ONLY_THEY, "side")
    with session.widened("testimony"):  # an organization does not see what the patient said, but the rule must
        earlier = testimonies_of(session, referral.id)
    row = _store(session, referral, given, late=state not in TAKEN_STATES and state is not S.SENT)
    if state in TAKEN_STATES:
        _close(session, referral, given)
    elif state is S.SENT:
        _before_the_answer(session, referral, given)
    else:
        _late(session, referral, given, state)
    if _differs(given, earlier, was_closed=state in (S.COMPLETED, S.NOT_COMPLETED)):
        referral.answers_differ = True
        session.flush()
        need_a_person(session, referral, ToDoReason.ANSWERS_DIFFER)
    with session.widened("testimony"):
        hooks.on_testified(session, referral, row)
    return row


def testimonies_of(session: ScopedSession, referral_id: UUID) -> Sequence[Testimony]:
    """Return what was said about the referral, oldest first, as far as the session's scope reaches."""
    said = select(Testimony).where(Testimony.referral_id == referral_id)
    return session.scalars(said.order_by(Testimony.at, Testimony.id)).all()


def contradict(one: str, other: str) -> bool:
    """Return True if help came by one outcome and did not come by the other. "No longer wanted" contradicts nothing."""
    return Outcome.NOT_RECEIVED in (one, other) and bool(_HELPED & {one, other})


def closing_event(side: Side, outcome: Outcome) -> ReferralEvent | None:
    """Return how an outcome closes a referral that was taken on; None for a patient's "no", which never closes."""
    if outcome in _HELPED:
        return E.COMPLETE
    if outcome is Outcome.NOT_RECEIVED and side is Side.PATIENT:
        return None
    return E.FAIL


def _is_confidential(session: ScopedSession, referral: Referral) -> bool:
    return bool(session.scalar(select(Service.is_confidential).where(Service.id == referral.service_id)))


def _check(state: ReferralState, given: GivenTestimony) -> None:
    if state in _NOT_YET or (state is S.SENT and given.side is Side.ORGANIZATION):
        raise IllegalMove(REFERRAL_MACHINE.name, state, E.COMPLETE)
    if given.reason is not None and given.reason not in set(NotCompletedReason):
        raise InvalidInput(_l("Choose a reason from the list."), "reason")
    for fault in faults_of(given.outcome, reason=given.reason, units=given.units):
        raise fault
    if given.side is Side.ORGANIZATION and given.outcome is Outcome.NOT_RECEIVED and given.reason is None:
        raise InvalidInput(_l("Choose why help did not come, so that the clinic can find another way."), "reason")


def _store(session: ScopedSession, referral: Referral, given: GivenTestimony, *, late: bool) -> Testimony:
    row = Testimony(
        id=marked_id(referral.id, given.sending),
        clinic_id=referral.clinic_id,
        # What the patient says is the clinic's; organizations see it only by consent.
        receiver_id=referral.receiver_id if given.side is Side.ORGANIZATION else None,
        patient_id=referral.patient_id,
        referral_id=referral.id,
        side=given.side,
        outcome=given.outcome,
        reason=given.reason,
        units=given.units,
        channel=given.channel,
        taken_by=given.taken_by,
        interpreter=given.interpreter,
        language=given.language,
        inbound_message_id=given.inbound_message_id,
        late=late,
        at=clock.now(),
    )
    row.speaker, row.note = given.speaker, given.note
    session.add(row)
    session.flush()
    return row


def _close(session: ScopedSession, referral: Referral, given: GivenTestimony) -> None:
    event = closing_event(given.side, given.outcome)
    if event is None:
        return
    reason = given.reason
    if given.outcome is Outcome.NO_LONGER_WANTED:
        reason = NotCompletedReason.NO_LONGER_WANTED
    if event is E.COMPLETE:  # without it everybody who reads the state would be told that all of the help came
        reason = given.outcome if given.outcome is Outcome.PARTLY_RECEIVED else None
    move(session, referral, event, _actor(given), reason=reason)


def _before_the_answer(session: ScopedSession, referral: Referral, given: GivenTestimony) -> None:
    """The patient speaks before the organization has answered. No longer wanted withdraws; the rest needs a person."""
    if given.outcome is Outcome.NO_LONGER_WANTED:
        move(session, referral, E.WITHDRAW, _actor(given), reason=NotCompletedReason.NO_LONGER_WANTED)
    elif given.outcome is Outcome.NOT_RECEIVED:
        # A key of its own: the clock's to-do of the same reason must come all the same.
        need_a_person(session, referral, ToDoReason.ORGANIZATION_SILENT, key=given.side)
    else:
        note = _("The patient says that help came, but the organization has not answered. Ask it, and write that down.")
        need_a_person(session, referral, ToDoReason.OTHER, key="helped_before_answer", note=note)


def _late(session: ScopedSession, referral: Referral, given: GivenTestimony, state: ReferralState) -> None:
    """A late word needs a person where it changes what should be done: help came though nobody was to give it."""
    if state not in (S.COMPLETED, S.NOT_COMPLETED) and given.outcome in _HELPED:
        need_a_person(session, referral, ToDoReason.LATE_ANSWER, key=given.side)


def _differs(given: GivenTestimony, earlier: Sequence[Testimony], *, was_closed: bool) -> bool:
    """Return True if the newest word of the other side, or one's own word that closed it, says otherwise."""
    newest = {row.side: row.outcome for row in earlier}
    return any(
        contradict(given.outcome, outcome) for side, outcome in newest.items() if was_closed or side != given.side
    )


def _actor(given: GivenTestimony) -> Actor:
    return Actor(_ACTOR_OF[given.channel], given.taken_by, given.speaker)
