"""Quarantine: after a restored copy nothing is sent until somebody has looked, and single messages are set aside."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from referral.kit import clock
from referral.kit.installation import Installation, installation
from referral.kit.scope import ScopedSession
from referral.outbox import hooks
from referral.outbox.models import Message
from referral.outbox.moves import may_move, move, release, states_with
from referral.outbox.states import MessageEvent, MessageState

#: Why a message is set aside: its copy was restored, so it may have been sent since; somebody said so.
RESTORED, BY_HAND = "restored", "by_hand"


class NotPossible(Exception):
    """A message cannot be moved so from where it stands; the text says which, and nothing was changed."""


def is_quarantined(session: ScopedSession) -> bool:
    """Return True while nothing at all is to be sent."""
    return session.scalar(select(Installation.quarantined_at).where(Installation.id == 1)) is not None


def quarantine_queue(session: ScopedSession, *, reason: str = BY_HAND) -> int:
    """Send nothing from now on, and set aside what waits; return how many messages. Flushes.

    What is queued later waits too, until `release_queue`.
    """
    row = installation(session)
    row.quarantined_at = row.quarantined_at or clock.wall()
    waiting = select(Message.id).where(Message.state.in_(states_with(MessageEvent.QUARANTINE)))
    return quarantine_messages(session, session.scalars(waiting.order_by(Message.id)).all(), reason=reason)


def quarantine_messages(session: ScopedSession, ids: Collection[UUID], *, reason: str = BY_HAND) -> int:
    """Set messages aside; return how many. Flushes. Raises NotPossible."""
    return _moved(session, ids, MessageEvent.QUARANTINE, reason)


def release_queue(session: ScopedSession, *, send: bool) -> int:
    """End the quarantine; return how many messages that a restored copy held were moved. Flushes.

    `send`: they go after all, past the gate; else people hear of each: it may or may not have been sent.
    """
    installation(session).quarantined_at = None
    held = Message.state == MessageState.QUARANTINED, Message.reason.in_((RESTORED, BY_HAND))
    ids = session.scalars(select(Message.id).where(*held).order_by(Message.id)).all()
    if send:
        return release_messages(session, ids)
    for message in _locked(session, ids):
        move(message, MessageEvent.GIVE_TO_HUMAN)
        session.flush()
        hooks.on_message_stuck(session, message)
    return len(ids)


def release_messages(session: ScopedSession, ids: Collection[UUID]) -> int:
    """Let messages go that were set aside, as if due now; the gate looks at each. Flushes. Raises NotPossible."""
    return _moved(session, ids, MessageEvent.RELEASE, None)


def try_again(session: ScopedSession, ids: Collection[UUID]) -> int:
    """Send messages again that were given up, as if due now; the gate looks at each. Flushes. Raises NotPossible.

    One that may or may not have been sent may then arrive twice.
    """
    return _moved(session, ids, MessageEvent.TRY_AGAIN, None)


def _moved(session: ScopedSession, ids: Collection[UUID], event: MessageEvent, reason: str | None) -> int:
    messages = _locked(session, ids)
    for message in messages:
        if not may_move(message, event):
            raise NotPossible(f"{message.id} is {message.state}")
        move(message, event)
        release(message)
        message.reason, message.lost_claims = reason, 0
        if reason is None:
            message.not_before = message.due_at = clock.now()
    session.flush()
    return len(messages)


def _locked(session: ScopedSession, ids: Collection[UUID]) -> list[Message]:
    """Return the messages, locked, in the order of their ids. Raises NotPossible when one is missing."""
    which = select(Message).where(Message.id.in_(ids)).order_by(Message.id).with_for_update()
    found = list(session.scalars(which.execution_options(populate_existing=True)))
    missing = set(ids) - {message.id for message in found}
    if missing:
        raise NotPossible(f"there is no message {min(missing)}")
    return found
