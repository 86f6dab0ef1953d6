"""Many ids as one parameter: to prepare a statement then costs no more for seventy rows than for one."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Text, TypeDecorator, bindparam, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import NullType


class _Ids(TypeDecorator[list[UUID]]):
    """Ids as the database reads a list of them: a JSON array of what SQLite stores, an array of PostgreSQL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[UUID] | None, dialect: Dialect) -> str | None:
        ids = value or []
        if dialect.name == "postgresql":
            return "{" + ",".join(str(each) for each in ids) + "}"
        return json.dumps([each.hex for each in ids])


class is_among(GenericFunction[Any]):  # noqa: N801 - stands in a statement as a function does
    """True where an id stands in the list; made by `among`."""

    type = NullType()  # a Boolean would be compared with 1, and SQLite would use no index
    inherit_cache = True


@compiles(is_among, "sqlite")
def _in_array(element: is_among, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - names and a parameter


@compiles(is_among, "postgresql")
def _any_of(element: is_among, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY(CAST({ids} AS UUID[]))"


def among(column: Any, ids: Iterable[UUID] | str) -> ColumnElement[Any]:
    """Return the condition that a column holds one of the ids; an index on it is used. No id: nothing is found.

    A name instead of ids: the parameter under which a statement that is made once gets a list of them.
    """
    listed = bindparam(ids, type_=_Ids()) if isinstance(ids, str) else literal(list(ids), _Ids())
    return is_among(column, listed)
