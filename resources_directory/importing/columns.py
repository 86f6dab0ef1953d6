"""What an import fills: the tables in the order of writing, their columns by kind, and the tables they point to."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sqlalchemy import Column, Date, Float, Integer, Table, Time, Uuid
from sqlalchemy.sql.type_api import TypeEngine

from resources_directory import tables as _all_tables  # noqa: F401 (fills Base.metadata)
from resources_directory.db import Base, UtcDateTime

#: Parents before children. A table points only to tables above it, and to itself.
ORDER = (
    "taxonomy",
    "taxonomy_term",
    "unit",
    "organization",
    "program",
    "service",
    "location",
    "service_at_location",
    "contact",
    "phone",
    "address",
    "schedule",
    "language",
    "accessibility",
    "service_area",
    "required_document",
    "cost_option",
    "funding",
    "url",
    "organization_identifier",
    "service_capacity",
    "attribute",
    "metadata",
    "meta_table_description",
)

#: Tables that others point to by id. Their rows need an id of the source's own; a second row with it is left out.
CORE = frozenset(
    {"taxonomy", "taxonomy_term", "unit", "organization", "program", "service", "location", "service_at_location"}
)

#: Rows of these are retired when the source no longer lists them; rows of other child tables are removed.
RETIRABLE = frozenset({"organization", "service", "location", "service_at_location"})

#: Children that need at least one of their links to be of any use.
OWNED = frozenset(
    {
        "accessibility",
        "address",
        "contact",
        "funding",
        "language",
        "phone",
        "required_document",
        "schedule",
        "service_area",
        "url",
    }
)
#: Children whose parents belong together: "this service, at this place". Without one of them the row would say
#: something else, so it is left out. A phone or a contact stays with the parents that are there.
ALL_OR_NOTHING = frozenset({"accessibility", "address", "language", "required_document", "schedule", "service_area"})

#: Our own columns, which no source fills.
OURS = frozenset(
    {
        "id",
        "source_id",
        "source_record_id",
        "retired_at",
        "replaced_by_id",
        "is_private",
        "is_confidential",
        "geocell",
        "timezone_name",
        "walk_in",
        "by_phone",
        "apply_first",
    }
)

#: Columns that point to a record of any table: (table, its column) to the column that names the table.
ANY_TABLE = {("attribute", "link_id"): "link_entity", ("metadata", "resource_id"): "resource_type"}


class Kind(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    LINK = "link"


@dataclass(frozen=True)
class ColumnKind:
    """One column: its name, how it is read, whether it must be filled, and the table it points to, if any."""

    name: str
    kind: Kind
    required: bool
    points_to: str | None


def table_of(name: str) -> Table:
    """Return the table of a name in ORDER."""
    return Base.metadata.tables[name]


@cache
def columns_of(name: str) -> dict[str, ColumnKind]:
    """Return the columns of a table that a source may fill, by name."""
    return {column.name: _kind_of(column) for column in table_of(name).columns if column.name not in OURS}


def links_of(name: str) -> tuple[ColumnKind, ...]:
    """Return the columns of a table that point to one other table, in the order of the table."""
    return tuple(column for column in columns_of(name).values() if column.points_to)


def _kind_of(column: Column[object]) -> ColumnKind:
    keys = sorted(key.column.table.name for key in column.foreign_keys)
    required = not column.nullable and column.default is None
    return ColumnKind(column.name, _reading(column.type), required, keys[0] if keys else None)


def _reading(type_: TypeEngine[object]) -> Kind:
    kinds = (
        (Uuid, Kind.LINK),
        (Integer, Kind.WHOLE),
        (Float, Kind.NUMBER),
        (Date, Kind.DATE),
        (Time, Kind.TIME),
        (UtcDateTime, Kind.MOMENT),
    )
    return next((kind for known, kind in kinds if isinstance(type_, known)), Kind.TEXT)
