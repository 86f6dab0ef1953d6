"""The checklist is whole: every row of the bar is there, every test it names exists, and the page is up to date."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from tests.assurance import page, results
from tests.assurance.checklist import Row, rows
from tests.databases import shared_folder

ROOT = Path(__file__).resolve().parents[2]


def bar() -> list[str]:
    """Return the numbers of each row of the bar, from the guide that sets it."""
    text = (shared_folder() / "guides" / "assurance.md").read_text(encoding="utf-8")
    section = text[text.index("### 1.2") : text.index("### 1.3")]
    lines = [line for line in section.splitlines() if line.startswith("|") and not line.startswith(("|---", "| id"))]
    return [line.split("|")[1].strip().replace("`", "") for line in lines]


def test_every_row_of_the_bar_stands_in_the_checklist_once() -> None:
    assert [row.ids for row in rows()] == bar()


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.ids)
def test_the_tests_that_a_row_names_exist(row: Row) -> None:
    missing = [test for test in row.tests if not _exists(test)]

    assert missing == []


def test_the_generated_parts_of_the_page_are_up_to_date(app: Flask) -> None:
    text = page.PAGE.read_text(encoding="utf-8")

    written = page.replaced(text, "policy", page.policy_table(app))
    written = page.replaced(written, "scans", page.scans_table())
    written = page.replaced(written, "checklist", page.checklist_table(rows(), *results.last()))

    assert text == written, "run `make assurance`, or `python -m tests.assurance --only-write` when only words changed"


def test_no_row_that_is_called_met_failed_last_time() -> None:
    _day, last = results.last()

    bad = [row.ids for row in rows() if re.search(r"failure|error|skipped", page.result_of(row, last))]

    assert bad == []


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    if not (ROOT / path).exists():
        return False
    if not name:
        return True
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body)
