"""Moving a message along its machine: the row locked, the event allowed, the new state written."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.outbox.states import MESSAGE_MACHINE, MessageEvent, MessageState

#: How long after an unclear end the provider's list is first read; a status callback usually comes within seconds.
FIRST_LOOK = timedelta(minutes=2)


def locked_message(session: ScopedSession, message_id: UUID) -> Message | None:
    """Return the message as it stands now, locked until the transaction ends; None when there is none in scope."""
    statement = select(Message).where(Message.id == message_id).with_for_update()
    return session.scalar(statement.execution_options(populate_existing=True))


def move(message: Message, event: MessageEvent) -> None:
    """Put the message into its next state. Raises IllegalMove. The message must be locked."""
    message.state = MESSAGE_MACHINE.next_state(MessageState(message.state), event)


def may_move(message: Message, event: MessageEvent) -> bool:
    """Return True where `event` is possible in the message's state."""
    return (MessageState(message.state), event) in MESSAGE_MACHINE.moves


def states_with(event: MessageEvent) -> list[MessageState]:
    """Return the states in which `event` is possible, in table order."""
    return [source for (source, possible) in MESSAGE_MACHINE.moves if possible is event]


def release(message: Message) -> None:
    """Give up the lease."""
    message.lease_owner = None
    message.lease_until = None


def doubt(message: Message, *, reason: str) -> None:
    """It may or may not have been sent: give up the lease, and ask the provider soon. The message must be UNKNOWN."""
    release(message)
    message.reason, message.unknown_since, message.looks = reason, clock.wall(), 0
    message.next_look_at = clock.wall() + FIRST_LOOK


def know(message: Message) -> None:
    """What became of the last attempt is known: nothing is to be asked any more."""
    message.unknown_since = message.next_look_at = message.reason = None
    message.looks = 0
