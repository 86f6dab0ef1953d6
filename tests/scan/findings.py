"""What a tool found, and which findings are argued: written down with the reason why they do no harm."""

import json
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True)
class Outcome:
    """What came of one run of a tool: the day (ISO), how many findings are argued, how many are not."""

    day: str
    argued: int
    open: int


def arguments() -> list[Argument]:
    """Return every argued finding, in the order of the file."""
    return [Argument(**entry) for entry in yaml.safe_load(ARGUED_FILE.read_text(encoding="utf-8"))]


def last_scan() -> dict[str, Outcome]:
    """Return tool to what came of its last run; nothing before the first."""
    if not RESULTS_FILE.exists():
        return {}
    stored = json.loads(RESULTS_FILE.read_text(encoding="utf-8"))
    return {tool: Outcome(**outcome) for tool, outcome in stored.items()}


def keep(outcomes: dict[str, Outcome]) -> None:
    """Write down what came of these tools' runs, beside the last ones of the others."""
    kept = {tool: asdict(outcome) for tool, outcome in (last_scan() | outcomes).items()}
    RESULTS_FILE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


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
