"""Days on which a member is closed although its calendar says otherwise: its clocks pass over them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.columns import Identified
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from resources_directory.db import Base


class ClosedDay(Identified, Base):
    """One day on which a member is closed."""

    __tablename__ = "closed_day"
    __table_args__ = (UniqueConstraint("member_id", "day"),)

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"), index=True)
    #: In the member's own time zone.
    day: Mapped[date]
    note: Mapped[str | None]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


def closed_days_of(session: ScopedSession, member_id: UUID) -> frozenset[date]:
    """Return every day on which the member is closed, past ones too."""
    return frozenset(session.scalars(select(ClosedDay.day).where(ClosedDay.member_id == member_id)))


def closed_days_ahead(session: ScopedSession, member_id: UUID) -> Sequence[ClosedDay]:
    """Return the days from today on, the next one first."""
    today = today_of(session, member_id)
    found = select(ClosedDay).where(ClosedDay.member_id == member_id, ClosedDay.day >= today)
    return session.scalars(found.order_by(ClosedDay.day, ClosedDay.id)).all()


def today_of(session: ScopedSession, member_id: UUID) -> date:
    """Return which day it is where the member is."""
    member = session.get(Member, member_id)
    return clock.now().astimezone(zone_of(member.timezone_name if member else None)).date()


def close_day(session: ScopedSession, member_id: UUID, day: date, *, by: UUID, note: str | None = None) -> ClosedDay:
    """Return the day, closed from now on; closed twice, it is one row with the newest note.

    Raises InvalidInput for a day that is over. Flushes.
    """
    if day < today_of(session, member_id):
        raise InvalidInput(_l("This day is over. Choose a day that is still to come."), "day")
    known = _known(session, member_id, day)
    if known is None:
        row = ClosedDay(member_id=member_id, day=day, note=note, added_by=by, created_at=clock.now())
        known = _added(session, row)
    known.note = note or known.note
    session.flush()
    return known


def open_day(session: ScopedSession, row: ClosedDay) -> None:
    """Take a closed day back. Flushes."""
    session.delete(row)
    session.flush()


def _added(session: ScopedSession, row: ClosedDay) -> ClosedDay:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # a colleague closed it at this very moment
        known = _known(session, row.member_id, row.day)
        if known is None:
            raise
        return known
    return row


def _known(session: ScopedSession, member_id: UUID, day: date) -> ClosedDay | None:
    return session.scalar(select(ClosedDay).where(ClosedDay.member_id == member_id, ClosedDay.day == day))
