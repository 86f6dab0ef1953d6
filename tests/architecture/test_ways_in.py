"""Whoever acts came in by a documented way: docs/ways-in.md names every place that lets somebody in."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.rules import ROOT, Source, modules

#: What signs a browser in, links an identity, makes a person, opens a link, or changes whose rows are seen.
OPENERS = frozenset(
    {
        "Admitted",
        "LoginSession",
        "add_person",
        "follow_login",
        "link_identity",
        "open_link_session",
        "open_login",
        "renew_secret",
        "rescope",
        "sign_in",
        "take_scope",
    }
)

#: These check what was typed or store what others let in; none of them lets anybody in by itself.
PARTS = frozenset({"accounts/signing_in.admit", "accounts/sessions.follow_login", "accounts/sessions.open_login"})


def openers_in(source: Source) -> Iterator[str]:
    """Name each function of a module that calls an opener: accounts/views.enter."""
    slice_name = source.name.removeprefix("referral/").removesuffix(".py")
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.FunctionDef):
            called = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
            names = {each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in called}
            if names & OPENERS:
                yield f"{slice_name}.{node.name}"


def documented() -> set[str]:
    """Return the places that the page names."""
    text = (ROOT / "docs" / "ways-in.md").read_text()
    return set(re.findall(r"`((?:accounts|demo|kit|patients|plan|referrals|screening|staff_phones)/\w+\.\w+)`", text))


def test_every_place_that_lets_somebody_in_is_documented() -> None:
    found = {place for source in modules() for place in openers_in(source)} - PARTS

    assert found - documented() == set(), "a way in that docs/ways-in.md does not name"


def test_every_documented_place_exists_and_lets_somebody_in() -> None:
    found = {place for source in modules() for place in openers_in(source)} - PARTS

    assert documented() - found == set(), "docs/ways-in.md names what the code has not"


@pytest.mark.parametrize(
    "code",
    [
        "def show():\n    login_id, secret = open_login(session, person_id, membership_id)",
        "def show():\n    request_session().take_scope(scope)",
        "def show():\n    session.add(LoginSession(person_id=person_id))",
    ],
)
def test_a_new_way_in_is_found(code: str) -> None:
    assert list(openers_in(Source("referral/reports/views.py", code))) == ["reports/views.show"]


def test_every_way_says_what_it_proves() -> None:
    rows = [
        line.split("|")[1:-1] for line in (ROOT / "docs" / "ways-in.md").read_text().splitlines() if line[:2] == "| "
    ][1:]

    assert len(rows) == 18
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in rows)
