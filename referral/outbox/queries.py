"""How the queue stands: for the banner, the health page and the administrator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message, SenderPause
from referral.outbox.moves import states_with
from referral.outbox.states import MessageEvent, MessageState


@dataclass(frozen=True)
class QueueHealth:
    """`due`: messages that could go now; `oldest_due_at`: since when the first of them could (story time).

    `unknown`: may or may not have been sent, still waiting for a report; `needs_human`: nobody reported.
    `paused`: channels that rest because the provider refuses our account or setting, with the provider's code.
    """

    due: int
    oldest_due_at: datetime | None
    unknown: int
    needs_human: int
    paused: tuple[tuple[str, str], ...]


def queue_health(session: ScopedSession) -> QueueHealth:
    """Return how the queue stands. Needs a session with a job's scope: it counts over all clinics."""
    waiting = (Message.state.in_(states_with(MessageEvent.CLAIM)), Message.not_before <= clock.now())
    due, oldest = session.execute(select(func.count(), func.min(Message.not_before)).where(*waiting)).one()
    pauses = select(SenderPause).where(SenderPause.until > clock.wall()).order_by(SenderPause.channel)
    return QueueHealth(
        due=due,
        oldest_due_at=oldest,
        unknown=_count(session, MessageState.UNKNOWN),
        needs_human=_count(session, MessageState.NEEDS_HUMAN),
        paused=tuple((pause.channel, pause.reason) for pause in session.scalars(pauses)),
    )


def _count(session: ScopedSession, state: MessageState) -> int:
    return session.scalar(select(func.count()).select_from(Message).where(Message.state == state)) or 0
