"""Heads: the newest link of each chain, signed and written to a second place every hour.

Whoever can change the database can also cut off the end of a chain, or compute a whole new one; they cannot reach the
file of heads in its second place, nor the journal: each log line "audit head" carries a line of the file in `head`.
One JSON object a line: {"at", "chain", "number", "hash", "signature"}; the signature is an HMAC-SHA256 under a key of
its own.
"""

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from referral.audit.seal_models import AuditSeal
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.lines_file import append_lines, drop_torn_end, is_torn
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.settings import settings_of
from referral.kit.transaction import Database

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
#: The end of the file in which a page looks for the newest heads, in bytes.
NEWEST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Head:
    """The newest link of a chain at one moment."""

    at: datetime
    chain: UUID
    number: int
    hash: bytes

    def text(self) -> str:
        """Return what is signed."""
        return f"{self.at.isoformat()} {self.chain} {self.number} {self.hash.hex()}"


@dataclass(frozen=True)
class Line:
    """A line of a file of heads: its number from 1, and its head; None where it is none that we signed.

    `torn`: a power cut left it unfinished.
    """

    number: int
    head: Head | None
    torn: bool = False


class HeadWriter:
    """The worker's task: writes the heads an hour after it last could; when it cannot, it says so and tries again."""

    def __init__(self) -> None:
        """Start with nothing written: a new worker writes at once."""
        self._due_s = 0.0
        self._written: dict[UUID, int] = {}

    def write_due(self, database: Database) -> int:
        """Write the heads of chains that grew, if an hour went by; return how many. Ask once a minute."""
        if clock.monotonic_s() < self._due_s:
            return 0
        with database.reading(job_scope("audit heads")) as session:
            heads = [head for head in newest_heads(session) if self._written.get(head.chain) != head.number]
            lines, place = [_line(session, head) for head in heads], settings_of(session).audit_head_file
        for head in heads:
            if head.number < self._written.get(head.chain, 0):
                log.error("audit chain is shorter than its last head", extra={"count": head.number})
        try:
            if place is not None and lines:
                drop_torn_end(Path(place))
                append_lines(Path(place), lines)
        except OSError as error:
            log.error("audit heads not written", extra={"error": type(error).__name__})  # noqa: TRY400 - the trace would only name the file
            return 0
        for line in lines:
            log.info("audit head", extra={"head": line})
        self._written.update({head.chain: head.number for head in heads})
        self._due_s = clock.monotonic_s() + EVERY.total_seconds()
        return len(heads)


def head_lines(session: ScopedSession) -> list[str]:
    """Return the newest link of every chain as lines of a file of heads, by chain."""
    return [_line(session, head) for head in newest_heads(session)]


def newest_heads(session: ScopedSession) -> list[Head]:
    """Return the newest link of every chain of this moment, by chain. The session must see all chains."""
    ends = select(AuditSeal.chain, func.max(AuditSeal.number).label("number")).group_by(AuditSeal.chain).subquery()
    found = (
        select(AuditSeal.chain, AuditSeal.number, AuditSeal.hash)
        .join(ends, (ends.c.chain == AuditSeal.chain) & (ends.c.number == AuditSeal.number))
        .order_by(AuditSeal.chain)
    )
    now = clock.wall()
    return [Head(now, chain, number, hashed) for chain, number, hashed in session.execute(found)]


def lines_of(session: ScopedSession, place: Path, *, newest_bytes: int | None = None) -> Iterator[Line]:
    """Give the lines of a file of heads, checked, oldest first; only those at its end if `newest_bytes` is named.

    Raises OSError when the file cannot be read.
    """
    key = _key(session)
    with place.open("rb") as lines:
        if newest_bytes is not None and place.stat().st_size > newest_bytes:
            lines.seek(-newest_bytes, os.SEEK_END)
            lines.readline()
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield Line(number, _head(line, key), is_torn(line))


def last_head_times(session: ScopedSession) -> dict[UUID, datetime]:
    """Return when the newest head of each chain was written to the second place; empty where there is none."""
    place = settings_of(session).audit_head_file
    try:
        lines = list(lines_of(session, Path(place), newest_bytes=NEWEST_BYTES)) if place else []
    except OSError:
        return {}
    return {line.head.chain: line.head.at for line in lines if line.head is not None}


def _key(session: ScopedSession) -> bytes:
    return vault_of(session).key_for("audit heads")


def _signature(head: Head, key: bytes) -> str:
    return hmac.digest(key, head.text().encode(), hashlib.sha256).hex()


def _line(session: ScopedSession, head: Head) -> str:
    facts = {"at": head.at.isoformat(), "chain": str(head.chain), "number": head.number, "hash": head.hash.hex()}
    return json.dumps({**facts, "signature": _signature(head, _key(session))})


def _head(line: bytes, key: bytes) -> Head | None:
    try:
        found: dict[str, Any] = json.loads(line)
        at, chain = datetime.fromisoformat(found["at"]), UUID(found["chain"])
        head = Head(at, chain, int(found["number"]), bytes.fromhex(found["hash"]))
        return head if hmac.compare_digest(_signature(head, key), str(found["signature"])) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
