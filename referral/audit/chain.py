"""The hash chain over audit events, as arithmetic: what is hashed, and what is wrong with a chain.

hash(n) = SHA-256(hash(n-1) ‖ form / chain / n / sealed_at ‖ every column of the event), hash(0) = 32 zero bytes.
Each value is written with its length before it, "-" for none, so that no two rows are written alike; the database
writes them (audit/stored.py), the same bytes on SQLite and PostgreSQL. Sealed columns are hashed as stored: destroying
a patient's key leaves the chain whole.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

#: The columns of an event in the order in which each form writes them; a new column needs a new form. JSON is last.
FORMS: Mapping[int, tuple[str, ...]] = {
    1: (
        "id",
        "at",
        "kind",
        "actor",
        "person_id",
        "membership_id",
        "clinic_id",
        "patient_id",
        "subject_kind",
        "subject_id",
        "place",
        "request_id",
        "note_sealed",
        "detail",
    )
}
NEWEST_FORM = max(FORMS)
FIRST = bytes(32)
#: The name of the chain of events that concern no clinic.
NOBODYS = "0" * 32
#: An event is sealed at most so long after later ones: an hour of a slow transaction and an hour until the sweep.
LATEST_SEAL = timedelta(hours=2)

_LATEST_SEAL_MS = LATEST_SEAL // timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - stored moments are UTC without saying so
_MILLISECOND = timedelta(milliseconds=1)
#: The bytes that sealed_at takes in what is written: "26:2026-11-20 10:00:00.000000".
_SEALED_AT = 29


class Wrong(StrEnum):
    """What is wrong with a row."""

    CHANGED = "changed"
    EVENT_MISSING = "event missing"
    SEAL_MISSING = "seal missing"
    NEVER_SEALED = "never sealed"
    OUT_OF_ORDER = "out of order"
    SEALED_LATE = "sealed late"
    OTHER_TIME = "of another time"
    OTHER_CHAIN = "of another chain"
    REWRITTEN = "rewritten"
    HEAD_NOT_REACHED = "head not reached"


class Sealed(NamedTuple):
    """One link as stored: its seal, then the event (`at` is None: there is none). Texts are bytes."""

    number: int
    form: int
    hash: bytes
    event_id: bytes
    clinic_id: bytes | None
    at: bytes | None
    #: sealed_at and the columns of the event, as written for hashing.
    written: bytes
    #: The event's JSON as stored.
    detail: bytes


@dataclass(frozen=True)
class Bad:
    """The first bad row of a chain. `number`: its place; `event_id`: 32 digits; either None where there is none."""

    chain: str
    number: int | None
    event_id: str | None
    wrong: Wrong


@dataclass
class Walk:
    """A walk along one chain, fed rows in order. `heads`: hash by number, from the second place.

    `own_time`: the story's clock is the real one (no demo), so an event's moment must fit its time-ordered id.
    """

    chain: str
    heads: Mapping[int, bytes] = field(default_factory=dict)
    own_time: bool = True
    previous: bytes = FIRST
    count: int = 0
    newest_ms: int = 0

    def go(self, rows: Iterable[Sequence[Any]]) -> Bad | None:
        """Walk on over rows in the order of Sealed. Returns the first bad one, after which to stop."""
        chain, nobodys = self.chain.encode(), self.chain == NOBODYS
        for number, form, stored, event_id, clinic_id, at, written, detail in rows:
            self.count += 1
            if number != self.count:
                return Bad(self.chain, self.count, None, Wrong.SEAL_MISSING)
            if at is None:
                return self._bad(event_id, Wrong.EVENT_MISSING)
            if clinic_id != chain and not (nobodys and clinic_id is None):
                return self._bad(event_id, Wrong.OTHER_CHAIN)
            if link(self.previous, (form, chain, number), written, detail) != stored:
                return self._bad(event_id, Wrong.CHANGED)
            wrong = self._wrong_time(event_id, at)
            if wrong is None and number in self.heads and self.heads[number] != stored:
                wrong = Wrong.REWRITTEN
            if wrong is not None:
                return self._bad(event_id, wrong)
            self.previous = stored
        return None

    def end(self) -> Bad | None:
        """Return what is wrong with where the chain ends: the heads noted elsewhere reach further."""
        furthest = max(self.heads, default=0)
        return Bad(self.chain, self.count + 1, None, Wrong.HEAD_NOT_REACHED) if furthest > self.count else None

    def _bad(self, event_id: bytes, wrong: Wrong) -> Bad:
        return Bad(self.chain, self.count, event_id.decode(errors="replace"), wrong)

    def _wrong_time(self, event_id: bytes, at: bytes) -> Wrong | None:
        made_ms = int(event_id[:12], 16)
        if made_ms < self.newest_ms - _LATEST_SEAL_MS:
            return Wrong.SEALED_LATE
        if made_ms > self.newest_ms:
            self.newest_ms = made_ms
        if self.own_time and abs(_minute_ms(at[:16]) - made_ms) > _LATEST_SEAL_MS:
            return Wrong.OTHER_TIME
        return None


def link(previous: bytes, place: tuple[int, bytes, int], written: bytes, detail: bytes) -> bytes:
    """Return the 32 bytes of a link. `place`: form, chain, number; `written`: sealed_at and the event, no JSON."""
    row = b"%a/%b/%a/%b%b" % (place[0], place[1], place[2], written, written_json(detail))
    return hashlib.sha256(previous + row).digest()


def misplaced(walk: Walk, rows: Sequence[Sequence[Any]]) -> bool:
    """Return True if the link that belongs where `walk` stopped is among `rows`: order was changed, not content.

    Either whole seals changed places, or only the events that they name did.
    """
    chain, here = walk.chain.encode(), Sealed(*rows[0])
    for other in (Sealed(*row) for row in rows[1:]):
        if other.at is None:
            continue
        place = (other.form, chain, walk.count)
        if link(walk.previous, place, other.written, other.detail) == other.hash:
            return True
        written = here.written[:_SEALED_AT] + other.written[_SEALED_AT:]
        if link(walk.previous, place, written, other.detail) == here.hash:
            return True
    return False


@lru_cache(maxsize=4096)
def written_json(stored: object) -> bytes:
    """Return JSON as it is hashed: keys sorted, no blanks; databases store the same facts in different spellings."""
    try:
        found = json.loads(stored if isinstance(stored, bytes) else repr(stored), object_pairs_hook=_once)
    except ValueError:
        return b"!%a" % (stored,)
    written = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return b"%d:%b" % (len(written), written)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


@lru_cache(maxsize=4096)
def _minute_ms(minute: object) -> int:
    """Return the Unix milliseconds of "YYYY-MM-DD HH:MM"; 0 of anything else."""
    try:
        return (datetime.fromisoformat(bytes(minute).decode()) - _EPOCH) // _MILLISECOND  # type: ignore[call-overload]  # else it raises
    except (ValueError, TypeError):
        return 0
