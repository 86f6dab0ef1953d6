"""Reads the checklist (rows.yaml): each requirement of OWASP ASVS 5.0, how it is met, by which tests."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROWS_FILE = Path(__file__).with_name("rows.yaml")


@dataclass(frozen=True)
class Row:
    """One requirement. `ids`: ASVS numbers as the bar names them; `tests`: pytest node ids or folders.

    `later`: why it does not apply yet and what brings it; such a row may have tests of what is there already.
    """

    part: str
    ids: str
    bar: str
    how: str
    tests: tuple[str, ...]
    later: str | None


def rows() -> list[Row]:
    """Return the checklist in its order. Raises ValueError on a row that says neither how it is met nor why not yet."""
    found = []
    for part, entries in yaml.safe_load(ROWS_FILE.read_text(encoding="utf-8")).items():
        found += [_row(part, entry) for entry in entries]
    return found


def _row(part: str, entry: dict[str, Any]) -> Row:
    row = Row(
        part=part,
        ids=str(entry["ids"]),
        bar=str(entry["bar"]),
        how=str(entry.get("how", "")),
        tests=tuple(entry.get("tests", ())),
        later=entry.get("later"),
    )
    if not (row.later or (row.how and row.tests)):
        raise ValueError(f"{row.ids} says neither how it is met and tested nor why not yet")
    return row
