"""Fixtures of the whole suite: both databases, the application, a signed-in browser, and what was left out."""

import gc
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from referral.kit import clock
from referral.kit.crypto import Vault
from referral.kit.installation import beat, installation
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.tables import metadata
from resources_directory.db import SQLITE_PRAGMAS, engine_for
from tests.access.summary import matrix_lines
from tests.applications import application, let_go
from tests.databases import PostgresServer, empty, find_postgres, leave_out, owner_of
from tests.factories import Town
from tests.resources_directory_importing.deliveries import Delivery

MASTER_KEY = "a2V5LW9mLXRoZS10ZXN0cy0tLTMyLWJ5dGVzLWxvbmc="


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer | None]:
    server = find_postgres()
    yield server
    if server is not None:
        server.close()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer | None) -> str | None:
    """One database for this process, as the product's own restricted role sees it; tests empty it."""
    return postgres_server.new_guarded_database() if postgres_server is not None else None


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    database = Database(f"sqlite:///{path}", Vault(b"k" * 32))
    metadata.create_all(database.engine)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database with all tables."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str | None = request.getfixturevalue("postgres_url")
    if url is None:
        leave_out("PostgreSQL (no server answers, no binaries found)")
    assert url is not None
    return url


@pytest.fixture
def owner_url(database_url: str) -> str:
    """The URL of the same database for whoever owns its tables and may change the schema."""
    return owner_of(database_url).render_as_string(hide_password=False)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        secret_key="tests-only",
        master_key=MASTER_KEY,
        public_base_url="http://localhost",
        message_gateway="simulator",
    )


@pytest.fixture(scope="session", autouse=True)
def remembered_routes() -> Iterator[None]:
    """Every test makes an application; what werkzeug compiles for a route is the same each time, and kept."""
    compiled: dict[tuple[object, ...], dict[str, Any]] = {}
    compile_rule = Rule.compile

    def remembered(rule: Rule) -> None:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.map.host_matching, rule.merge_slashes)
        if key not in compiled:
            compile_rule(rule)
            compiled[key] = {name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "arguments")}
            compiled[key] |= {name: getattr(rule, name).__func__ for name in ("_build", "_build_unknown")}
        for name, value in compiled[key].items():
            setattr(rule, name, value.__get__(rule, None) if name.startswith("_build") else value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def remembered_statements() -> Iterator[None]:
    """Every test makes an engine; the SQL that statements become is the same each time, and kept.

    Nothing is waited for on the disk: no test of this process outlives it.
    """
    known: dict[str, Engine] = {}  # the first of each kind that has met its database

    def remembering(url: URL, **options: Any) -> Engine:
        engine = create_engine(url, **options, query_cache_size=20_000)
        same = known.get(engine.dialect.name)
        if same is None:
            event.listen(engine, "engine_connect", lambda _connection: keep(engine), once=True)
        else:
            engine.dialect, engine._compiled_cache = same.dialect, same._compiled_cache
        return engine

    def keep(engine: Engine) -> None:
        known.setdefault(engine.dialect.name, engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("resources_directory.db.create_engine", remembering)
        patch.setattr("resources_directory.db.SQLITE_PRAGMAS", (*SQLITE_PRAGMAS, "synchronous=OFF"))
        yield


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Compiled once for all the applications of the run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def at_noon() -> None:
    """The story's clock at Friday noon in California: texts may leave."""
    noon = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
    clock.set_offset(noon - clock.wall())


@pytest.fixture
def app(settings: Settings, templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The whole product on an empty database marked as a demo."""
    app = application(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = False
    app.jinja_env.bytecode_cache = templates
    app.config["PROPAGATE_EXCEPTIONS"] = False
    database: Database = app.extensions["database"]
    with database.job("tests") as session:
        installation(session).demo = True
        beat(session, "tests")
    yield app
    clock.set_offset(timedelta())
    _close(database)
    let_go(app)


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def session(app: Flask, database: Database) -> Iterator[ScopedSession]:
    """A session over all rows, inside an application context. Commit with `town.commit()`."""
    with app.test_request_context(), database_session(database) as opened:
        yield opened


class database_session:  # noqa: N801 - reads as a context
    """Opens a job's session and closes it without committing."""

    def __init__(self, database: Database) -> None:
        self._session = database.open(job_scope("tests"))

    def __enter__(self) -> ScopedSession:
        return self._session

    def __exit__(self, *_error: object) -> None:
        self._session.rollback()
        self._session.close()


@pytest.fixture
def town(session: ScopedSession) -> Town:
    """Makes clinics, people, organizations, services and patients."""
    return Town(session)


@pytest.fixture
def directory_session(database_url: str) -> Iterator[Session]:
    """A session on an empty directory that nobody commits; what a test stored is gone afterwards."""
    engine = engine_for(database_url)
    with Session(engine) as session:
        yield session
        session.rollback()
    engine.dispose()


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    """A small delivery of a directory, to be written on the spot."""
    folder = tmp_path / "delivery"
    folder.mkdir()
    return Delivery(folder)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _close(database: Database) -> None:
    if database.engine.dialect.name == "postgresql":
        empty(database.engine)
    database.engine.dispose()


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines what was left out."""
    reasons = sorted(
        {
            str(report.longrepr[2]).removeprefix("Skipped: ")
            for report in terminalreporter.stats.get("skipped", [])
            if isinstance(report.longrepr, tuple)
        }
    )
    terminalreporter.write_line("")
    for line in matrix_lines(terminalreporter):
        terminalreporter.write_line(line)
    if not reasons and _all_passed(terminalreporter):
        terminalreporter.write_line("No test was skipped: what they need is all here.")
    for reason in reasons:
        terminalreporter.write_line(reason if reason.startswith("LEFT OUT") else f"LEFT OUT: {reason}")


def _all_passed(terminalreporter: pytest.TerminalReporter) -> bool:
    """Return True if tests ran, none failed, and none was deselected (workers of xdist do not tell, options do)."""
    stats, option = terminalreporter.stats, terminalreporter.config.option
    narrowed = stats.get("deselected") or option.keyword or option.markexpr or option.deselect
    return bool(stats.get("passed")) and not (stats.get("failed") or stats.get("error") or narrowed)
