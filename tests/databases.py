"""Finds the databases that the suite runs on: SQLite always, PostgreSQL where a server answers or can be started."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from referral.kit.row_security import let_work
from referral.tables import metadata

#: Letters and their order are the same on every machine.
FRESH = ("--encoding=UTF8", "--locale=C", "--no-sync")
#: Nobody reads what a crash would lose.
HASTE = "-c listen_addresses= -c fsync=off -c full_page_writes=off"

#: The product's own role in tests: rows only, no schema, nothing but adding to the audit.
WEB_ROLE = "needsrx_test_web"

#: Database name to the URL of its owner.
_OWNERS: dict[str, URL] = {}

CANDIDATES = ("postgresql://localhost/postgres", "postgresql:///postgres", "postgresql://postgres@localhost/postgres")


def in_ci() -> bool:
    """Return True where nothing may be left out."""
    return bool(os.environ.get("CI"))


def leave_out(reason: str) -> None:
    """Skip loudly; in CI, fail instead."""
    if in_ci():
        pytest.fail(f"CI may leave nothing out: {reason}")
    pytest.skip(f"LEFT OUT: {reason}")


def shared_folder() -> Path:
    """Return the folder of test input that is not ours to ship."""
    folder = Path(os.environ.get("NEEDSRX_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not folder.is_dir():
        leave_out("the folder of real directories and specifications (NEEDSRX_SHARED) is not here")
    return folder


@dataclass
class PostgresServer:
    """A server to make databases on. `folder` is set when we started it ourselves."""

    url: URL
    folder: Path | None = None
    made: list[str] = field(default_factory=list)

    def new_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"needsrx_test_{uuid.uuid4().hex[:12]}"
        self._run(f'CREATE DATABASE "{name}"')
        self._run(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        self.made.append(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def new_guarded_database(self) -> str:
        """Return the URL of a new database with all tables, as the product's own role sees it."""
        owner = make_url(self.new_database())
        engine = create_engine(owner)
        with engine.begin() as connection:
            metadata.create_all(connection)
            let_web_role_work(connection)
        engine.dispose()
        _OWNERS[str(owner.database)] = owner
        return _as_web_role(owner).render_as_string(hide_password=False)

    def close(self) -> None:
        """Drop what was made."""
        for name in self.made:
            self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if self.folder is not None:
            pg_ctl(self.folder, "stop", "-m", "immediate")
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


def owner_of(url: str | URL) -> URL:
    """Return the URL of whoever owns the tables: the same on SQLite, and for a database made without a role."""
    parsed = make_url(url)
    return _OWNERS.get(str(parsed.database), parsed)


def let_web_role_work(connection: Connection) -> None:
    """Give the product's own role what it needs, as `flask db upgrade` does."""
    let_work(connection, WEB_ROLE)


def _as_web_role(url: URL) -> URL:
    return url.set(username=WEB_ROLE, password=WEB_ROLE)


def _make_web_role(url: URL) -> None:
    """Make the role unless another process of the run is just making it."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, suppress(SQLAlchemyError):
        connection.execute(text(f"CREATE ROLE {WEB_ROLE} LOGIN PASSWORD '{WEB_ROLE}'"))
    engine.dispose()


def find_postgres() -> PostgresServer | None:
    """Return a server: TEST_DATABASE_URL's, a local one, or one started from its binaries. Never DATABASE_URL's."""
    wanted = os.environ.get("TEST_DATABASE_URL")
    for candidate in [wanted] if wanted else CANDIDATES:
        url = make_url(candidate)
        if _answers(url):
            _make_web_role(url)
            if _answers(_as_web_role(url)):
                return PostgresServer(url)
    return None if wanted else start_postgres()


def start_postgres() -> PostgresServer | None:
    """Return a throw-away server of our own, or None where PostgreSQL is not installed or does not start."""
    if _binary("initdb") is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="needsrx-pg-"))
    owner = _unprivileged()
    if owner is not None:
        shutil.chown(folder, owner)
    try:
        _run_as_owner(_binary("initdb"), "-D", folder / "data", "-U", "test", "-A", "trust", *FRESH)
        pg_ctl(folder, "start", "-w", "-o", f"-k {folder} {HASTE}")
    except subprocess.CalledProcessError:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    url = make_url(f"postgresql://test@/postgres?host={folder}")
    _make_web_role(url)
    return PostgresServer(url, folder)


def pg_ctl(folder: Path, *arguments: str) -> None:
    """Tell a server of our own what to do."""
    _run_as_owner(_binary("pg_ctl"), "-D", folder / "data", "-l", folder / "log", *arguments)


def _unprivileged() -> str | None:
    """Return who must own the server when we are root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _run_as_owner(*command: object) -> None:
    owner = _unprivileged()
    prefix = ["runuser", "-u", owner, "--"] if owner else []
    subprocess.run([*prefix, *map(str, command)], check=True, capture_output=True, cwd="/")


def _binary(name: str) -> str | None:
    found = shutil.which(name)
    if found:
        return found
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(installed[-1]) if installed else None


def _answers(url: URL) -> bool:
    engine = create_engine(url, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, ImportError):
        return False
    finally:
        engine.dispose()
    return True


def empty(guarded: Engine) -> None:
    """Delete every row of every table, quickly, as the owner: the product's own role could not."""
    _empty_as_owner(_owners_engine(owner_of(guarded.url)))


@cache
def _owners_engine(owner: URL) -> Engine:
    """Return one engine for each database of this process: a connection for each test would take its time."""
    return create_engine(owner, poolclass=StaticPool)


def _empty_as_owner(engine: Engine) -> None:
    tables = list(reversed(metadata.sorted_tables))
    filled = " UNION ALL ".join(f"SELECT '{t.name}' WHERE EXISTS (SELECT 1 FROM \"{t.name}\")" for t in tables)
    with engine.begin() as connection:
        names = set(connection.scalars(text(filled)))
        if not names:
            return
        connection.execute(text("SET session_replication_role = replica"))
        for table in tables:
            if table.name in names:
                connection.execute(table.delete())
        connection.execute(text("SET session_replication_role = DEFAULT"))
