"""A directory that was imported and may be passed on, and a folder to export it to."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from resources_directory.exporting.export import export_directory
from resources_directory.exporting.report import ExportFormat, ExportReport
from resources_directory.importing.apply import import_directory
from resources_directory.models.source import DirectorySource
from tests.resources_directory_importing.deliveries import Delivery

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

Export = Callable[[ExportFormat], ExportReport]
Load = Callable[..., None]


@pytest.fixture
def load(directory_session: Session, delivery: Delivery) -> Load:
    """Import the delivery, or a path, as a source that may be passed on or not."""

    def loading(path: Path | None = None, *, name: str = "Open", redistribution: bool = True) -> None:
        import_directory(directory_session, path or delivery.folder, source_name=name, now=NOW)
        source = update(DirectorySource).where(DirectorySource.name == name)
        directory_session.execute(source.values(redistribution=redistribution))

    return loading


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def export(directory_session: Session, out: Path) -> Export:
    def exporting(form: ExportFormat) -> ExportReport:
        return export_directory(directory_session, out, format=form, now=NOW)

    return exporting
