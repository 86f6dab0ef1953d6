"""Our rules and what is argued: each rule has an example of its fault, each argument a reason."""

from pathlib import Path

import yaml

from tests.scan.findings import Finding, argument_for, arguments

FOLDER = Path(__file__).parent


def test_every_rule_has_an_example_of_its_fault() -> None:
    rules = yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))["rules"]

    examples = {file.name.split(".")[0] for file in (FOLDER / "examples").glob("*.txt")}

    assert {rule["id"] for rule in rules} == examples


def test_every_argument_gives_a_reason() -> None:
    assert [each for each in arguments() if len(each.because) < 20] == []


def test_an_argument_covers_its_own_tool_rule_and_place_only() -> None:
    first = next(each for each in arguments() if "*" not in each.place)

    assert argument_for(Finding(first.tool, first.rule, first.place), [first]) is first
    assert argument_for(Finding(first.tool, first.rule, "elsewhere.py"), [first]) is None
    assert argument_for(Finding("another tool", first.rule, first.place), [first]) is None
