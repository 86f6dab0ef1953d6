"""The declarative base, column types and the engine recipe that every table of the product stands on.

It lives here, in the lower package, because imports only go down.
"""

import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, Text, TypeDecorator, Uuid, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

#: Seconds a writer waits for another writer before the database is called locked.
BUSY_TIMEOUT_S = 10

#: What SQLite is told on each new connection. FULL: a power cut must not undo a "submitting" mark.
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
    "temp_store=MEMORY",
    "secure_delete=ON",  # what is deleted or overwritten is zeroed in its page: an erased record leaves no bytes
)

#: A database file is for its owner alone.
OWNER_ONLY = 0o600

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: A JSON column: JSONB on PostgreSQL, text on SQLite.
JsonType = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: takes and gives timezone-aware UTC datetimes on both databases. Refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the database UTC. Raises ValueError on a datetime without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give Python an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table of the product."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        str: Text(),
        UUID: Uuid(),
        dict[str, Any]: JsonType,
        list[str]: JsonType,
    }


def new_id() -> UUID:
    """Return a time-ordered UUID (version 7, RFC 9562 section 5.7): 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | random_bits & (1 << 80) - 1
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def engine_for(url: str) -> Engine:
    """Return an engine whose transactions are safe for read-then-write.

    SQLite: every transaction says BEGIN IMMEDIATE, so that a writer waits at the start and never fails half way
    with "database is locked". PostgreSQL: dead connections are noticed before use. `url`: an SQLAlchemy URL.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    engine = create_engine(parsed)
    event.listen(engine, "connect", _tell_sqlite)
    event.listen(engine, "begin", _say_begin)
    return engine


def native_insert(session: Session, into: Any) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT of the session's own database, which alone knows `on_conflict_…`. `into`: a model or table."""
    return postgresql.insert(into) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(into)


def reading(engine: Engine) -> Engine:
    """Return the same engine for readers: SQLite readers do not queue behind writers, PostgreSQL refuses writes."""
    return engine.execution_options(sqlite_begin="BEGIN", postgresql_readonly=True)


def _keep_private(connection: DBAPIConnection) -> None:
    """Close the file of the database to all but its owner, before anything stands in it; those beside it follow.

    A file of somebody else stays as it is: only its owner may change it. What is in memory only has no file.
    """
    name = connection.execute("PRAGMA database_list").fetchone()[2]
    for file in (name, f"{name}-wal", f"{name}-shm") if name else ():
        with suppress(FileNotFoundError, PermissionError):
            if os.stat(file).st_mode & ~OWNER_ONLY & 0o777:
                os.chmod(file, OWNER_ONLY)


def _tell_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    _keep_private(connection)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _say_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN IMMEDIATE"))
