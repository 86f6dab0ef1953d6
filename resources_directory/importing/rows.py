"""Turns linked records into rows of the database: typed values, and our own columns that follow from the records."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from resources_directory.geo import Point, cell_of
from resources_directory.importing.cells import Value
from resources_directory.importing.columns import Kind, columns_of
from resources_directory.importing.linking import Linked
from resources_directory.importing.scratch import Scratch
from resources_directory.importing.staging import SECRET, TIMEZONE, TOLD
from resources_directory.importing.writing import NewRow


class RowMaker:
    """Makes rows of batches. `all_inactive`: the source calls every service inactive, so that nothing is known."""

    def __init__(self, scratch: Scratch, *, all_inactive: bool) -> None:
        self._scratch = scratch
        self._all_inactive = all_inactive

    def rows(self, table: str, batch: list[Linked]) -> list[NewRow]:
        """Return the rows of a batch of one table, in its order."""
        ids = [linked.kept.id for linked in batch]
        more = {"service": self._of_services, "location": self._of_locations}.get(table)
        rows = [_row(table, linked) for linked in batch]
        if more:
            more(rows, ids)
        return [NewRow(row) for row in rows]

    def _of_services(self, rows: list[dict[str, Any]], ids: list[UUID]) -> None:
        secret = self._scratch.remarks("service", ids, name=SECRET)
        told = {column: self._scratch.remarks("service", ids, name=column) for column in TOLD.values()}
        for row in rows:
            row["is_confidential"] = row["id"] in secret
            if self._all_inactive:
                row["status"] = "active"
            for column, texts in told.items():
                said = [row[column]] if row[column] else []
                row[column] = "\n".join(said + [text for text in texts.get(row["id"], []) if text not in said]) or None

    def _of_locations(self, rows: list[dict[str, Any]], ids: list[UUID]) -> None:
        secret = self._scratch.remarks("location", ids, name=SECRET)
        zones = self._scratch.remarks("location", ids, name=TIMEZONE)
        for row in rows:
            row["is_private"] = row["id"] in secret
            row["timezone_name"] = zones.get(row["id"], [None])[0]
            hidden = row["is_private"] or row["latitude"] is None
            row["geocell"] = None if hidden else cell_of(Point(row["latitude"], row["longitude"]))


def _row(table: str, linked: Linked) -> dict[str, Any]:
    record = linked.kept.record
    row: dict[str, Any] = {"id": linked.kept.id, "source_record_id": record.source_record_id or None}
    for name, column in columns_of(table).items():
        row[name] = linked.links[name] if column.kind is Kind.LINK else _typed(column.kind, record.values.get(name))
    return row


def _typed(kind: Kind, value: Value) -> object:
    readers: dict[Kind, Callable[[str], object]] = {
        Kind.DATE: date.fromisoformat,
        Kind.TIME: time.fromisoformat,
        Kind.MOMENT: _moment,
    }
    if value is None or kind not in readers:
        return value
    return readers[kind](str(value))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
