"""Claiming due messages under a lease (T1), and moving on what time has overtaken (T3, T7, T10, T12).

Leases are real time (clock.wall); due times are the story's (clock.now).
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox import hooks
from referral.outbox.failures import repeat
from referral.outbox.models import Message
from referral.outbox.moves import doubt, move, release, states_with
from referral.outbox.receipts import LOST, REPORTING_PROVIDERS
from referral.outbox.states import MESSAGE_MACHINE, Channel, MessageEvent, MessageState

log = logging.getLogger(__name__)

#: How long a worker may hold a message. One lease for the whole product, several times the gateway's timeout.
LEASE = timedelta(seconds=45)

#: How long a message may stay UNKNOWN before a person is asked; a status callback usually comes within seconds.
UNKNOWN_PATIENCE = timedelta(hours=1)

#: After this long without a final report none will come (Twilio itself gives a message up after 10 hours).
REPORT_PATIENCE = timedelta(hours=72)

#: Rows moved in one transaction by the sweep.
SWEEP_LIMIT = 200

#: A message whose worker died so often before it was submitted is set aside: it may be what kills them.
MOST_LOST_CLAIMS = 5


@dataclass(frozen=True)
class Claimed:
    """A message that a worker holds. `suspect`: a worker died while it held it; `trial`: its sender has just rested."""

    message_id: UUID
    phone_number_id: UUID | None
    suspect: bool
    trial: bool = False


def claim_messages(
    session: ScopedSession, channel: Channel, *, most: int, owner: str, lease: timedelta = LEASE
) -> list[Claimed]:
    """Return the longest due messages of a channel, at most `most`, oldest first, now claimed by `owner` (T1).

    Two workers never get the same one: the rows are locked while they are picked, and others skip them. A suspect is
    claimed alone, so that one that kills its workers brings no other message under suspicion twice.
    """
    waiting = Message.state.in_(states_with(MessageEvent.CLAIM))
    picked = (
        select(Message.id, Message.phone_number_id, Message.lost_claims > 0)
        .where(waiting, Message.not_before <= clock.now(), Message.channel == channel)
        .order_by(Message.not_before, Message.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = [Claimed(*row) for row in session.execute(picked)]
    chosen = found[:1] if found and found[0].suspect else list(takewhile(lambda each: not each.suspect, found))
    if chosen:
        marked = update(Message).where(Message.id.in_([each.message_id for each in chosen]), waiting)
        values = {"state": MessageState.CLAIMED, "lease_owner": owner, "lease_until": clock.wall() + lease}
        session.execute(marked.values(values).execution_options(synchronize_session=False))
    return chosen


def give_back(session: ScopedSession, message_ids: Collection[UUID], *, owner: str) -> None:
    """Let claimed messages go that there was no time for. What was taken back meanwhile stays as it is."""
    ours = (Message.state == MessageState.CLAIMED, Message.lease_owner == owner)
    back = MESSAGE_MACHINE.next_state(MessageState.CLAIMED, MessageEvent.POSTPONE)
    statement = update(Message).where(Message.id.in_(sorted(message_ids)), *ours)
    freed = statement.values(state=back, lease_owner=None, lease_until=None)
    session.execute(freed.execution_options(synchronize_session=False))


def sweep(session: ScopedSession, *, unknown_patience: timedelta = UNKNOWN_PATIENCE) -> int:
    """Move on every message that time has overtaken; return how many. A person hears of those that are stuck."""
    wall, now = clock.wall(), clock.now()
    return (
        _free_claimed(session, wall)
        + _doubt_submitting(session, wall)
        + _give_to_human(session, wall - unknown_patience)
        + _let_run_out(session, now)
        + _tell_of_losses(session, now)
        + _stop_waiting_for_reports(session, now - REPORT_PATIENCE)
    )


def _free_claimed(session: ScopedSession, wall: datetime) -> int:
    """T3: nothing is ever posted from CLAIMED, so going back is safe."""
    rows = _overtaken(session, [MessageState.CLAIMED], Message.lease_until <= wall)
    for message in rows:
        move(message, MessageEvent.LEASE_RAN_OUT)
        release(message)
        message.lost_claims += 1
    session.flush()
    for message in rows:
        if message.lost_claims >= MOST_LOST_CLAIMS:
            _told_a_person(session, message, MessageEvent.QUARANTINE, reason="kills_workers")
    return len(rows)


def _doubt_submitting(session: ScopedSession, wall: datetime) -> int:
    """T7: the worker died, or sleeps, somewhere around the POST."""
    rows = _overtaken(session, [MessageState.SUBMITTING], Message.lease_until <= wall)
    for message in rows:
        move(message, MessageEvent.LEASE_RAN_OUT)
        doubt(message, reason="worker_died")
    session.flush()
    return len(rows)


def _give_to_human(session: ScopedSession, before: datetime) -> int:
    """T10: neither a report nor the provider's list knew of it, or nobody could be asked: never again blindly."""
    rows = _overtaken(session, [MessageState.UNKNOWN], Message.unknown_since <= before)
    return sum(_told_a_person(session, message, MessageEvent.GIVE_TO_HUMAN) for message in rows)


def _tell_of_losses(session: ScopedSession, now: datetime) -> int:
    """What the carrier lost is said once more, where that may help; else a person hears of it."""
    rows = _overtaken(session, LOST, Message.tell_at <= now)
    for message in rows:
        message.tell_at = None
    session.flush()
    return sum(repeat(session, message) or _told_a_person(session, message, None) for message in rows)


def _let_run_out(session: ScopedSession, now: datetime) -> int:
    rows = _overtaken(session, [MessageState.PENDING, MessageState.RETRY_WAIT], Message.expires_at <= now)
    return sum(_told_a_person(session, message, MessageEvent.RUN_OUT, reason="expired") for message in rows)


def _told_a_person(
    session: ScopedSession, message: Message, event: MessageEvent | None, *, reason: str | None = None
) -> bool:
    """Move a message and let a person hear of it, in a savepoint: one that fails holds up none of the others."""
    message_id = message.id
    try:
        with session.begin_nested():
            if event is not None:
                move(message, event)
                message.next_look_at = None
            message.reason = reason or message.reason
            session.flush()
            hooks.on_message_stuck(session, message)
    except Exception as error:
        log.exception("nobody was told", extra={"message_id": str(message_id), "error": type(error).__name__})
        return False
    return True


def _stop_waiting_for_reports(session: ScopedSession, before: datetime) -> int:
    """T12: the last word we will ever get; never a reason to send again."""
    states = [MessageState.ACCEPTED, MessageState.SENT]
    rows = _overtaken(session, states, Message.sent_at <= before, Message.provider.in_(REPORTING_PROVIDERS))
    for message in rows:
        move(message, MessageEvent.NO_REPORT)
        message.next_look_at = None
    session.flush()
    return len(rows)


def _overtaken(
    session: ScopedSession, states: Collection[MessageState], *conditions: ColumnElement[bool]
) -> list[Message]:
    """Return locked messages in one of `states` for which the conditions hold, oldest first."""
    statement = (
        select(Message)
        .where(Message.state.in_(sorted(states)), *conditions)
        .order_by(Message.not_before, Message.id)
        .limit(SWEEP_LIMIT)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))
