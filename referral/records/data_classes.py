"""Looks up what kind of fact a column holds, in `class_tables`."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table

from referral.records.class_names import DataClass
from referral.records.class_tables import COLUMNS, WHOLE_TABLES
from resources_directory.db import Base


class Unclassified(Exception):
    """A column has no class; the text names it."""


def class_of(table: str, column: str) -> DataClass:
    """Return the class of a column. Raises Unclassified."""
    for data_class, names in COLUMNS.get(table, {}).items():
        if column in names.split():
            return data_class
    for data_class, tables in WHOLE_TABLES.items():
        if table in tables.split():
            return data_class
    raise Unclassified(f"{table}.{column} has no class in records/class_tables.py")


def all_columns() -> Iterator[Column[Any]]:
    """Give every column of every table of the product, in the order of the tables."""
    for table in Base.metadata.sorted_tables:
        yield from table.columns


def columns_of(table: Table, classes: frozenset[DataClass]) -> list[Column[Any]]:
    """Return the columns of a table that hold facts of these classes, in table order."""
    return [column for column in table.columns if class_of(table.name, column.name) in classes]
