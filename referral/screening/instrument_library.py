"""The instruments there are: the product's own needs check, and the newest version of each imported one."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.screening.instrument_files import InstrumentFile, numbered, under_key
from referral.screening.instrument_models import StoredInstrument
from referral.screening.instruments import Instrument, needs_check
from resources_directory.db import new_id
from resources_directory.needs import NeedDomain

#: So much of a name stays in a key that is made distinct.
LONGEST_NAME = 48


class ImportOutcome(StrEnum):
    """What an import did with a file."""

    NEW = "new"
    NEW_VERSION = "new version"
    SAME = "unchanged"


@dataclass(frozen=True)
class Imported:
    """A file after its import: the instrument under its version."""

    instrument: Instrument
    outcome: ImportOutcome


@dataclass(frozen=True)
class OnShelf:
    """One version of an instrument. `id`: none for the product's own; `newest`: new screenings may use it."""

    instrument: Instrument
    id: UUID | None
    kind: str
    imported_at: datetime | None
    newest: bool


def import_instrument(session: ScopedSession, file: InstrumentFile, text: str) -> Imported:
    """Return what became of a file: new, a new version, or the same as the newest one. `text`: as it came. Flushes.

    What is known under another name by its url is a version of that; another one of the same name gets its own key.
    """
    file = _placed(session, file)
    newest = _newest(session, file.key)
    if newest is not None and newest.definition == file.definition:
        return Imported(_read(newest.definition, newest.number), ImportOutcome.SAME)
    number = newest.number + 1 if newest is not None else 1
    session.add(
        StoredInstrument(
            id=new_id(),
            key=file.key,
            number=number,
            title=file.instrument.title.say("en"),
            kind=file.kind,
            definition=file.definition,
            file_hash=sha256(text.encode()).hexdigest(),
            imported_at=clock.now(),
        )
    )
    session.flush()
    return Imported(_read(file.definition, number), ImportOutcome.NEW if newest is None else ImportOutcome.NEW_VERSION)


def offered_instruments(session: ScopedSession) -> list[Instrument]:
    """Return what a new screening may use: the needs check, then the newest of each imported one by title."""
    return [each.instrument for each in shelf(session) if each.newest]


def shelf(session: ScopedSession) -> list[OnShelf]:
    """Return every version of every instrument: the needs check, then by title, the newest version first."""
    rows = session.scalars(
        select(StoredInstrument).order_by(StoredInstrument.key, StoredInstrument.number.desc())
    ).all()
    newest = {row.key: row for row in reversed(rows)}
    shown = [
        OnShelf(_read(row.definition, row.number), row.id, row.kind, row.imported_at, newest[row.key] is row)
        for row in sorted(rows, key=lambda row: (newest[row.key].title, row.key, -row.number))
    ]
    return [OnShelf(needs_check(), None, "own", None, True), *shown]


def instrument_of(session: ScopedSession, key: str, version: str) -> Instrument | None:
    """Return one version of an instrument, or None. The product's own has one: its file."""
    if key == needs_check().key:
        return needs_check()
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return None
    row = session.scalar(
        select(StoredInstrument).where(StoredInstrument.key == key, StoredInstrument.number == int(version))
    )
    return _read(row.definition, row.number) if row is not None else None


def instrument_by_id(session: ScopedSession, instrument_id: UUID) -> OnShelf | None:
    """Return one version of an imported instrument by its row, or None."""
    return next((each for each in shelf(session) if each.id == instrument_id), None)


def private_names(session: ScopedSession, kept: Collection[NeedDomain] = ()) -> frozenset[str]:
    """Return the names of answers, of any version of any instrument, that are given only when nobody listens.

    `kept`: needs that the patient keeps to themselves; the answers that speak of them are among the names.
    """
    items = [item for each in shelf(session) for item in each.instrument.items]
    private = [item for item in items if item.needs_to_be_alone or item.speaks_of(kept)]
    return frozenset(name for item in private for name in (item.link_id, item.want_id))


def _placed(session: ScopedSession, file: InstrumentFile) -> InstrumentFile:
    """Return the file under the key of the instrument that it is a version of, or under one that is free."""
    shelved = {row.key: row for row in session.scalars(select(StoredInstrument).order_by(StoredInstrument.number))}
    known = [key for key, row in sorted(shelved.items()) if file.url and _url(row) == file.url]
    if known:
        key = known[0]
    elif file.key not in shelved or _is_same(shelved[file.key], file):
        key = file.key
    else:
        suffix = sha256(file.url.encode()).hexdigest()[:8] if file.url else file.kind
        key = f"{file.key[:LONGEST_NAME]}-{suffix}"
    return file if key == file.key else under_key(file, key)


def _is_same(row: StoredInstrument, file: InstrumentFile) -> bool:
    """Return True if a file of the same name may be a version of a stored one: an old row may not have kept its url."""
    return row.kind == file.kind and _url(row) in (None, file.url)


def _url(row: StoredInstrument) -> str | None:
    url: str | None = json.loads(row.definition).get("url")
    return url


def _newest(session: ScopedSession, key: str) -> StoredInstrument | None:
    highest = select(func.max(StoredInstrument.number)).where(StoredInstrument.key == key).scalar_subquery()
    return session.scalar(
        select(StoredInstrument).where(StoredInstrument.key == key, StoredInstrument.number == highest)
    )


@lru_cache(maxsize=64)
def _read(definition: str, number: int) -> Instrument:
    return numbered(definition, str(number))
