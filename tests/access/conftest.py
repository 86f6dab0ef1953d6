"""Fixtures of the matrix: one world for each database and process."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from tests.access import EVERY_ROLE
from tests.access.world import World, build_world
from tests.databases import PostgresServer, leave_out

FOLDER = Path(__file__).parent

#: What pages do with strange values is theirs alone: `make test` asks on SQLite, `make matrix` on both.
ASKED_ONCE = frozenset({"test_hidden_ids.py", "test_mass_assignment.py", "test_officer.py", "test_twice.py"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to `make matrix` what takes `make test` too long."""
    left = [] if EVERY_ROLE else [item for item in items if _is_left_to_matrix(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


def _is_left_to_matrix(item: pytest.Item) -> bool:
    spec = getattr(item, "callspec", None)
    here = item.path.parent == FOLDER and item.path.name in ASKED_ONCE
    return here and spec is not None and "postgresql" in spec.params.values()


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
