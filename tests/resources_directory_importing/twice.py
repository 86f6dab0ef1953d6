"""Imports a directory twice in one transaction that is never committed, and stores both reports and the peak memory.

Run as `python -m tests.resources_directory_importing.twice DATABASE_URL PATH RESULT`.
"""

import pickle
import resource
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from resources_directory.db import engine_for
from resources_directory.importing.apply import import_directory
from resources_directory.importing.report import ImportReport


@dataclass(frozen=True)
class TwoImports:
    """Two reports and the peak memory of the process in megabytes."""

    first: ImportReport
    second: ImportReport
    peak_mb: float


def peak_mb() -> float:
    """Return the most memory that this program held. Linux counts its parent's too in `getrusage` after a fork."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main(url: str, path: str, result: str) -> None:
    """Import twice and write the result."""
    with Session(engine_for(url)) as session:
        reports = [
            import_directory(session, Path(path), source_name="real", now=datetime(2026, 11, day, tzinfo=UTC))
            for day in (20, 21)
        ]
        session.rollback()
    Path(result).write_bytes(pickle.dumps(TwoImports(reports[0], reports[1], peak_mb())))


if __name__ == "__main__":
    # Under its real name, so that the stored object can be loaded again.
    from tests.resources_directory_importing import twice

    twice.main(*sys.argv[1:])
