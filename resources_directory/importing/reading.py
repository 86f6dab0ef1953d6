"""Reads the files of a delivery into raw rows: which table, which place, which cells by today's column names."""

from collections.abc import Iterator
from typing import Any

from resources_directory.importing.columns import ANY_TABLE, columns_of
from resources_directory.importing.confidential import PRIVACY_COLUMNS
from resources_directory.importing.csv_rows import CsvRow, CsvRows
from resources_directory.importing.json_items import JsonItems
from resources_directory.importing.layouts import ELIGIBILITY, PAYMENT_ACCEPTED, Layout, layout_of, names_of_today
from resources_directory.importing.mapping import Mapping
from resources_directory.importing.nested import RawRow, rows_of_item, table_of_item
from resources_directory.importing.package import Package
from resources_directory.importing.report import DefectCode, DefectLog, Done, ImportRefused, Place

#: What a JSON file of one of these names holds; other names are told by the keys of their objects.
JSON_TABLES = {
    "services": "service",
    "service": "service",
    "organizations": "organization",
    "organization": "organization",
    "locations": "location",
    "location": "location",
    "service_at_locations": "service_at_location",
    "service_at_location": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
    "taxonomy_term": "taxonomy_term",
}
#: Columns that are read although no table of today has them.
ALSO_READ = frozenset({"id", "closed", "eligibility", "payment_accepted", *PRIVACY_COLUMNS})
#: And those of single tables.
READ_OF = {"address": frozenset({"address_3", "address_4", "organization_id"}), "phone": frozenset({"language"})}
#: Files that accompany the data.
COMPANIONS = frozenset({"about.json", "datapackage.json", "package.json"})


def raw_rows(package: Package, log: DefectLog, *, mapping: Mapping) -> Iterator[RawRow]:
    """Give all rows of a delivery, tables in no order. Raises ImportRefused for a file that cannot be trusted."""
    known = 0
    for name in sorted(package.names, key=_importance):
        if name in COMPANIONS:
            continue
        rows = (
            _csv_rows(package, name, log=log, mapping=mapping) if name.endswith(".csv") else _json_rows(package, name)
        )
        if rows is None:
            log.add(Place(name, 0), "", DefectCode.UNKNOWN_FILE, value=name, done=Done.SKIPPED)
            continue
        known += 1
        yield from rows
    if not known:
        raise ImportRefused(", ".join(package.names)[:80], "none of these is a file of HSDS 1.1, 2.0 or 3")


def _importance(name: str) -> tuple[bool, str]:
    """Full services come before lists, whose nested objects say less."""
    return (not name.startswith("service"), name)


def _csv_rows(package: Package, name: str, *, log: DefectLog, mapping: Mapping) -> Iterator[RawRow] | None:
    with package.text(name) as stream:
        layout = mapping.layouts.get(name) or layout_of(name, CsvRows(stream, name).columns)
    return _rows_of_table(package, name, layout=layout, log=log) if layout else None


def _rows_of_table(package: Package, name: str, *, layout: Layout, log: DefectLog) -> Iterator[RawRow]:
    with package.text(name) as stream:
        rows = CsvRows(stream, name)
        today = names_of_today(layout, rows.columns)
        _check_columns(name, layout, set(today.values()))
        _note_unread(name, layout, today, log)
        for row in rows:
            place = Place(name, row.number)
            if row.extra:
                log.add(place, "", DefectCode.EXTRA_CELLS, value=" | ".join(row.extra), done=Done.SKIPPED)
            yield RawRow(layout.table, place, _cells(row, layout, today))


def _cells(row: CsvRow, layout: Layout, today: dict[str, str]) -> dict[str, str]:
    """Return the cells by today's names. Where old and new name stand side by side the new one wins if it is filled."""
    cells = dict(layout.implied)
    for column, name in today.items():
        text = row.cells.get(column, "")
        if not text:
            continue
        if column == name or not cells.get(name) or name in layout.implied:
            cells[name] = text
        if name in row.cells:
            cells[column] = text
    return cells


def _check_columns(name: str, layout: Layout, columns: set[str]) -> None:
    for group in layout.needed:
        if not columns & set(group):
            wanted = " or ".join(group)
            raise ImportRefused(name, f"has no column {wanted}; without it no row can be placed")


def _note_unread(name: str, layout: Layout, today: dict[str, str], log: DefectLog) -> None:
    read = ALSO_READ | READ_OF.get(layout.table, frozenset())
    read |= {column for table, column in ANY_TABLE if table == layout.table}
    if layout.table not in (ELIGIBILITY, PAYMENT_ACCEPTED):
        read |= columns_of(layout.table).keys()
    else:
        read |= {"service_id"}
    for column, new in today.items():
        if new not in read:
            log.add(Place(name, 1), column, DefectCode.UNKNOWN_COLUMN, value=column, done=Done.SKIPPED)


def _json_rows(package: Package, name: str) -> Iterator[RawRow] | None:
    table = JSON_TABLES.get(name.rsplit(".", 1)[0])
    if table is None:
        with package.text(name) as stream:
            first: dict[str, Any] = next((item for _, item in JsonItems(stream, name)), {})
        table = table_of_item(first)
    return _rows_of_objects(package, name, table) if table else None


def _rows_of_objects(package: Package, name: str, table: str) -> Iterator[RawRow]:
    with package.text(name) as stream:
        for number, item in JsonItems(stream, name):
            yield from rows_of_item(item, table=table, place=Place(name, number))
