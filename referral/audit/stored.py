"""Audit rows as the bytes that are hashed (audit/chain.py), written by the database itself: one text a row.

SQLite and PostgreSQL write the same: ids as 32 hexadecimal digits, moments as "YYYY-MM-DD HH:MM:SS.ffffff" in UTC,
bytes as hexadecimal digits after "x", each with its length in bytes before it. SQLite keeps whatever somebody put into
a column: a value of another type is written with the name of the type, so that it differs.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Select, String, Table, Uuid, literal_column, select
from sqlalchemy.types import NULLTYPE

from referral.audit.chain import FORMS, NEWEST_FORM
from referral.audit.models import AuditEvent
from referral.audit.seal_models import AuditSeal
from resources_directory.db import UtcDateTime

EVENT: Table = AuditEvent.__table__  # type: ignore[assignment]  # declared as the wider FromClause
SEAL: Table = AuditSeal.__table__  # type: ignore[assignment]  # declared as the wider FromClause


def event_rows(dialect: str) -> Select[Any]:
    """Return the select of (id, clinic_id, what is written of the event, its JSON); the caller adds which, in order."""
    columns = [_plain(column, dialect) for column in (EVENT.c.id, EVENT.c.clinic_id)]
    return select(*columns, _written(dialect), _plain(EVENT.c.detail, dialect)).select_from(EVENT)


def sealed_rows(dialect: str) -> Select[Any]:
    """Return the select of rows in the order of Sealed, of all chains; the caller adds which, in order."""
    seal = (SEAL.c.number, SEAL.c.form, SEAL.c.hash, SEAL.c.event_id)
    event = (EVENT.c.clinic_id, EVENT.c.at)
    written = _written(dialect, SEAL.c.sealed_at)
    plain = [_plain(column, dialect) for column in (*seal, *event)]
    joined = SEAL.outerjoin(EVENT, EVENT.c.id == SEAL.c.event_id)
    return select(*plain, written, _plain(EVENT.c.detail, dialect)).select_from(joined)


def as_bytes(rows: Iterable[Sequence[Any]], dialect: str) -> Iterable[Sequence[Any]]:
    """Return the rows with every text as bytes; inside `reading_bytes` SQLite gives them so."""
    if dialect == "sqlite":
        return rows
    return [tuple([value.encode() if value.__class__ is str else value for value in row]) for row in rows]


def written_moment(moment: datetime) -> bytes:
    """Return a moment as the database writes it when it is stored."""
    return b"26:" + moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f").encode()


@contextmanager
def reading_bytes(connection: Connection) -> Iterator[None]:
    """Let SQLite give texts as bytes inside this block: fast, and whatever somebody stored there can be read."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.text_factory = bytes
    try:
        yield
    finally:
        driver.text_factory = str


def _written(dialect: str, *before: Column[Any]) -> Any:
    columns = [*before, *(EVENT.c[name] for name in FORMS[NEWEST_FORM][:-1])]
    if dialect == "sqlite":
        written = " || ".join(_sqlite_written(column) for column in columns)
    else:
        written = f"concat({', '.join(_postgresql_written(column) for column in columns)})"
    return literal_column(written, NULLTYPE).label("written")


def _plain(column: Column[Any], dialect: str) -> Any:
    """Return the column as stored, as text where the driver would make an object of it."""
    name = _name(column)
    if dialect == "postgresql":
        if isinstance(column.type, Uuid | UtcDateTime):
            name = _postgresql_text(column)
        elif column is EVENT.c.detail:
            name = f"CAST({name} AS text)"
    return literal_column(name, NULLTYPE).label(f"{column.table.name}_{column.name}")


def _sqlite_written(column: Column[Any]) -> str:
    name = _name(column)
    usual = f"WHEN 'text' THEN length(CAST({name} AS BLOB)) || ':' || {name}"
    if isinstance(column.type, LargeBinary):
        usual = f"WHEN 'blob' THEN 'x' || length({name}) || ':' || hex({name})"
    return f"CASE typeof({name}) WHEN 'null' THEN '-' {usual} ELSE '?' || typeof({name}) || ':' || hex({name}) END"


def _postgresql_written(column: Column[Any]) -> str:
    name, written = _name(column), _postgresql_text(column)
    if isinstance(column.type, LargeBinary):
        return f"coalesce('x' || length({name}) || ':' || upper(encode({name}, 'hex')), '-')"
    if isinstance(column.type, String):
        return f"coalesce(octet_length({name}) || ':' || {name}, '-')"
    return f"coalesce('{32 if isinstance(column.type, Uuid) else 26}:' || {written}, '-')"


def _postgresql_text(column: Column[Any]) -> str:
    name = _name(column)
    if isinstance(column.type, Uuid):
        return f"encode(uuid_send({name}), 'hex')"
    if isinstance(column.type, UtcDateTime):
        return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    return name


def _name(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"
