"""The installation's own row: whether this database is a demo, and how far its clock was moved on."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, select
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


class WorkerHeartbeat(Base):
    """When each worker process was last seen alive."""

    __tablename__ = "worker_heartbeat"

    #: Host and process number.
    worker: Mapped[str] = mapped_column(primary_key=True)
    #: Real time, not the demo's.
    seen_at: Mapped[datetime]


#: A heartbeat older than this shows a banner.
STALE_HEARTBEAT = timedelta(seconds=30)


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
    ahead = session.scalar(select(Installation.clock_ahead_s).where(Installation.id == 1, Installation.demo))
    clock.set_offset(timedelta(seconds=ahead or 0))


def beat(session: Session, worker: str) -> None:
    """Record that `worker` is alive."""
    session.merge(WorkerHeartbeat(worker=worker, seen_at=clock.wall()))


def worker_is_stale(session: Session) -> bool:
    """Return True when no worker was seen lately."""
    latest = session.scalar(select(WorkerHeartbeat.seen_at).order_by(WorkerHeartbeat.seen_at.desc()).limit(1))
    return latest is None or clock.wall() - latest > STALE_HEARTBEAT
