"""Takes the nested objects of HSDS JSON 3.x apart into rows of tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from resources_directory.importing.columns import columns_of
from resources_directory.importing.report import ImportRefused, Place

#: Objects inside an object: key to (table, the column of the outer object that names it).
ONE = {
    "organization": ("organization", "organization_id"),
    "program": ("program", "program_id"),
    "location": ("location", "location_id"),
    "service": ("service", "service_id"),
    "unit": ("unit", "unit_id"),
    "taxonomy_term": ("taxonomy_term", "taxonomy_term_id"),
    "taxonomy_detail": ("taxonomy", "taxonomy_id"),
}
#: Lists inside an object: key to table.
MANY = {
    "accessibility": "accessibility",
    "additional_urls": "url",
    "additional_websites": "url",
    "addresses": "address",
    "attributes": "attribute",
    "capacities": "service_capacity",
    "contacts": "contact",
    "cost_options": "cost_option",
    "funding": "funding",
    "languages": "language",
    "locations": "location",
    "metadata": "metadata",
    "organization_identifiers": "organization_identifier",
    "phones": "phone",
    "programs": "program",
    "required_documents": "required_document",
    "schedules": "schedule",
    "service_areas": "service_area",
    "service_at_locations": "service_at_location",
    "services": "service",
}
#: The deepest path of HSDS 3.2 has seven levels: a language of a phone of a contact of a location of a service …
MOST_LEVELS = 20
#: Signs that JSON can escape and no database keeps: zero bytes and halves of pairs.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: What tells the table of an object in a file with a name of its own: the first key that it has.
TELLING = (
    ("service_at_location", ("location", "service")),
    ("service_at_location", ("location_id", "service_id")),
    ("taxonomy_term", ("code",)),
    ("taxonomy_term", ("taxonomy_detail",)),
    ("service", ("status",)),
    ("service", ("organization",)),
    ("service", ("organization_id",)),
    ("service", ("service_at_locations",)),
    ("location", ("location_type",)),
    ("organization", ("services",)),
    ("organization", ("organization_identifiers",)),
    ("organization", ("website",)),
    ("organization", ("legal_status",)),
    ("organization", ("name", "description")),
)


@dataclass(frozen=True)
class RawRow:
    """One row as the source has it: the table, the place, and the cells by today's column names."""

    table: str
    place: Place
    cells: dict[str, str]


def table_of_item(item: dict[str, Any]) -> str | None:
    """Return the table that an object belongs to, by its keys, or None."""
    return next((table for table, keys in TELLING if all(key in item for key in keys)), None)


def rows_of_item(item: dict[str, Any], *, table: str, place: Place) -> Iterator[RawRow]:
    """Give the rows that an object holds, parents before children."""
    cells = {key: text_of(value) for key, value in item.items() if not isinstance(value, (dict, list))}
    after: list[Iterator[RawRow]] = []
    for key, value in sorted(item.items(), key=lambda pair: pair[0] != "organization"):  # a program asks whose it is
        if key in ONE and isinstance(value, dict):
            inner_table, column = ONE[key]
            cells.setdefault(column, text_of(value.get("id")))
            inner = _with_organization(value, inner_table, cells)
            yield from rows_of_item(inner, table=inner_table, place=_inside(place, f"{key}."))
        elif key in MANY and isinstance(value, list):
            after += _children(value, key, table, cells.get("id", ""), place)
        elif isinstance(value, list):
            cells[key] = ",".join(text_of(part) for part in value if not isinstance(part, (dict, list)))
    yield RawRow(table, place, cells)
    for rows in after:
        yield from rows


def text_of(value: object) -> str:
    """Return a JSON value as the cell of a table would have it: nothing for null, "true" for true."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return UNSTORABLE.sub("", str(value))


def _children(values: list[Any], key: str, table: str, owner_id: str, place: Place) -> Iterator[Iterator[RawRow]]:
    child_table = MANY[key]
    for number, value in enumerate(values):
        if isinstance(value, dict):
            linked = {**value, **_link(child_table, table, owner_id)}  # where it stands counts, not what it says
            yield rows_of_item(linked, table=child_table, place=_inside(place, f"{key}[{number}]."))


def _link(child_table: str, table: str, owner_id: str) -> dict[str, str]:
    if child_table == "attribute":
        return {"link_id": owner_id, "link_entity": table}
    if child_table == "metadata":
        return {"resource_id": owner_id, "resource_type": table}
    column = f"{table}_id"
    return {column: owner_id} if column in columns_of(child_table) else {}


def _with_organization(value: dict[str, Any], table: str, outer: dict[str, str]) -> dict[str, Any]:
    """A program inside a service does not say whose it is; it is the service's organization's."""
    if table == "program" and outer.get("organization_id"):
        return {"organization_id": outer["organization_id"], **value}
    return value


def _inside(place: Place, path: str) -> Place:
    if place.path.count(".") >= MOST_LEVELS:
        raise ImportRefused(place.file, f"item {place.row} is nested too deep")
    return Place(place.file, place.row, place.path + path)
