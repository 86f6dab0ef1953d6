"""What the product has no place for: origin, status and numbers of documents as facts, and papers as files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from wtforms import Form

from referral.app import create_app
from referral.kit.settings import Settings
from referral.patients.states import SharedField
from referral.tables import metadata

#: Parts of names that would tell where somebody comes from, whether they may stay, or a number that follows them.
NEVER = re.compile(
    r"immigra|citizen|national|visa|undocumented|birth_?place|place_of_birth|country_of_(birth|origin)|born_in"
    r"|ssn|social_?security|passport|licen[cs]e_number|(identity|id|document|alien)_?(card|number|document)|tax_?id",
    re.IGNORECASE,
)

#: How far somebody's say goes in the need for legal help, and a number of an organization: nothing about a patient.
OF_NEEDS_AND_ORGANIZATIONS = re.compile(r"^reach_|legal_immigration$|^tax_id$")

#: The only file that somebody may hand in: the answers of an organization, as a table.
FILES = {"UploadForm.file"}


def tells_too_much(name: str) -> bool:
    """Return True for the name of something that must not be asked. `name`: form or table, a dot, the field."""
    field = name.split(".")[1]
    return NEVER.search(field) is not None and OF_NEEDS_AND_ORGANIZATIONS.search(field) is None


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The product, so that every form is declared."""
    path = tmp_path_factory.mktemp("forms") / "x.sqlite3"
    key = "a2V5LW9mLXRoZS10ZXN0cy0tLTMyLWJ5dGVzLWxvbmc="
    return create_app(Settings(f"sqlite:///{path}", "tests-only", key, "http://localhost"))


def forms(kind: type[Form] = Form) -> Iterator[type[Form]]:
    """Every form of the product, those within others too."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("referral."):
            yield each
        yield from forms(each)


def fields() -> dict[str, str]:
    """Form and field to the kind of the field."""
    return {
        f"{form.__name__}.{name}": field.field_class.__name__
        for form in forms()
        for name in dir(form)
        if hasattr(field := getattr(form, name), "field_class")
    }


def test_no_form_asks_where_somebody_comes_from_or_for_a_number_of_a_document(product: Flask) -> None:
    names = fields()

    assert len(names) > 100
    assert [name for name in names if tells_too_much(name)] == []


def test_no_column_holds_it_and_no_shared_field_names_it(product: Flask) -> None:
    columns = [f"{table}.{column.name}" for table, rows in metadata.tables.items() for column in rows.columns]

    assert len(columns) > 500
    assert [name for name in columns if tells_too_much(name)] == []
    assert [str(field) for field in SharedField if NEVER.search(field)] == []


@pytest.mark.parametrize("name", ["x.birthplace", "x.ssn", "x.passport_number", "x.immigration_status", "x.id_number"])
def test_such_a_name_would_be_noticed(name: str) -> None:
    assert tells_too_much(name)


def test_papers_are_ticked_and_never_uploaded(product: Flask) -> None:
    assert {name for name, kind in fields().items() if "File" in kind} == FILES


def test_no_other_page_reads_a_file(product: Flask) -> None:
    root = Path(__file__).resolve().parents[2] / "referral"

    readers = {file.name for file in root.rglob("*.py") if "request.files" in file.read_text()}

    assert readers == {"csv_views.py"}
