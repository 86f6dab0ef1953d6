"""Events of two clinics, sealed, and an owner of the tables who tampers with them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, insert, select

from referral.audit.models import AuditEvent, AuditKind
from referral.audit.recording import audit_row
from referral.audit.seal_models import AuditSeal
from referral.audit.sealing import seal_new_events
from referral.audit.verifying import Heads, Verified, verify
from referral.kit import clock
from referral.kit.append_only import create_append_only, drop_append_only
from referral.kit.scope import job_scope
from referral.kit.transaction import Database

ONE, OTHER = UUID(int=11), UUID(int=12)

Tampering = Callable[[], AbstractContextManager[Connection]]


def id_made(ago: timedelta, tail: int = 0) -> UUID:
    """A time-ordered id as it was made some time ago."""
    made_ms = int((clock.wall() - ago).timestamp() * 1000)
    return UUID(int=made_ms << 80 | 0x7 << 76 | 0x2 << 62 | tail)


@dataclass
class Trail:
    """The audit of a database: adds events, seals them, verifies."""

    database: Database

    def add(self, clinic_id: UUID | None = ONE, count: int = 1, **facts: Any) -> list[UUID]:
        rows = [audit_row(AuditKind.READ, job_scope("tests"), clinic_id=clinic_id, **facts) for _ in range(count)]
        with self.database.job("tests") as session:
            session.execute(insert(AuditEvent), rows)
        return [row["id"] for row in rows]

    def seal(self) -> int:
        return seal_new_events(self.database)

    def events(self, chain: UUID = ONE) -> list[UUID]:
        """Ids of sealed events in the order of the chain."""
        found = select(AuditSeal.event_id).where(AuditSeal.chain == chain).order_by(AuditSeal.number)
        with self.database.reading(job_scope("tests")) as session:
            return list(session.scalars(found))

    def numbers(self, chain: UUID = ONE) -> Sequence[int]:
        found = select(AuditSeal.number).where(AuditSeal.chain == chain).order_by(AuditSeal.number)
        with self.database.reading(job_scope("tests")) as session:
            return session.scalars(found).all()

    def verify(self, heads: Heads | None = None, chain: UUID | None = None) -> Verified:
        with self.database.reading(job_scope("tests")) as session:
            return verify(session, heads or {}, chain=chain)


@pytest.fixture
def trail(database: Database) -> Trail:
    """An audit without events."""
    return Trail(database)


@pytest.fixture
def sealed(trail: Trail) -> Trail:
    """Twenty sealed events of one clinic, ten of another, three of none."""
    for clinic_id, count in ((ONE, 20), (OTHER, 10), (None, 3)):
        trail.add(clinic_id, count)
    trail.seal()
    return trail


@pytest.fixture
def tampering(owner_url: str) -> Tampering:
    """Whoever owns the tables, with the triggers out of their way."""

    @contextmanager
    def tamper() -> Iterator[Connection]:
        engine = create_engine(owner_url)
        with engine.begin() as connection:
            drop_append_only(connection)
            yield connection
            create_append_only(connection)
        engine.dispose()

    return tamper
