"""Writes linked records: compares with what is stored, inserts what is new, changes what differs, ends what is gone."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row as DbRow
from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from resources_directory.corrections import CORRECTABLE, corrected_columns
from resources_directory.importing.columns import CORE, RETIRABLE, table_of
from resources_directory.importing.report import TableCount
from resources_directory.importing.scratch import BATCH, Scratch

#: Tables whose rows may be corrected here.
CORRECTED = frozenset(cls.__tablename__ for cls in CORRECTABLE)
#: Our own columns that an import only ever raises: what an editor or an earlier import hid stays hidden.
RAISED = ("is_private", "is_confidential")
#: Our own columns that an import fills but does not empty.
FILLED = ("timezone_name",)


@dataclass(frozen=True)
class NewRow:
    """One row as it shall be stored: the table's columns by name, the id among them."""

    values: dict[str, Any]

    @property
    def id(self) -> UUID:
        """The row's id."""
        found: UUID = self.values["id"]
        return found


class Writer:
    """Writes the rows of one source. `touched` holds the ids of services whose own row or children changed."""

    def __init__(self, session: Session, source_id: UUID, now: datetime) -> None:
        self._session = session
        self._source_id = source_id
        self._now = now
        self._counts: Counter[tuple[str, str]] = Counter()

    def write(self, table_name: str, rows: list[NewRow]) -> None:
        """Store a batch of rows of one table, at most 500 with the same columns."""
        table = table_of(table_name)
        stored = self._stored(table, [row.id for row in rows])
        corrected = corrected_columns(self._session, table_name, list(stored)) if table_name in CORRECTED else {}
        new = [row.values | {"source_id": self._source_id} for row in rows if row.id not in stored]
        changed = []
        for row in rows:
            kept: Collection[str] = corrected.get(row.id, ())
            if row.id in stored and (values := _differing(table_name, row.values, stored[row.id], kept)) is not None:
                changed.append(values)
        if new:
            self._session.execute(insert(table), new)
        if changed:
            columns = [column for column in changed[0] if column != "id"]
            statement = update(table).where(table.c.id == bindparam("row_id"))
            statement = statement.values({column: bindparam(f"to_{column}") for column in columns})
            self._session.connection().execute(statement, [_as_parameters(values) for values in changed])
        self._counts[table_name, "created"] += len(new)
        self._counts[table_name, "changed"] += len(changed)
        self._counts[table_name, "unchanged"] += len(rows) - len(new) - len(changed)

    def end_unlisted(self, table_name: str, scratch: Scratch) -> None:
        """Retire or remove the source's rows that the delivery does not list any more."""
        table = table_of(table_name)
        if table_name in CORE and table_name not in RETIRABLE:
            return  # terms, units and programs hurt nobody, and retired services still point to them
        for ids in self.ids_of(table_name, retired=False):
            gone = sorted(set(ids) - scratch.present(table_name, ids))
            self._counts[table_name, "retired"] += len(gone)
            if not gone:
                continue
            if table_name in RETIRABLE:
                self._session.execute(update(table).where(table.c.id.in_(gone)).values(retired_at=self._now))
            else:
                self._session.execute(delete(table).where(table.c.id.in_(gone)))

    def ids_of(self, table_name: str, *, retired: bool) -> Iterator[list[UUID]]:
        """Give the ids of the source's rows, 500 at a time, ordered by id; with those that are retired, or without."""
        table = table_of(table_name)
        query = select(table.c.id).where(table.c.source_id == self._source_id).order_by(table.c.id).limit(BATCH)
        if "retired_at" in table.c and not retired:
            query = query.where(table.c.retired_at.is_(None))
        ids = list(self._session.scalars(query))
        while ids:
            yield ids
            ids = list(self._session.scalars(query.where(table.c.id > ids[-1])))

    def count_of(self, table_name: str, skipped: int) -> TableCount:
        """Return what happened to the rows of a table."""
        numbers = {what: self._counts[table_name, what] for what in ("created", "changed", "unchanged", "retired")}
        return TableCount(table_name, skipped=skipped, **numbers)

    def _stored(self, table: Table, ids: list[UUID]) -> dict[UUID, DbRow[Any]]:
        rows = self._session.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id))
        return {row.id: row for row in rows}


def _differing(
    table_name: str, values: dict[str, Any], stored: DbRow[Any], kept: Collection[str]
) -> dict[str, Any] | None:
    """Return the values to write over a stored row, or None where it says the same already.

    `kept`: columns that were corrected here, which stay as they are.
    """
    wanted = values | {column: getattr(stored, column) for column in kept if column in values}
    for column in RAISED:
        if column in wanted:
            wanted[column] = wanted[column] or getattr(stored, column)
    for column in FILLED:
        if column in wanted and wanted[column] is None:
            wanted[column] = getattr(stored, column)
    if wanted.get("is_private"):
        wanted["geocell"] = None
    if table_name in RETIRABLE:
        merged = getattr(stored, "replaced_by_id", None) is not None
        wanted["retired_at"] = stored.retired_at if merged else None
    same = all(getattr(stored, column) == value for column, value in wanted.items())
    return None if same else wanted


def _as_parameters(values: dict[str, Any]) -> dict[str, Any]:
    return {"row_id": values["id"]} | {f"to_{column}": value for column, value in values.items() if column != "id"}
