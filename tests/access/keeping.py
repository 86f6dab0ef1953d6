"""Watches which tables a request changed, and puts everything back: by triggers on both databases, no guessing.

A row trigger on every table writes the table's name into `matrix_change` inside the request's own transaction: what is
rolled back leaves no mark, what is committed always does. SQLite is put back whole from a copy (its backup interface),
PostgreSQL table by table from copies in a schema of its own, by the tables' owner.
"""

import sqlite3
from collections.abc import Collection
from typing import Protocol

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from referral.tables import metadata
from tests.databases import owner_of

#: The virtual tables of the text index have no triggers; they change only with the tables they index.
LOG = "matrix_change"


class Keeper(Protocol):
    """Knows what changed since it last looked, and puts it back."""

    def changed(self) -> set[str]:
        """Return the tables of which some row was added, changed or deleted since the last call."""

    def keep(self) -> None:
        """Take things as they are now for what is put back."""

    def put_back(self, tables: Collection[str]) -> None:
        """Put these tables back."""

    def close(self) -> None:
        """Let go of the database."""


def keeper_of(engine: Engine) -> Keeper:
    """Return the keeper for the database of a running application."""
    if engine.dialect.name == "sqlite":
        return SqliteKeeper(str(make_url(engine.url).database))
    return PostgresKeeper(create_engine(owner_of(engine.url), isolation_level="AUTOCOMMIT"))


class SqliteKeeper:
    """Keeps a whole copy in memory."""

    def __init__(self, path: str) -> None:
        self._live = sqlite3.connect(path, isolation_level=None)
        self._live.execute("PRAGMA synchronous=OFF")
        self._live.execute(f"CREATE TABLE {LOG} (id INTEGER PRIMARY KEY, name TEXT)")
        for table in metadata.sorted_tables:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                self._live.execute(
                    f'CREATE TRIGGER matrix_{table.name}_{verb} AFTER {verb} ON "{table.name}" '
                    f"BEGIN INSERT INTO {LOG} (name) VALUES ('{table.name}'); END"
                )
        self._copy = sqlite3.connect(":memory:")
        self.keep()

    def changed(self) -> set[str]:
        version = self._version()
        if version == self._seen_version:
            return set()
        self._seen_version = version
        rows = self._live.execute(f"SELECT id, name FROM {LOG} WHERE id > ?", (self._seen,)).fetchall()
        self._seen = max([self._seen, *(row[0] for row in rows)])
        return {row[1] for row in rows}

    def keep(self) -> None:
        self._live.backup(self._copy)
        self._look()

    def put_back(self, tables: Collection[str]) -> None:
        if tables:
            self._copy.backup(self._live)
            self._look()

    def close(self) -> None:
        self._live.close()
        self._copy.close()

    def _look(self) -> None:
        self._seen = self._live.execute(f"SELECT coalesce(max(id), 0) FROM {LOG}").fetchone()[0]
        self._seen_version = self._version()

    def _version(self) -> int:
        """The number that SQLite raises whenever another connection commits anything at all."""
        version: int = self._live.execute("PRAGMA data_version").fetchone()[0]
        return version


class PostgresKeeper:
    """Keeps a copy of each table in a schema of its own; puts back what changed, without triggers and foreign keys."""

    def __init__(self, owner: Engine) -> None:
        self._engine, self._live = owner, owner.connect()
        self._tables = [table.name for table in metadata.sorted_tables]
        self._run(f'ALTER DATABASE "{owner.url.database}" SET synchronous_commit = off')
        self._run(f"CREATE TABLE {LOG} (id bigserial PRIMARY KEY, name text)")
        self._run(
            f"CREATE FUNCTION note_{LOG}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
            f"$$ BEGIN INSERT INTO public.{LOG} (name) VALUES (TG_TABLE_NAME); RETURN NULL; END $$"
        )
        self._run("CREATE SCHEMA kept")
        for name in self._tables:
            self._run(
                f'CREATE TRIGGER matrix_note AFTER INSERT OR UPDATE OR DELETE ON "{name}" '
                f"FOR EACH ROW EXECUTE FUNCTION note_{LOG}()"
            )
            self._run(f'CREATE TABLE kept."{name}" AS TABLE public."{name}"')
        self._seen = 0
        self.changed()

    def changed(self) -> set[str]:
        rows = self._live.execute(text(f"SELECT id, name FROM {LOG} WHERE id > :seen"), {"seen": self._seen}).all()
        self._seen = max([self._seen, *(row[0] for row in rows)])
        return {row[1] for row in rows}

    def keep(self) -> None:
        for name in self._tables:
            self._run(f'TRUNCATE kept."{name}"')
            self._run(f'INSERT INTO kept."{name}" TABLE public."{name}"')
        self.changed()

    def put_back(self, tables: Collection[str]) -> None:
        if not tables:
            return
        self._run("SET session_replication_role = replica")
        for name in sorted(tables):
            self._run(f'DELETE FROM public."{name}"; INSERT INTO public."{name}" TABLE kept."{name}"')
        self._run("SET session_replication_role = DEFAULT")
        self.changed()

    def close(self) -> None:
        self._live.close()
        self._engine.dispose()

    def _run(self, statement: str) -> None:
        self._live.execute(text(statement))
