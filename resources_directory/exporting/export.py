"""Exports the directory: `export_directory` writes everything that may leave, as HSDS 3.2 JSON or tables."""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from resources_directory.exporting.nested import nested_services
from resources_directory.exporting.report import ExportFormat, ExportReport, FileCount
from resources_directory.exporting.selection import sources_left_out
from resources_directory.exporting.tabular import write_tables

SERVICES = "services.json"
ABOUT = "about.json"


def export_directory(session: Session, path: Path, *, format: ExportFormat, now: datetime) -> ExportReport:
    """Write the directory into a folder, which is made if need be, and return what was written and left out.

    JSON: services.json, a list of services with everything nested. Tabular: one CSV for each table. Retired records
    and those of sources without a redistribution flag stay here; private places leave without name, point and
    address. about.json says when it was made. Raises FileExistsError for a folder that holds anything.
    """
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise FileExistsError(f"{path} holds files already; name an empty folder")
    written = [_write_services(session, path)] if format == ExportFormat.JSON else write_tables(session, path)
    left_out = sources_left_out(session)
    about = {"standard": "HSDS 3.2", "made_at": now.isoformat(), "sources_left_out": list(left_out)}
    (path / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=2), encoding="utf-8")
    return ExportReport(tuple(sorted(written, key=lambda file: file.file)), left_out)


def _write_services(session: Session, path: Path) -> FileCount:
    count = 0
    with (path / SERVICES).open("w", encoding="utf-8") as stream:
        stream.write("[")
        for count, service in enumerate(nested_services(session), start=1):
            stream.write(",\n" if count > 1 else "\n")
            json.dump(service, stream, ensure_ascii=False)
        stream.write("\n]\n")
    return FileCount(SERVICES, count)
