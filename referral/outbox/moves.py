"""Moving a message along its machine: the row locked, the event allowed, the new state written."""

from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.outbox.states import MESSAGE_MACHINE, MessageEvent, MessageState


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
