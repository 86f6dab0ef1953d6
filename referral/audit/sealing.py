"""Sealing: the job that appends new audit events to the chain of the clinic they concern, seconds after their commit.

Readers and writers never wait for a chain; the job follows them. Two workers at once still make one chain: whoever
comes second finds the lock taken (SQLite: waits for the one writer), and the keys of `audit_seal` refuse a second row
for a place or an event. Transactions commit out of the order of their ids, so the job looks back over a stretch of
recent events, and `seal_stragglers` over a longer one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, insert, select, text

from referral.audit.chain import FIRST, NEWEST_FORM, NOBODYS, link
from referral.audit.models import AuditEvent
from referral.audit.seal_models import AuditSeal
from referral.audit.stored import EVENT, SEAL, as_bytes, event_rows, reading_bytes, written_moment
from referral.kit import clock
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database

#: Events sealed in one transaction, and transactions in one turn of the worker.
BATCH, MOST_BATCHES = 2_000, 5
#: How far the job looks back behind the newest sealed event, and how far the hourly sweep does.
LOOK_BACK = timedelta(minutes=10)
SWEEP_BACK = timedelta(days=7)
#: The number of the lock on PostgreSQL: the letters "seal".
LOCK = int.from_bytes(b"seal", "big")


def seal_new_events(database: Database) -> int:
    """Seal the events committed since the last turn, oldest first; return how many. At most MOST_BATCHES of BATCH."""
    return _seal_all(database, LOOK_BACK)


def seal_stragglers(database: Database) -> int:
    """Seal events whose transactions committed long after they began; return how many. Once an hour is enough.

    What is older than SWEEP_BACK is not sealed any more: `flask audit verify` names it.
    """
    return _seal_all(database, SWEEP_BACK)


def before_newest(newest: UUID, back: timedelta) -> UUID:
    """Return the lowest id of events made not longer than `back` before `newest`, the event sealed last."""
    now_ms = int(clock.wall().timestamp() * 1000)  # an id of the future must not hide what is new
    since_ms = min(newest.int >> 80, now_ms) - back // timedelta(milliseconds=1)
    return UUID(int=max(since_ms, 0) << 80)


def _seal_all(database: Database, back: timedelta) -> int:
    done, after = 0, None
    for _ in range(MOST_BATCHES):
        if after is None and not _anything_new(database, back):
            break
        with database.job("seal") as session:
            sealed = _seal_batch(session, back, after)
        done += len(sealed)
        if len(sealed) < BATCH:
            break
        after = sealed[-1]
    return done


def _anything_new(database: Database, back: timedelta) -> bool:
    """Look without asking to write, so that an idle worker stands in nobody's way."""
    with database.reading(job_scope("seal")) as session:
        return session.scalar(_unsealed(session, back).limit(1)) is not None


def _seal_batch(session: ScopedSession, back: timedelta, after: UUID | None) -> list[UUID]:
    """Seal the oldest events that wait, those after `after` if it is named; return their ids in order."""
    if not _took_lock(session):
        return []
    connection = session.connection()
    dialect = connection.dialect.name
    wanted = _unsealed(session, back, after).limit(BATCH).subquery()
    found = event_rows(dialect).where(EVENT.c.id.in_(select(wanted.c.id))).order_by(EVENT.c.id)
    with reading_bytes(connection):
        rows = as_bytes(connection.execute(found).all(), dialect)
    links = _links(session, rows, clock.wall())
    if links:
        connection.execute(insert(SEAL), links)
    return [each["event_id"] for each in links]


def _took_lock(session: ScopedSession) -> bool:
    """Return True if no other worker seals: SQLite has one writer, PostgreSQL a lock until the transaction ends."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": LOCK}))


def _unsealed(session: ScopedSession, back: timedelta, after: UUID | None = None) -> Select[Any]:
    """Return the select of ids of events without a seal, oldest first; all events where nothing is sealed yet."""
    found = select(AuditEvent.id).where(~exists().where(AuditSeal.event_id == AuditEvent.id)).order_by(AuditEvent.id)
    if after is not None:
        return found.where(AuditEvent.id > after)
    newest = session.scalar(select(AuditSeal.event_id).order_by(AuditSeal.event_id.desc()).limit(1))
    return found if newest is None else found.where(AuditEvent.id >= before_newest(newest, back))


def _links(session: ScopedSession, rows: Iterable[Sequence[Any]], now: datetime) -> list[dict[str, Any]]:
    """Return the seals that continue each chain with `rows`, in the order of their ids."""
    ends: dict[bytes, tuple[UUID, int, bytes]] = {}
    links, sealed_at = [], written_moment(now)
    for event_id, clinic_id, written, detail in rows:
        chain = clinic_id or NOBODYS.encode()
        owner, number, previous = ends.get(chain) or _end_of(session, UUID(hex=chain.decode()))
        hashed = link(previous, (NEWEST_FORM, chain, number + 1), sealed_at + written, detail)
        ends[chain] = (owner, number + 1, hashed)
        seal = {"chain": owner, "number": number + 1, "event_id": UUID(hex=event_id.decode()), "form": NEWEST_FORM}
        links.append({**seal, "hash": hashed, "sealed_at": now})
    return links


def _end_of(session: ScopedSession, chain: UUID) -> tuple[UUID, int, bytes]:
    found = select(AuditSeal.number, AuditSeal.hash).where(AuditSeal.chain == chain)
    last = session.execute(found.order_by(AuditSeal.number.desc()).limit(1)).first()
    return (chain, last[0], last[1]) if last else (chain, 0, FIRST)
