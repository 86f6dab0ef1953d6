"""A throw-away file of all records of one import: memory stays small, and nothing is written before all is read."""

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from resources_directory.importing.records import Record
from resources_directory.importing.report import Place

BATCH = 500

SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16000;
CREATE TABLE record (
    number INTEGER PRIMARY KEY, tab TEXT NOT NULL, id TEXT NOT NULL, own_id TEXT NOT NULL, file TEXT NOT NULL,
    line INTEGER NOT NULL, path TEXT NOT NULL, vals TEXT NOT NULL, links TEXT NOT NULL,
    dropped INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX record_by_id ON record (tab, id);
CREATE INDEX record_by_table ON record (tab, number);
CREATE TABLE remark (tab TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (tab, id, name, text)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Kept:
    """A record as it lies in the scratch file: its number, its id, and the record."""

    number: int
    id: UUID
    record: Record


class Scratch:
    """The records of one import, in the order of reading, found again by table and id. Use as a context manager."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="directory-import-")
        self._db = sqlite3.connect(Path(self._folder.name) / "records", isolation_level=None)
        self._db.executescript(SCHEMA)
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, id_: UUID, record: Record) -> bool:
        """Keep a record and return True, or return False where one with this id is kept already."""
        place = record.place
        cursor = self._db.execute(
            "INSERT OR IGNORE INTO record (tab, id, own_id, file, line, path, vals, links) VALUES (?,?,?,?,?,?,?,?)",
            (
                record.table, id_.hex, record.source_record_id, place.file, place.row, place.path,
                json.dumps(record.values), json.dumps(record.links),
            ),
        )  # fmt: skip
        return cursor.rowcount == 1

    def get(self, table: str, id_: UUID) -> Kept | None:
        """Return the record kept under an id."""
        rows = self._db.execute(SELECT + " WHERE tab = ? AND id = ?", (table, id_.hex))
        return next(map(_kept, rows), None)

    def replace(self, kept: Kept, record: Record) -> None:
        """Keep other values and links under the same id."""
        self._db.execute(
            "UPDATE record SET vals = ?, links = ? WHERE number = ?",
            (json.dumps(record.values), json.dumps(record.links), kept.number),
        )

    def drop(self, numbers: Iterable[int]) -> None:
        """Leave records out: they count as missing for others that point to them."""
        self._db.executemany("UPDATE record SET dropped = 1 WHERE number = ?", [(number,) for number in numbers])

    def batches(self, table: str) -> Iterator[list[Kept]]:
        """Give the records of a table that were not dropped, 500 at a time, in the order of reading."""
        last = 0
        while batch := self._after(table, last):
            yield batch
            last = batch[-1].number

    def present(self, table: str, ids: Iterable[UUID]) -> set[UUID]:
        """Return those of the ids that are kept and not dropped."""
        wanted = json.dumps([id_.hex for id_ in ids])
        sql = (
            "SELECT id FROM record WHERE tab = ? AND dropped = 0 AND id IN (SELECT value FROM json_each(?)) ORDER BY id"
        )
        return {UUID(hex=row[0]) for row in self._db.execute(sql, (table, wanted))}

    def count(self, table: str) -> int:
        """Return the number of records of a table that were not dropped."""
        row = self._db.execute("SELECT count(*) FROM record WHERE tab = ? AND dropped = 0", (table,)).fetchone()
        return int(row[0])

    def count_status(self, status: str) -> int:
        """Return how many services have a status."""
        sql = "SELECT count(*) FROM record WHERE tab = 'service' AND dropped = 0 AND json_extract(vals, '$.status') = ?"
        return int(self._db.execute(sql, (status,)).fetchone()[0])

    def remark(self, table: str, id_: UUID, *, name: str, text: str = "") -> None:
        """Note something about a record that may not have been read yet."""
        self._db.execute("INSERT OR IGNORE INTO remark VALUES (?, ?, ?, ?)", (table, id_.hex, name, text))

    def remarks(self, table: str, ids: Sequence[UUID], *, name: str) -> dict[UUID, list[str]]:
        """Return what was noted under a name: id to texts, in alphabetical order."""
        found: dict[UUID, list[str]] = {}
        wanted = json.dumps([id_.hex for id_ in ids])
        sql = (
            "SELECT id, text FROM remark WHERE tab = ? AND name = ? AND id IN (SELECT value FROM json_each(?))"
            " ORDER BY id, text"
        )
        for id_, text in self._db.execute(sql, (table, name, wanted)):
            found.setdefault(UUID(hex=id_), []).append(text)
        return found

    def _after(self, table: str, number: int) -> list[Kept]:
        where = " INDEXED BY record_by_table WHERE tab = ? AND number > ? AND dropped = 0 ORDER BY number LIMIT ?"
        return [_kept(row) for row in self._db.execute(SELECT + where, (table, number, BATCH))]


SELECT = "SELECT number, id, tab, own_id, file, line, path, vals, links FROM record"


def _kept(row: tuple[int, str, str, str, str, int, str, str, str]) -> Kept:
    number, id_, table, own_id, file, line, path, values, links = row
    record = Record(table, Place(file, line, path), own_id, json.loads(values), json.loads(links))
    return Kept(number, UUID(hex=id_), record)
