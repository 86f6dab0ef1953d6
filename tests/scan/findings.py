"""What a tool found, and which findings are argued: written down with the reason why they do no harm."""

import json
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import yaml

RESULTS_FILE = Path(__file__).with_name("results.json")
ARGUED_FILE = Path(__file__).with_name("argued.yaml")


@dataclass(frozen=True, order=True)
class Finding:
    """One finding above informational. `place`: a file, or a path of the running program."""

    tool: str
    rule: str
    place: str
    words: str = ""


@dataclass(frozen=True)
class Argument:
    """Why findings of one rule at one place do no harm. `place` may hold * and ?."""

    tool: str
    rule: str
    place: str
    because: str


def arguments() -> list[Argument]:
    """Return every argued finding, in the order of the file."""
    return [Argument(**entry) for entry in yaml.safe_load(ARGUED_FILE.read_text(encoding="utf-8"))]


def last_scan() -> tuple[str, dict[str, dict[str, int]]]:
    """Return (day, tool to "open" or "argued" to number) of the last whole scan; nothing before the first."""
    if not RESULTS_FILE.exists():
        return "", {}
    stored = json.loads(RESULTS_FILE.read_text(encoding="utf-8"))
    return stored["day"], stored["tools"]


def argument_for(finding: Finding, known: list[Argument]) -> Argument | None:
    """Return the argument that covers a finding, or None."""
    return next(
        (
            each
            for each in known
            if (each.tool, each.rule) == (finding.tool, finding.rule) and fnmatch(finding.place, each.place)
        ),
        None,
    )
