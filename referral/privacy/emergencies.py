"""Reviewing emergency access: what waits, what was read during it, and what the privacy officer found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from referral.accounts.glass_closing import close_glass
from referral.accounts.glass_models import BreakGlass, Finding, GlassEnd
from referral.accounts.models import Member, Membership
from referral.accounts.names import role_name
from referral.accounts.queries import names_of
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.privacy.queries import Look, Wanted, done_under

#: Everything that can happen during one, and its end.
_KINDS = tuple(AuditKind)


@dataclass(frozen=True)
class Emergency:
    """One emergency access in words."""

    id: UUID
    who: str
    role: str
    member: str
    opened_at: datetime
    ended_at: datetime | None
    ended_how: str | None
    is_open: bool
    reviewed_at: datetime | None
    reviewed_by: str | None
    finding: str | None
    reason: str | None = field(repr=False)
    finding_words: str | None = field(repr=False)


def emergencies_of(session: ScopedSession, clinic_id: UUID, *, waiting_only: bool, number: int = 1) -> Page[Emergency]:
    """Return a page of the clinic's emergency accesses, newest first; only those not reviewed if asked."""
    found = select(BreakGlass).where(BreakGlass.clinic_id == clinic_id)
    if waiting_only:
        found = found.where(BreakGlass.reviewed_at.is_(None))
    page = page_of(session, found, number, order=(BreakGlass.opened_at.desc(), BreakGlass.id.desc()))
    return page.showing(shown(session, page.rows))


def one_emergency(session: ScopedSession, break_glass_id: UUID) -> BreakGlass | None:
    """Return the emergency access, or None when absent or not of the officer's clinic."""
    return session.scalar(select(BreakGlass).where(BreakGlass.id == break_glass_id))


def shown(session: ScopedSession, rows: Sequence[BreakGlass]) -> list[Emergency]:
    """Return emergency accesses in words, in the same order."""
    people = names_of(session, {person_id for glass in rows for person_id in (glass.person_id, glass.reviewed_by)})
    places = session.execute(
        select(Membership.id, Membership.role, Member.name)
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.id.in_({glass.membership_id for glass in rows}))
        .order_by(Membership.id)
    )
    place_of = {membership_id: (role_name(role), name) for membership_id, role, name in places}
    return [_emergency(glass, people, place_of[glass.membership_id]) for glass in rows]


def _emergency(glass: BreakGlass, people: Mapping[UUID | None, str], place: tuple[str, str]) -> Emergency:
    role, member = place
    return Emergency(
        id=glass.id,
        who=people[glass.person_id],
        role=role,
        member=member,
        opened_at=glass.opened_at,
        ended_at=glass.ended_at,
        ended_how=glass.ended_how,
        is_open=is_open(glass),
        reviewed_at=glass.reviewed_at,
        reviewed_by=people.get(glass.reviewed_by),
        finding=glass.finding,
        reason=glass.reason,
        finding_words=glass.finding_words,
    )


def is_open(glass: BreakGlass) -> bool:
    """Return True while it can still be used."""
    return glass.ended_at is None and glass.until > clock.wall()


def read_during(session: ScopedSession, glass: BreakGlass, *, number: int = 1) -> Page[Look]:
    """Return a page of everything done during an emergency access, newest first.

    It reaches to the same person's next one: a page under way while it ended is written a moment after.
    """
    following = session.scalar(
        select(func.min(BreakGlass.opened_at)).where(
            BreakGlass.clinic_id == glass.clinic_id,
            BreakGlass.person_id == glass.person_id,
            BreakGlass.opened_at > glass.opened_at,
        )
    )
    wanted = Wanted(_KINDS, person_id=glass.person_id, since=glass.opened_at, before=following)
    return done_under(session, glass.clinic_id, wanted, number=number)


def end_now(session: ScopedSession, glass: BreakGlass) -> None:
    """End an emergency access before its time, from the clinic's side. Ending twice changes nothing more. Flushes."""
    close_glass(session, glass.id, GlassEnd.BY_OFFICER)


def _lock(session: ScopedSession, glass: BreakGlass) -> None:
    """Wait for whoever else is writing to the row, and read it as they left it."""
    locked = select(BreakGlass).where(BreakGlass.id == glass.id).with_for_update(of=BreakGlass)
    session.scalars(locked.execution_options(populate_existing=True)).one()


def review(session: ScopedSession, glass: BreakGlass, finding: Finding, *, words: str, by: UUID) -> None:
    """Write what the officer found. Raises Conflict for one's own, one still open, and one reviewed before. Flushes.

    Of two officers at once the first one's finding stands: the row is locked until the transaction ends.
    """
    _lock(session, glass)
    if glass.person_id == by:
        raise Conflict(_l("You opened this yourself. Ask another privacy officer to review it."))
    if is_open(glass):
        raise Conflict(_l("This access is still open. End it first, or wait until its hour is over."))
    if glass.reviewed_at is not None:
        raise Conflict(_l("Somebody has reviewed this already. Open the page again to read what they found."))
    if glass.ended_at is None:
        close_glass(session, glass.id, GlassEnd.TIME_UP)
        session.refresh(glass)
    glass.reviewed_at, glass.reviewed_by = clock.now(), by
    glass.finding, glass.finding_words = finding, words
    session.flush()
    record(
        session,
        AuditKind.GLASS_REVIEWED,
        clinic_id=glass.clinic_id,
        subject_kind=BreakGlass.__tablename__,
        subject_id=glass.id,
        detail={"finding": finding},
    )
