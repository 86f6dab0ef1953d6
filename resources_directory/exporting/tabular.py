"""Writes HSDS 3.2 tables as CSV files that no spreadsheet will run as formulas."""

import csv
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from resources_directory.exporting.report import FileCount
from resources_directory.exporting.selection import may_leave
from resources_directory.exporting.values import Outgoing, is_text, outgoing
from resources_directory.importing.columns import ORDER, columns_of, table_of

BATCH = 500
#: File names of HSDS 3.2.3 datapackage.json, where they are not the table's name and "s".
FILES = {
    "accessibility": "accessibility",
    "address": "addresses",
    "funding": "funding",
    "metadata": "metadata",
    "service_at_location": "service_at_location",
    "service_capacity": "service_capacity",
    "taxonomy": "taxonomies",
    "url": "url",
}
#: A cell that begins with one of these may be run as a formula (OWASP, "CSV Injection").
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_tables(session: Session, folder: Path) -> list[FileCount]:
    """Write one file for each table that has rows and return their names and numbers of rows."""
    written = []
    for table in ORDER:
        name = f"{FILES.get(table, table + 's')}.csv"
        count = _write_table(session, table, folder / name)
        if count:
            written.append(FileCount(name, count))
        else:
            (folder / name).unlink()
    return written


def without_formula(text: str) -> str:
    """Return a cell that is shown and not run: an apostrophe stands before a text that begins like a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _write_table(session: Session, table: str, path: Path) -> int:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ["id", *columns_of(table)], restval="")
        writer.writeheader()
        for count, row in enumerate(_rows(session, table), start=1):  # noqa: B007 (the last number is the count)
            writer.writerow(row)
    return count


def _rows(session: Session, table_name: str) -> Iterator[Outgoing]:
    table = table_of(table_name)
    query = select(table).where(may_leave(table_name)).order_by(table.c.id).limit(BATCH)
    rows = session.execute(query).all()
    while rows:
        for row in rows:
            if (values := outgoing(table_name, row)) is not None:
                yield {name: _cell(table_name, name, value) for name, value in values.items()}
        rows = session.execute(query.where(table.c.id > rows[-1].id)).all()


def _cell(table: str, column: str, value: object) -> object:
    return without_formula(value) if isinstance(value, str) and is_text(table, column) else value
