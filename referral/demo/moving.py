"""Moving the demo's clock on: step by step through everything that comes due, so that the story stays true."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from sqlalchemy import or_, select, update

from referral.followups.models import Question
from referral.followups.states import QuestionState
from referral.kit import clock
from referral.kit.errors import NotFound
from referral.kit.installation import Installation, follow_clock
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.kit.worker import Task
from referral.outbox.models import Message
from referral.outbox.moves import states_with
from referral.outbox.states import MessageEvent
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState


class Advance(StrEnum):
    """How far the clock is moved on."""

    HOUR = "hour"
    DAY = "day"
    THREE_DAYS = "three_days"
    #: Until the next question, reminder or waiting text is due.
    NEXT = "next"


SPANS = {
    Advance.HOUR: timedelta(hours=1),
    Advance.DAY: timedelta(days=1),
    Advance.THREE_DAYS: timedelta(days=3),
}

#: Steps are at least this long: what comes due within one is done together.
STEP = timedelta(hours=1)
#: Seconds of real time after which the rest of the way is one step.
PATIENCE_S = 6.0
#: The work that one moment brings ends at last, even if tasks make work for each other.
MOST_ROUNDS = 12


#: What happens by itself: its moment, and the condition under which it still waits.
_WAITING = (
    (Referral.next_clock_at, Referral.state.in_((ReferralState.HELD, ReferralState.SENT))),
    (Question.due_at, Question.state == QuestionState.SCHEDULED),
    (Question.expires_at, Question.state == QuestionState.OPEN),
    (Message.not_before, Message.state.in_(states_with(MessageEvent.CLAIM))),
)


def move_clock(database: Database, tasks: Sequence[Task], how_far: Advance) -> timedelta:
    """Return how far the story went: nothing where nothing more will happen by itself.

    Does what comes due on the way, in transactions of its own: the caller has none open. Raises NotFound outside a
    demo.
    """
    with database.reading(job_scope("demo clock")) as session:
        follow_clock(session)
        following = next_moment(session)
    if how_far is Advance.NEXT and following is None:
        return timedelta()
    start = clock.now()
    end = following if how_far is Advance.NEXT and following else start + SPANS.get(how_far, timedelta())
    give_up_at = clock.monotonic_s() + PATIENCE_S
    while clock.now() < end:
        step_to = end if clock.monotonic_s() > give_up_at else _next_step(database, end)
        _put_ahead(database, step_to - clock.now())
        do_what_is_due(database, tasks)
    return end - start


def next_moment(session: ScopedSession) -> datetime | None:
    """Return the next moment (story time, UTC) at which something happens by itself; None when nothing waits."""
    now = clock.now()
    moments = [
        session.scalar(select(moment).where(moment > now, condition).order_by(moment).limit(1))
        for moment, condition in _WAITING
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def do_what_is_due(database: Database, tasks: Sequence[Task]) -> int:
    """Run the worker's tasks, again while they make work for each other; return how much was done."""
    done = 0
    for _round in range(MOST_ROUNDS):
        now_done = sum(task.run(database) for task in tasks)
        done += now_done
        if not now_done or not has_work(database):
            break
    return done


def has_work(database: Database) -> bool:
    """Return True if something that happens by itself has come due and is not done."""
    now = clock.now()
    due = [select(moment).where(moment <= now, condition).exists() for moment, condition in _WAITING]
    with database.reading(job_scope("demo clock")) as session:
        return bool(session.scalar(select(or_(*due))))


def _next_step(database: Database, end: datetime) -> datetime:
    with database.reading(job_scope("demo clock")) as session:
        following = next_moment(session)
    return min(end, max(following or end, clock.now() + STEP))


def _put_ahead(database: Database, by: timedelta) -> None:
    seconds = max(1, ceil(by.total_seconds()))
    with database.job("demo clock") as session:
        moved = session.execute(
            update(Installation)
            .where(Installation.id == 1, Installation.demo)
            .values(clock_ahead_s=Installation.clock_ahead_s + seconds)
            .returning(Installation.clock_ahead_s)
        )
        if moved.first() is None:
            raise NotFound
        session.flush()
        follow_clock(session)
