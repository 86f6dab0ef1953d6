"""How emergency access ends: by the person, by signing out, by the privacy officer, and by itself after its time."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from referral.accounts.glass_access import JOB
from referral.accounts.glass_models import BreakGlass, GlassEnd
from referral.accounts.models import LoginSession, Membership, Person
from referral.accounts.principal import Signed
from referral.accounts.roles import MemberKind
from referral.accounts.sessions import IDLE
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database


def close_glass(session: ScopedSession, break_glass_id: UUID, how: GlassEnd) -> bool:
    """End an emergency access and write it to the audit; False when it had ended before. Flushes."""
    session.flush()
    ended = session.execute(
        update(BreakGlass)
        .where(BreakGlass.id == break_glass_id, BreakGlass.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_how=how)
        .returning(BreakGlass.clinic_id, BreakGlass.person_id, BreakGlass.membership_id)
    ).one_or_none()
    if ended is None:
        return False
    by_itself = how is GlassEnd.TIME_UP or session.scope.person_id is None
    record(
        session,
        AuditKind.GLASS_ENDED,
        person_id=ended.person_id if by_itself else session.scope.person_id,
        membership_id=ended.membership_id if by_itself else session.scope.membership_id,
        clinic_id=ended.clinic_id,
        subject_kind=BreakGlass.__tablename__,
        subject_id=break_glass_id,
        detail={"how": how},
    )
    return True


def close_lapsed(database: Database, signed: Signed) -> Signed:
    """Let go of an emergency access that is over; return the person as themselves. A transaction of its own."""
    if signed.break_glass_id is not None:
        with database.job(JOB) as session:
            close_glass(session, signed.break_glass_id, GlassEnd.TIME_UP)
            own = LoginSession.id == signed.login_session_id
            session.execute(update(LoginSession).where(own).values(break_glass_id=None))
    return replace(signed, break_glass_id=None)


def close_dead(session: ScopedSession, *, person_id: UUID | None = None) -> int:
    """End every emergency access whose time is up or whose person cannot use it any more; of one person if given.

    Over all clinics: the caller is a job, or has widened its session. Returns how many. Flushes; the caller commits.
    """
    open_ones = BreakGlass.ended_at.is_(None)
    mine: ColumnElement[bool] = open_ones if person_id is None else open_ones & (BreakGlass.person_id == person_id)
    dead = session.execute(
        select(BreakGlass.id, BreakGlass.until)
        .join(Person, Person.id == BreakGlass.person_id)
        .join(Membership, Membership.id == BreakGlass.membership_id)
        .outerjoin(LoginSession, LoginSession.break_glass_id == BreakGlass.id)
        .where(mine, _cannot_be_used())
        .order_by(BreakGlass.opened_at, BreakGlass.id)
    )
    now = clock.wall()
    ended = [
        close_glass(session, glass_id, GlassEnd.TIME_UP if until <= now else GlassEnd.SIGNED_OUT)
        for glass_id, until in dead.all()
    ]
    return sum(ended)


def end_dead_glass(database: Database) -> int:
    """Write the end of every emergency access that is over; the worker's task. Returns how many."""
    with database.job(JOB) as session:
        return close_dead(session)


def _cannot_be_used() -> ColumnElement[bool]:
    now = clock.wall()
    return or_(
        BreakGlass.until <= now,
        LoginSession.id.is_(None),
        LoginSession.ended_at.is_not(None),
        LoginSession.seen_at <= now - IDLE[MemberKind.CLINIC],
        Person.suspended_at.is_not(None),
        Membership.ended_at.is_not(None),
    )
