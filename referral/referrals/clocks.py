"""The clocks of referrals, run by the worker: the undo window ends, the organization is reminded, silence expires.

What was taken on is watched: at the latest after the watch of its policy a person hears of it, if nobody and nothing
else looks after it. The receiver's calendar is asked again when a step comes due: a day that was closed meanwhile, or
a zone that changed, moves the step on.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm.exc import StaleDataError

from referral.kit import clock
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.state_machine import IllegalMove
from referral.kit.transaction import Database
from referral.kit.worker import Turn, one_by_one
from referral.referrals import hooks
from referral.referrals.actions import move
from referral.referrals.actors import THE_CLOCK
from referral.referrals.clock_policy import STEPS, ClockStep, step_after
from referral.referrals.deadlines import step_due
from referral.referrals.models import Referral
from referral.referrals.notices import REMINDER, SECOND_CONTACT, keep_link_until, queue_mail
from referral.referrals.states import TAKEN_STATES, Mode, ReferralEvent, ReferralState
from referral.referrals.to_dos import NOBODY_CALLS, has_open_to_do, need_a_person
from referral.todos.models import ToDoReason
from resources_directory.needs import SENSITIVE

#: How many referrals one round looks at, so that a large backlog does not keep messages waiting.
BATCH = 100
TURN = Turn("clocks", BATCH)

_RUNNING = (ReferralState.HELD, ReferralState.SENT, *TAKEN_STATES)


@dataclass(frozen=True)
class _Due:
    """A referral whose clock has come, as it was seen. Whoever takes it must find it unchanged."""

    referral_id: UUID
    step: str
    at: datetime


def run_clocks(database: Database) -> int:
    """Do what is due, each referral in a transaction of its own; return how many were done.

    A referral that somebody else moved at the same moment is left alone. Raises nothing for a single one that fails:
    it is logged and tried again in the next round.
    """
    with database.reading(job_scope("clocks")) as session:
        due = _due(database, session)
    return one_by_one("clocks", due, lambda each: _run(database, each))


def _due(database: Database, session: ScopedSession) -> list[_Due]:
    due = select(Referral.next_clock_step).where(
        Referral.state.in_(_RUNNING),
        Referral.next_clock_at <= clock.now(),
        Referral.next_clock_step.is_not(None),
    )
    rows = TURN.take(database, session, due, Referral.next_clock_at, Referral.id)
    return [_Due(row.turn_id, row.next_clock_step, row.turn_moment) for row in rows]


def _run(database: Database, due: _Due) -> bool:
    try:
        with database.job("clocks") as session:
            return _take(session, due)
    except (StaleDataError, IllegalMove):
        return False  # answered, undone or cancelled meanwhile


def _take(session: ScopedSession, due: _Due) -> bool:
    referral = session.get(Referral, due.referral_id)
    if referral is None or (referral.next_clock_step, referral.next_clock_at) != (due.step, due.at):
        return False
    step = ClockStep(due.step)
    if step is ClockStep.RELEASE:
        event = ReferralEvent.SEND if referral.mode == Mode.SENT else ReferralEvent.BEGIN
        move(session, referral, event, THE_CLOCK)
        return True
    if step is ClockStep.WATCH:
        return _watch(session, referral, due)
    if _comes_later(session, referral, due):
        return False
    if step is ClockStep.EXPIRE:
        move(session, referral, ReferralEvent.EXPIRE, THE_CLOCK)
        return True
    following = step_after(step)
    at = _moment(session, referral, following) if following else None
    if not _claim(session, due, following, at):
        return False
    _nudge(session, referral, step)
    return True


def _comes_later(session: ScopedSession, referral: Referral, due: _Due) -> bool:
    """Move the step on where the receiver's calendar has grown since it was reckoned; return True if it did."""
    at = _moment(session, referral, ClockStep(due.step))
    if at <= clock.now():
        return False
    if _claim(session, due, ClockStep(due.step), at):
        keep_link_until(session, referral.id, _moment(session, referral, ClockStep.EXPIRE))
    return True


def _claim(session: ScopedSession, due: _Due, step: ClockStep | None, at: datetime | None) -> bool:
    """Set the next step, if nobody else has: a guarded update, which leaves the version of the row alone.

    The version stays, because messages already queued about the referral are still true.
    """
    claimed = session.execute(
        update(Referral)
        .where(
            Referral.id == due.referral_id,
            Referral.state.in_(_RUNNING),
            Referral.next_clock_step == due.step,
            Referral.next_clock_at == due.at,
        )
        .values(next_clock_step=step, next_clock_at=at)
        .returning(Referral.id)
        .execution_options(synchronize_session=False)
    )
    return claimed.first() is not None


def _moment(session: ScopedSession, referral: Referral, step: ClockStep) -> datetime:
    return step_due(session, referral, step, start=referral.sent_at or clock.now())


def _nudge(session: ScopedSession, referral: Referral, step: ClockStep) -> None:
    if step is STEPS[0]:
        queue_mail(session, referral, REMINDER)
    elif step is ClockStep.SECOND_CONTACT:
        queue_mail(session, referral, SECOND_CONTACT, contact=2)
    else:
        need_a_person(session, referral, ToDoReason.ORGANIZATION_SILENT)
    keep_link_until(session, referral.id, _moment(session, referral, ClockStep.EXPIRE))


def _watch(session: ScopedSession, referral: Referral, due: _Due) -> bool:
    """Tell a person of a referral that nobody and nothing looks after, and look again after the same time.

    About a sensitive need no side is asked: the survivor alone reports.
    """
    if not _claim(session, due, ClockStep.WATCH, step_due(session, referral, ClockStep.WATCH, start=clock.now())):
        return False
    if not has_open_to_do(session, referral) and not hooks.is_being_asked(session, referral.id):
        note = _("Nothing was heard of it for a while. Ask both sides what became of it, and write that down.")
        if referral.domain in SENSITIVE:
            note = str(NOBODY_CALLS)
        need_a_person(session, referral, ToDoReason.OTHER, key=f"watch:{due.at:%Y%m%d%H%M}", note=note)
    return True
