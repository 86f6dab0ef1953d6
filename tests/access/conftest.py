"""Fixtures of the matrix: one world for each database and process."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from tests.access.world import World, build_world
from tests.databases import PostgresServer, leave_out


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Thousands of requests need no line each."""
    log = logging.getLogger("referral.requests")
    before = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(before)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
    templates: FileSystemBytecodeCache,
) -> Iterator[World]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("matrix") / "world.sqlite3"
        shutil.copy(sqlite_template, path)
        url = f"sqlite:///{path}"
    else:
        server: PostgresServer | None = request.getfixturevalue("postgres_server")
        if server is None:
            leave_out("PostgreSQL (no server answers, no binaries found)")
        assert server is not None
        url = server.new_guarded_database()
    found = build_world(url, templates)
    yield found
    found.close()
