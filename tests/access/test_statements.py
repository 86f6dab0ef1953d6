"""Every page asks the database as often for many rows as for few: in a world with one of each thing, then in a crowd.

Asked are every page that somebody gets, and every step that answers with a page, with objects of their own. The first
round fills what a process keeps, and does not count. Both databases get the same statements: SQLite is enough.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from referral.kit.policy import PUBLIC
from tests.access.cells import Cell, ask, cells_of
from tests.access.crowding import crowd, furnish
from tests.access.expected import expected_status
from tests.access.objects import Address, Variant
from tests.access.roles import EVERYBODY, Browser, enter
from tests.access.world import World, build_world

#: One of each kind. A page for everybody is asked by the first of them who gets it.
ASKERS = (
    "anonymous",
    "organization link after its code",
    "patient link",
    "questions link",
    "tablet",
    "clinician",
    "navigator",
    "clinic_administrator",
    "organization_administrator",
    "privacy_officer",
    "analyst",
    "directory_editor",
    "platform_administrator",
)

#: What is asked for besides the bare address.
SEARCHES = {"directory.search": {"need": "food"}, "directory.printed": {"need": "food"}}

#: Steps whose cost hangs on no row, and which take long: they make codes that are slow to guess.
SLOW = frozenset({"own_factors.renew_codes"})


@pytest.fixture
def growing_world(
    tmp_path: Path, sqlite_template: Path, templates: FileSystemBytecodeCache, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A world of this test's own, which may grow; that a browser was seen is not written down between two answers."""
    for place in ("sessions", "link_sessions"):
        monkeypatch.setattr(f"referral.accounts.{place}.TOUCH_AFTER", timedelta(days=1))
    path = tmp_path / "world.sqlite3"
    shutil.copy(sqlite_template, path)
    found = build_world(f"sqlite:///{path}", templates)
    furnish(found)
    yield found
    found.close()


def test_no_page_asks_more_often_for_many_rows(growing_world: World) -> None:
    browsers = [enter(growing_world, who) for who in EVERYBODY if who.name in ASKERS]
    statements_of_pages(growing_world, browsers)
    few = statements_of_pages(growing_world, browsers)

    crowd(growing_world)

    many = statements_of_pages(growing_world, browsers)
    grown = {page: (few[page], number) for page, number in many.items() if number > few[page]}
    assert grown == {}
    assert len(many) > 200, "hardly a page was asked"


def statements_of_pages(world: World, browsers: list[Browser]) -> dict[str, int]:
    """Return who asks what to the number of statements; what a step changes is put back."""
    statements: list[str] = []
    world.keeper.keep()
    found, asked = {}, set[str]()
    for cell in (each for browser in browsers for each in _pages(world, browser)):
        if cell.rule.endpoint in asked:
            continue
        if world.app.view_functions[cell.rule.endpoint].policy_name == PUBLIC:  # type: ignore[attr-defined]
            asked.add(cell.rule.endpoint)
        with counting(world, statements):
            answer = ask(cell)
        found[str(cell)] = len(statements)
        if cell.method == "POST":
            world.keeper.put_back(world.keeper.changed())
        assert answer.status_code == 200, f"{cell}: {answer.status_code}"
    return found


@contextmanager
def counting(world: World, statements: list[str]) -> Iterator[None]:
    """Let the list hold what the database is asked inside this block."""

    def note(*facts: Any) -> None:
        statements.append(facts[2])

    statements.clear()
    event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(world.database.engine, "before_cursor_execute", note)


def _pages(world: World, browser: Browser) -> Iterator[Cell]:
    for cell in cells_of(world, browser):
        if cell.method not in ("GET", "POST") or cell.address.label != Variant.OWN or cell.rule.endpoint in SLOW:
            continue
        if expected_status(cell.asker, cell.rule, cell.method, cell.address) == 200:
            yield cell
            searched = SEARCHES.get(cell.rule.endpoint)
            if searched:
                yield Cell(cell.asker, cell.rule, cell.method, Address(Variant.OWN, "searched", searched))
