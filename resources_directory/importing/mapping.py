"""Reads a mapping file: which file of a home-made export is which HSDS file, and what its columns mean.

A JSON object: {"their file.csv": {"as": "services", "columns": {"Their column": "name", "Other": "description"}}}.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from resources_directory.importing.layouts import ALSO, LAYOUTS, Layout
from resources_directory.importing.report import ImportRefused


@dataclass(frozen=True)
class Mapping:
    """Layouts by file name in lower case, made for one source."""

    layouts: dict[str, Layout]


def read_mapping(path: Path | None) -> Mapping:
    """Return the mapping in a file, or one of nothing. Raises ImportRefused where it is not as described above."""
    if path is None:
        return Mapping({})
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        layouts = {name.lower(): _layout(entry["as"], entry.get("columns", {})) for name, entry in content.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImportRefused(path.name, f"is no mapping of files and columns ({error!r})") from error
    return Mapping(layouts)


def _layout(stem: str, columns: dict[str, str]) -> Layout:
    layout = LAYOUTS[ALSO.get(stem, stem)]
    named = {theirs.strip().lower(): ours for theirs, ours in columns.items()}
    return replace(layout, renames={**layout.renames, **named})
