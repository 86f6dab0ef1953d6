"""Runs the tests that the checklist names and keeps how they went."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from tests.assurance.checklist import Row

ROOT = Path(__file__).resolve().parents[2]
RESULTS_FILE = Path(__file__).with_name("results.json")


def run(rows: list[Row]) -> None:
    """Run every named test once on this machine and write the outcome of each, with the day."""
    named = sorted({test for row in rows for test in row.tests})
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--junitxml={report}", *named]
        subprocess.run(command, cwd=ROOT, check=False)
        keep(rows, [report])


def keep(rows: list[Row], reports: list[Path]) -> None:
    """Write the outcome of every named test from JUnit reports of runs made today; one that is in none was not run.

    Of a test in several reports the last one counts.
    """
    named = sorted({test for row in rows for test in row.tests})
    last_of = {name: found for report in reports for name, found in _outcomes(report)}
    outcomes = list(last_of.values())
    counted = {test: _counted(test, outcomes) for test in named}
    results = {test: dict(sorted(counts.items())) for test, counts in counted.items() if counts}
    day = datetime.now(UTC).date().isoformat()
    RESULTS_FILE.write_text(json.dumps({"day": day, "results": results}, indent=1) + "\n", encoding="utf-8")


def last() -> tuple[str, dict[str, dict[str, int]]]:
    """Return (day, test to outcome to number) of the last run; no day and no results before the first."""
    if not RESULTS_FILE.exists():
        return "", {}
    stored = json.loads(RESULTS_FILE.read_text(encoding="utf-8"))
    return stored["day"], stored["results"]


def _outcomes(report: Path) -> list[tuple[str, tuple[str, str]]]:
    """Return (name with parameters, (node id without them, outcome)) of every test of a JUnit report."""
    found = []
    for test in ElementTree.parse(report).iter("testcase"):
        bad = next((each.tag for each in test if each.tag in ("failure", "error", "skipped")), "passed")
        path = test.attrib["classname"].replace(".", "/") + ".py"
        node = f"{path}::{test.attrib['name'].split('[')[0]}"
        found.append((f"{path}::{test.attrib['name']}", (node, bad)))
    return found


def _counted(test: str, outcomes: list[tuple[str, str]]) -> Counter[str]:
    folder = test.rstrip("/") + "/"
    return Counter(how for node, how in outcomes if node == test or node.startswith((f"{test}::", folder)))
