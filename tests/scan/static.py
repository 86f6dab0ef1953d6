"""Tools that read the code: bandit, and semgrep with our own rules, each first tried on an example of its fault."""

import json
import shutil
import tempfile
from pathlib import Path

from tests.scan.findings import Finding
from tests.scan.tools import run

FOLDER = Path(__file__).parent
CODE = ("referral", "resources_directory", "wsgi.py")
SEMGREP = ("scan", "--metrics", "off", "--disable-version-check", "--no-git-ignore", "--json", "--quiet")


def bandit() -> list[Finding]:
    """Return what bandit finds above low severity, or above low confidence at low severity."""
    done = run("bandit", "-q", "-r", *CODE, "-f", "json", timeout_s=300)
    return [
        Finding("bandit", found["test_id"], found["filename"].removeprefix("./"), found["issue_text"])
        for found in json.loads(done.stdout)["results"]
    ]


def semgrep() -> list[Finding]:
    """Return what our rules find in the code. Raises AssertionError when a rule misses its own example."""
    missed = _rules_that_miss_their_example()
    assert not missed, f"these rules find nothing in their own example: {missed}"
    return [Finding("semgrep", rule, place, words) for rule, place, words in _found(*CODE)]


def _rules_that_miss_their_example() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        for example in sorted((FOLDER / "examples").glob("*.txt")):
            shutil.copy(example, Path(folder) / example.stem)
        found = {(rule, Path(place).stem) for rule, place, _words in _found(folder)}
    names = {example.name.split(".")[0] for example in (FOLDER / "examples").glob("*.txt")}
    return sorted(name for name in names if (name, name) not in found)


def _found(*places: str) -> list[tuple[str, str, str]]:
    done = run("semgrep", *SEMGREP, "--config", FOLDER / "rules.yaml", *places, timeout_s=300)
    report = json.loads(done.stdout)
    return [(each["check_id"].split(".")[-1], each["path"], each["extra"]["message"]) for each in report["results"]]
