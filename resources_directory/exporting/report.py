"""What an export says about itself: what was written, and what was left out."""

from dataclasses import dataclass
from enum import StrEnum


class ExportFormat(StrEnum):
    """The forms in which the directory leaves."""

    JSON = "json"
    TABULAR = "tabular"


@dataclass(frozen=True)
class FileCount:
    """One written file and the number of its records."""

    file: str
    records: int


@dataclass(frozen=True)
class ExportReport:
    """The files written, ordered by name, and the names of the sources whose records may not be passed on."""

    files: tuple[FileCount, ...]
    sources_left_out: tuple[str, ...]
