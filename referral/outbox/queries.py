"""How the queue stands: for the health page, the administrator and the command line. No words, no phone, no name.

Every question needs a session with a job's scope, or one that is widened: the queue is counted over all clinics.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from referral.kit import clock
from referral.kit.installation import Installation
from referral.kit.scope import ScopedSession
from referral.outbox.gateway.base import ErrorClass
from referral.outbox.models import Message, SenderStanding
from referral.outbox.moves import states_with
from referral.outbox.states import MessageEvent, MessageState

#: Over how long the pace is measured from which the time to drain is told.
PACE_WINDOW = timedelta(minutes=15)

#: A share of a day's texts that carriers filter, above which the words or the registration must be looked at.
MUCH_BLOCKED = 0.02
DAY = timedelta(days=1)

#: How long a message that was given up stands among what waits for a person; what was set aside stands until let go.
RECENT = timedelta(days=14)

#: States in which a message waits for a person's decision, and `flask outbox` can move it.
DECIDED_BY_PEOPLE = (MessageState.QUARANTINED, MessageState.NEEDS_HUMAN, MessageState.REJECTED, MessageState.EXPIRED)

#: Since when a message should have gone (story time).
_since = func.coalesce(Message.due_at, Message.not_before)


@dataclass(frozen=True)
class SenderHealth:
    """How a sender stands. `rests_until`: real time, none while it may send; `reason`: the provider's code.

    `fetched_at`: when the texts that arrived were last fetched; `day`: texts of a day, `blocked` of them filtered.
    """

    name: str
    channel: str
    failures: int
    rests_until: datetime | None
    reason: str | None
    fetched_at: datetime | None
    day: int
    blocked: int

    @property
    def much_blocked(self) -> bool:
        """True where carriers filter so much that somebody must look."""
        return self.day > 0 and self.blocked / self.day > MUCH_BLOCKED


@dataclass(frozen=True)
class QueueHealth:
    """`due`: messages that could go now; `oldest_due_at`: since when the first of them should have gone (story time).

    `unknown`: may or may not have been sent, the provider is still asked; `unknown_since`: the oldest of them, real
    time. `counts`: state to how many, of those that wait for a person (`RECENT`). `paused`: senders that rest, and why.
    `gone_lately`: messages that went in the last `PACE_WINDOW`.
    """

    due: int
    oldest_due_at: datetime | None
    unknown: int
    unknown_since: datetime | None
    counts: dict[MessageState, int]
    quarantined_at: datetime | None
    gone_lately: int
    senders: tuple[SenderHealth, ...]

    @property
    def needs_human(self) -> int:
        """How many nobody could clear up."""
        return self.counts[MessageState.NEEDS_HUMAN]

    @property
    def paused(self) -> tuple[tuple[str, str], ...]:
        """The senders that rest: (name, why)."""
        return tuple((each.name, each.reason or "") for each in self.senders if each.rests_until)

    @property
    def time_to_drain(self) -> timedelta | None:
        """How long what is due takes at the pace of late; None where nothing went, so that nothing can be told."""
        if not self.due:
            return timedelta()
        return PACE_WINDOW * self.due / self.gone_lately if self.gone_lately else None


@dataclass(frozen=True)
class ListedMessage:
    """A message as the command line lists it: never its words, its phone or its patient."""

    message_id: UUID
    state: str
    reason: str | None
    channel: str
    template: str
    due_at: datetime


def queue_health(session: ScopedSession) -> QueueHealth:
    """Return how the queue stands."""
    now = clock.now()
    waiting = (Message.state.in_(states_with(MessageEvent.CLAIM)), Message.not_before <= now)
    due, oldest = session.execute(select(func.count(), func.min(_since)).where(*waiting)).one()
    doubted = select(func.count(), func.min(Message.unknown_since)).where(Message.state == MessageState.UNKNOWN)
    unknown, unknown_since = session.execute(doubted).one()
    grouped = select(Message.state, func.count()).where(_for_people(now)).group_by(Message.state)
    counts = {row[0]: row[1] for row in session.execute(grouped)}
    return QueueHealth(
        due=due,
        oldest_due_at=oldest,
        unknown=unknown,
        unknown_since=unknown_since,
        counts={state: counts.get(state, 0) for state in DECIDED_BY_PEOPLE},
        quarantined_at=session.scalar(select(Installation.quarantined_at).where(Installation.id == 1)),
        gone_lately=_count(session, Message.sent_at > now - PACE_WINDOW, Message.sent_at <= now),
        senders=_senders(session, now - DAY),
    )


def messages_in(session: ScopedSession, states: Collection[MessageState], *, most: int) -> list[ListedMessage]:
    """Return the oldest messages in some states, by the time they were due."""
    return _listed(session, Message.state.in_(sorted(states)), most)


def messages_for_people(session: ScopedSession, *, most: int) -> list[ListedMessage]:
    """Return the oldest messages that wait for a person's decision, by the time they were due."""
    return _listed(session, _for_people(clock.now()), most)


def _for_people(now: datetime) -> ColumnElement[bool]:
    aside = Message.state == MessageState.QUARANTINED
    return and_(Message.state.in_(DECIDED_BY_PEOPLE), or_(aside, _since > now - RECENT))


def _listed(session: ScopedSession, which: ColumnElement[bool], most: int) -> list[ListedMessage]:
    columns = (Message.id, Message.state, Message.reason, Message.channel, Message.template, _since)
    rows = select(*columns).where(which).order_by(_since, Message.id).limit(most)
    return [ListedMessage(*row) for row in session.execute(rows)]


def _senders(session: ScopedSession, since: datetime) -> tuple[SenderHealth, ...]:
    now = clock.wall()
    return tuple(
        SenderHealth(
            name=each.name,
            channel=each.channel,
            failures=each.failures,
            rests_until=each.rests_until if each.rests_until and each.rests_until > now else None,
            reason=each.reason,
            fetched_at=each.fetched_at,
            day=_count(session, Message.sender == each.name, Message.sent_at > since),
            blocked=_count(
                session, Message.sender == each.name, Message.sent_at > since, Message.reason == ErrorClass.BLOCKED
            ),
        )
        for each in session.scalars(select(SenderStanding).order_by(SenderStanding.name))
    )


def _count(session: ScopedSession, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Message).where(*conditions)) or 0
