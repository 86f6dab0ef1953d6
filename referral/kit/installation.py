"""The installation's own row: whether this database is a demo, and how far its clock was moved on."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from referral.kit import clock
from resources_directory.db import Base


class Installation(Base):
    """One row. Demo and simulator run only where `demo` is true."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Invented people only; texts may go to the simulator.
    demo: Mapped[bool] = mapped_column(default=False)
    #: Seconds by which the demo's clock runs ahead of the real one.
    clock_ahead_s: Mapped[int] = mapped_column(default=0)
    #: How often workers have marked that they are alive: it only grows, so a smaller number is an older copy.
    marks: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Where the rows lay when they were last marked, as the database engine names it; a restored copy lies elsewhere.
    place: Mapped[str | None]
    #: Since when (real time) nothing is sent until somebody has looked at the queue; NULL: all may go.
    quarantined_at: Mapped[datetime | None]


class WorkerHeartbeat(Base):
    """When each worker process was last seen alive."""

    __tablename__ = "worker_heartbeat"

    #: Host and process number.
    worker: Mapped[str] = mapped_column(primary_key=True)
    #: Real time, not the demo's.
    seen_at: Mapped[datetime]


#: A heartbeat older than this shows a banner.
STALE_HEARTBEAT = timedelta(seconds=30)

#: Seconds by which the demo's clock runs ahead; nothing where there is no demo.
_AHEAD = select(Installation.clock_ahead_s).where(Installation.id == 1, Installation.demo)
#: When any worker was last seen.
_LAST_SEEN = select(func.max(WorkerHeartbeat.seen_at))

#: What every page asks at once, with a column of its own beside: see `glance`.
GLANCE = (
    select(Installation.demo).where(Installation.id == 1).scalar_subquery(),
    _AHEAD.scalar_subquery(),
    _LAST_SEEN.scalar_subquery(),
)


def installation(session: Session) -> Installation:
    """Return the installation's row, made on first use."""
    row = session.scalar(select(Installation).where(Installation.id == 1))
    if row is None:
        row = Installation(id=1, demo=False, clock_ahead_s=0)
        session.add(row)
    return row


def is_demo(session: Session) -> bool:
    """Return True where the database is marked as a demo."""
    return bool(session.scalar(select(Installation.demo).where(Installation.id == 1)))


def follow_clock(session: Session) -> None:
    """Set this process's clock to the database's story: only a demo database runs ahead."""
    ahead = session.scalar(_AHEAD)
    clock.set_offset(timedelta(seconds=ahead or 0))


def glance(demo: bool | None, ahead_s: int | None, last_seen: datetime | None) -> tuple[bool, bool]:
    """Return (whether this is a demo, whether no worker was seen lately) from the columns GLANCE; follow the clock."""
    clock.set_offset(timedelta(seconds=ahead_s or 0))
    return bool(demo), _is_stale(last_seen)


def beat(session: Session, worker: str) -> None:
    """Record that `worker` is alive."""
    session.merge(WorkerHeartbeat(worker=worker, seen_at=clock.wall()))


def worker_is_stale(session: Session) -> bool:
    """Return True when no worker was seen lately."""
    return _is_stale(session.scalar(_LAST_SEEN))


def _is_stale(last_seen: datetime | None) -> bool:
    return last_seen is None or clock.wall() - last_seen > STALE_HEARTBEAT
