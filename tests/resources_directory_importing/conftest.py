"""A session on an empty directory, small deliveries written on the spot, and imports of the real directories."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from resources_directory.importing.apply import import_directory
from resources_directory.importing.report import ImportReport
from tests.databases import shared_folder
from tests.resources_directory_importing.deliveries import Delivery
from tests.resources_directory_importing.twice import TwoImports

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

Import = Callable[..., ImportReport]
ImportTwice = Callable[[str], TwoImports]


@pytest.fixture
def run(directory_session: Session, delivery: Delivery) -> Import:
    """Import the delivery; keyword arguments go to `import_directory`."""

    def importing(path: Path | None = None, **options: object) -> ImportReport:
        arguments = {"source_name": "Somewhere 211", "now": NOW} | options
        return import_directory(directory_session, path or delivery.folder, **arguments)

    return importing


@pytest.fixture(scope="session")
def made() -> dict[tuple[str, str], TwoImports]:
    """Imports of real directories that were done already, by dialect and name: each takes some seconds."""
    return {}


@pytest.fixture
def import_twice(database_url: str, tmp_path: Path, made: dict[tuple[str, str], TwoImports]) -> ImportTwice:
    """Import a real directory twice in a process of its own, whose memory is measured; nothing is committed."""

    def importing(name: str) -> TwoImports:
        key = (database_url.split(":", 1)[0], name)
        if key not in made:
            path, result = shared_folder() / "data" / "directories" / name, tmp_path / "result"
            command = [sys.executable, "-m", twice_module(), database_url, str(path), str(result)]
            subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
            made[key] = pickle.loads(result.read_bytes())
        return made[key]

    return importing


def twice_module() -> str:
    return TwoImports.__module__
