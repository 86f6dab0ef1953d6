"""Verification: walks every chain in its order, beside the heads of the second place, and names the first bad row.

Reads plain rows as a stream: memory does not grow with the chains. An event must have been sealed soon after it was
made; one that never was is named too.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from referral.audit.chain import Bad, Walk, Wrong, misplaced
from referral.audit.heads import lines_of
from referral.audit.models import AuditEvent
from referral.audit.seal_models import NO_CLINIC, AuditSeal
from referral.audit.stored import as_bytes, reading_bytes, sealed_rows
from referral.kit import clock
from referral.kit.installation import is_demo
from referral.kit.scope import ScopedSession

#: How much of an SQLite file is read without copying it.
MAPPED_BYTES = 8 * 1024**3
#: Rows fetched at a time.
STRETCH = 5_000
#: How far beyond a bad link its true place is looked for.
NEAR = 2_000
#: An event younger than this may wait for its seal: the worker may just be starting again.
GRACE = timedelta(minutes=10)

#: Chain to number to hash.
Heads = Mapping[UUID, Mapping[int, bytes]]


class BadHeadLine(Exception):
    """A line of the file of heads is none that we signed."""

    def __init__(self, number: int) -> None:
        """Name the line, from 1."""
        super().__init__(f"line {number}")
        self.number = number


@dataclass(frozen=True)
class Verified:
    """What a walk over all chains came to. `waiting`: events too young to be missed; `bad`: None when all is well.

    `heads`: how many were compared; `headless`: how many chains have none to compare with.
    """

    chains: int = 0
    events: int = 0
    waiting: int = 0
    heads: int = 0
    headless: int = 0
    bad: Bad | None = None


def read_heads(session: ScopedSession, place: Path) -> Heads:
    """Return every head of the file. Raises BadHeadLine at the first line that is none of ours, and OSError.

    Only the last line may be unfinished, as by a power cut: it is passed over (`torn_line` names it), and the writer
    takes it away before it adds another.
    """
    heads: dict[UUID, dict[int, bytes]] = {}
    torn = torn_line(session, place)
    for line in lines_of(session, place):
        if line.number == torn:
            continue
        if line.head is None:
            raise BadHeadLine(line.number)
        heads.setdefault(line.head.chain, {}).setdefault(line.head.number, line.head.hash)  # what came first is true
    return heads


def torn_line(session: ScopedSession, place: Path) -> int | None:
    """Return the number of the last line if a power cut left it unfinished; None if it is whole. Raises OSError."""
    last = deque(lines_of(session, place), maxlen=1)
    return last[0].number if last and last[0].torn else None


def verify(session: ScopedSession, heads: Heads, *, chain: UUID | None = None) -> Verified:
    """Walk all chains, or one, up to the first bad row. The session must see all rows; nothing is written.

    `heads` must have been read before: what is noted there was sealed by then.
    """
    own_time = not is_demo(session)
    chains = [chain] if chain is not None else _chains(session, heads)
    noted = [len(heads.get(each, ())) for each in chains]
    found = Verified(heads=sum(noted), headless=noted.count(0) if heads else 0)
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA mmap_size={MAPPED_BYTES}")  # each chain stands scattered over the file
    with reading_bytes(connection):
        for each in chains:
            walk = Walk(each.hex, heads.get(each, {}), own_time)
            bad = _walk(session, walk)
            found = replace(found, chains=found.chains + 1, events=found.events + walk.count)
            if bad is not None:
                return replace(found, bad=bad)
    return _with_unsealed(session, found, chain)


def _chains(session: ScopedSession, heads: Heads) -> list[UUID]:
    sealed = session.scalars(select(AuditSeal.chain).distinct().order_by(AuditSeal.chain))
    return sorted({*sealed, *heads})


def _walk(session: ScopedSession, walk: Walk) -> Bad | None:
    for rows in _stretches(session, walk.chain, 1):
        bad = walk.go(rows)
        if bad is not None:
            return _told_apart(session, walk, bad)
    return walk.end()


def _stretches(session: ScopedSession, chain: str, first: int) -> Iterator[Iterable[Sequence[Any]]]:
    """Give the rows of a chain from a number on, in stretches."""
    connection = session.connection()
    dialect = connection.dialect.name
    found = sealed_rows(dialect).where(AuditSeal.chain == UUID(hex=chain), AuditSeal.number >= first)
    streamed = connection.execute(found.order_by(AuditSeal.number).execution_options(yield_per=STRETCH))
    try:
        for rows in streamed.partitions():
            yield as_bytes(rows, dialect)
    finally:
        streamed.close()


def _told_apart(session: ScopedSession, walk: Walk, bad: Bad) -> Bad:
    """Return `bad`, named as out of order where the link that belongs here stands a little further on."""
    if bad.wrong is not Wrong.CHANGED:
        return bad
    rows: list[Any] = []
    for stretch in _stretches(session, walk.chain, walk.count):
        rows += stretch
        if len(rows) >= NEAR:
            break
    return replace(bad, wrong=Wrong.OUT_OF_ORDER) if misplaced(walk, rows) else bad


def _with_unsealed(session: ScopedSession, found: Verified, chain: UUID | None) -> Verified:
    """Return `found` with the first event that has waited too long for a seal, or the number of those that may."""
    events = select(AuditEvent.id, AuditEvent.clinic_id)
    if chain is not None:
        events = events.where(AuditEvent.clinic_id == (None if chain == NO_CLINIC else chain))
    if session.scalar(select(func.count()).select_from(events.subquery())) == found.events:
        return found
    unsealed = events.where(~exists().where(AuditSeal.event_id == AuditEvent.id))
    young_ms = int((clock.wall() - GRACE).timestamp() * 1000)
    young = UUID(int=young_ms << 80)
    first = session.execute(unsealed.where(AuditEvent.id < young).order_by(AuditEvent.id).limit(1)).first()
    if first is not None:
        bad = Bad((first.clinic_id or NO_CLINIC).hex, None, first.id.hex, Wrong.NEVER_SEALED)
        return replace(found, bad=bad)
    waiting = session.scalar(select(func.count()).select_from(unsealed.where(AuditEvent.id >= young).subquery()))
    return replace(found, waiting=waiting or 0)
