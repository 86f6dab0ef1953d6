"""No code reaches the officer: every page, table, kind and piece of work that can stand in the audit has words."""

import ast
from pathlib import Path

import pytest
from flask import Flask

from referral.audit.models import AuditKind
from referral.kit.scope import ClinicOwned
from referral.privacy.event_words import ACTORS, KINDS, TABLES, actor_words, kind_words, place_words, table_words
from referral.privacy.place_words import PLACES, WORK
from resources_directory.db import Base

ROOT = Path(__file__).resolve().parents[2]
NAMING = {"job", "job_scope", "widened"}


def names_of_work() -> set[str]:
    """Return every name that a job or a wider look is given in the code, written out or as a constant of the module."""
    found = set()
    for file in sorted((ROOT / "referral").rglob("*.py")):
        tree = ast.parse(file.read_text())
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in NAMING and node.args:
                named = node.args[0]
                found.add(named.value if isinstance(named, ast.Constant) else constants.get(getattr(named, "id", "")))
    return {each for each in found if isinstance(each, str)}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_every_page_has_words(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - set(PLACES) == set()


def test_no_words_are_kept_for_pages_that_are_gone(app: Flask) -> None:
    assert set(PLACES) - {rule.endpoint for rule in app.url_map.iter_rules()} == {"-"}


def test_every_table_of_a_clinic_has_words() -> None:
    owned = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, ClinicOwned)}

    assert {each.__tablename__ for each in owned} == set(TABLES)


def test_every_kind_has_words() -> None:
    assert set(KINDS) == set(AuditKind)


def test_every_piece_of_work_has_words() -> None:
    named = names_of_work()

    assert len(named) > 20
    assert named - set(WORK) == set()


@pytest.mark.parametrize("label", ["membership", "link", "nobody", "break-glass"])
def test_every_kind_of_actor_has_words(label: str) -> None:
    assert label in ACTORS


def test_what_has_no_words_is_said_without_a_code(app: Flask) -> None:
    with app.test_request_context():
        said = [actor_words("x_y"), place_words("x.y"), *table_words(["x_y"])]

        assert said == ["The product itself", "Another part of the product"]
        assert kind_words("read") == "Looked at"
