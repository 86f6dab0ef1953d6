"""Fixtures of the demo's tests: databases of their own, which may be emptied and dropped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from referral.app import create_app
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.tables import metadata
from tests.conftest import MASTER_KEY
from tests.databases import PostgresServer, leave_out


def url_of_own_database(kind: str, folder: Path, server: PostgresServer | None) -> str:
    """Return the URL of a database without tables that belongs to one test."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/own.sqlite3"
    if server is None:
        leave_out("PostgreSQL (no server answers, no binaries found)")
    assert server is not None
    return server.new_database()


def demo_app(url: str) -> Flask:
    """Return the product on a database, with the simulator."""
    return create_app(
        Settings(
            database_url=url,
            secret_key="tests-only",
            master_key=MASTER_KEY,
            public_base_url="http://localhost",
            message_gateway="simulator",
        )
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def own_url(request: pytest.FixtureRequest, tmp_path: Path, postgres_server: PostgresServer | None) -> str:
    """The URL of a database of one's own, without tables."""
    return url_of_own_database(request.param, tmp_path, postgres_server)


@pytest.fixture
def own_app(own_url: str) -> Iterator[Flask]:
    """The product on a database of one's own with empty tables, not marked as a demo."""
    app = demo_app(own_url)
    database: Database = app.extensions["database"]
    metadata.create_all(database.engine)
    yield app
    database.engine.dispose()
