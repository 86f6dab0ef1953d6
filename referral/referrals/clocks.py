"""The clocks of referrals, run by the worker: the undo window ends, the organization is reminded, silence expires."""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm.exc import StaleDataError

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.state_machine import IllegalMove
from referral.kit.transaction import Database
from referral.referrals.actions import move
from referral.referrals.actors import THE_CLOCK
from referral.referrals.calendars import FALLBACK_ZONE
from referral.referrals.clock_policy import ClockStep, pace_of, step_after, step_moment
from referral.referrals.models import Referral
from referral.referrals.notices import REMINDER, SECOND_CONTACT, queue_mail
from referral.referrals.states import Mode, ReferralEvent, ReferralState
from referral.referrals.to_dos import need_a_person
from referral.todos.models import ToDoReason

log = logging.getLogger(__name__)

#: How many referrals one round looks at, so that a large backlog does not keep messages waiting.
BATCH = 100


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
        due = _due(session)
    return sum(_run(database, each) for each in due)


def _due(session: ScopedSession) -> list[_Due]:
    rows = session.execute(
        select(Referral.id, Referral.next_clock_step, Referral.next_clock_at)
        .where(
            Referral.state.in_((ReferralState.HELD, ReferralState.SENT)),
            Referral.next_clock_at <= clock.now(),
            Referral.next_clock_step.is_not(None),
        )
        .order_by(Referral.next_clock_at, Referral.id)
        .limit(BATCH)
    )
    return [_Due(referral_id, step, at) for referral_id, step, at in rows if step and at]


def _run(database: Database, due: _Due) -> bool:
    try:
        with database.job("clocks") as session:
            return _take(session, due)
    except (StaleDataError, IllegalMove):
        return False  # answered, undone or cancelled meanwhile
    except Exception as error:
        log.exception("clock failed", extra={"task": due.step, "error": type(error).__name__})
        return False


def _take(session: ScopedSession, due: _Due) -> bool:
    referral = session.get(Referral, due.referral_id)
    if referral is None or (referral.next_clock_step, referral.next_clock_at) != (due.step, due.at):
        return False
    step = ClockStep(due.step)
    if step is ClockStep.RELEASE:
        event = ReferralEvent.SEND if referral.mode == Mode.SENT else ReferralEvent.BEGIN
        move(session, referral, event, THE_CLOCK)
        return True
    if step is ClockStep.EXPIRE:
        move(session, referral, ReferralEvent.EXPIRE, THE_CLOCK)
        return True
    if not _claim(session, referral, due):
        return False
    _nudge(session, referral, step)
    return True


def _claim(session: ScopedSession, referral: Referral, due: _Due) -> bool:
    """Set the next step, if nobody else has: a guarded update, which leaves the version of the row alone.

    The version stays, because messages already queued about the referral are still true.
    """
    following = step_after(ClockStep(due.step))
    claimed = session.execute(
        update(Referral)
        .where(
            Referral.id == due.referral_id,
            Referral.state == ReferralState.SENT,
            Referral.next_clock_step == due.step,
            Referral.next_clock_at == due.at,
        )
        .values(next_clock_step=following, next_clock_at=following and _moment(session, referral, following))
        .returning(Referral.id)
        .execution_options(synchronize_session=False)
    )
    return claimed.first() is not None


def _moment(session: ScopedSession, referral: Referral, step: ClockStep) -> datetime:
    receiver = session.get(Member, referral.receiver_id) if referral.receiver_id else None
    return step_moment(
        referral.sent_at or clock.now(),
        step,
        pace=pace_of(referral.domain, referral.urgency),
        timezone_name=receiver.timezone_name if receiver else FALLBACK_ZONE,
    )


def _nudge(session: ScopedSession, referral: Referral, step: ClockStep) -> None:
    if step is ClockStep.REMIND:
        queue_mail(session, referral, REMINDER)
    elif step is ClockStep.SECOND_CONTACT:
        queue_mail(session, referral, SECOND_CONTACT, contact=2)
    else:
        need_a_person(session, referral, ToDoReason.ORGANIZATION_SILENT)
