"""Migrations: the head equals the models, each step goes up and down, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, create_engine, inspect, text

from referral.app import create_app
from referral.kit.migrations import alembic_config
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.tables import metadata
from tests.architecture.rules import ROOT
from tests.conftest import MASTER_KEY
from tests.databases import PostgresServer, leave_out


@pytest.fixture
def bare_app(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The product on a database with nothing in it, of the same kind as `database_url`."""
    url = f"sqlite:///{tmp_path}/bare.sqlite3"
    if database_url.startswith("postgresql"):
        server: PostgresServer | None = request.getfixturevalue("postgres_server")
        if server is None:
            leave_out("PostgreSQL (no server answers, no binaries found)")
        assert server is not None
        url = server.new_database()
    app = create_app(Settings(url, "tests-only", MASTER_KEY, "http://localhost"))
    with app.app_context():
        yield app
    app.extensions["database"].engine.dispose()


def tables(app: Flask) -> set[str]:
    database: Database = app.extensions["database"]
    names = set(inspect(database.engine).get_table_names())
    return {name for name in names if not name.startswith(("service_text_", "alembic"))}


def checks(engine: Engine) -> set[tuple[str, str, str]]:
    """Return (table, name, rule) of every CHECK, as the database itself writes it."""
    found = inspect(engine)
    names = [name for name in found.get_table_names() if not name.startswith(("service_text_", "alembic"))]
    return {
        (name, str(check["name"]), check["sqltext"]) for name in names for check in found.get_check_constraints(name)
    }


def test_the_head_equals_the_models(bare_app: Flask) -> None:
    command.upgrade(alembic_config(), "head")

    with bare_app.extensions["database"].engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [found for found in compare_metadata(context, metadata) if "service_text" not in repr(found)]
    assert differences == []
    assert tables(bare_app) == {table.name for table in metadata.sorted_tables}


def test_the_migrated_tables_have_the_checks_of_the_models(bare_app: Flask, database_url: str) -> None:
    """Autogenerate does not look at CHECKs."""
    command.upgrade(alembic_config(), "head")

    assert checks(bare_app.extensions["database"].engine) == checks(create_engine(database_url))


def test_every_step_goes_down_and_up_again(bare_app: Flask) -> None:
    command.upgrade(alembic_config(), "head")
    command.downgrade(alembic_config(), "base")
    left = tables(bare_app)

    command.upgrade(alembic_config(), "head")

    assert left == set()
    assert tables(bare_app) == {table.name for table in metadata.sorted_tables}


def test_rows_survive_a_second_upgrade(bare_app: Flask) -> None:
    command.upgrade(alembic_config(), "head")
    with bare_app.extensions["database"].engine.begin() as connection:
        connection.execute(text("INSERT INTO installation (id, demo, clock_ahead_s) VALUES (1, true, 7)"))

    command.upgrade(alembic_config(), "head")

    with bare_app.extensions["database"].engine.connect() as connection:
        assert connection.scalar(text("SELECT clock_ahead_s FROM installation")) == 7


def test_the_head_file_names_the_head() -> None:
    heads = ScriptDirectory(str(ROOT / "migrations")).get_heads()

    assert heads == [(ROOT / "migrations" / "HEAD").read_text().strip()]


def test_no_migration_imports_a_model() -> None:
    for file in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "models" not in file.read_text()
