"""Many ids in one parameter find what a list of parameters finds."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from resources_directory.id_list import among
from resources_directory.models.organization import Organization
from tests.resources_directory.records import Records


@pytest.fixture
def ids(records: Records) -> list[UUID]:
    """Three organizations."""
    return [records.organization(f"Organization {number}").id for number in range(3)]


def test_it_finds_those_of_the_list_and_no_other(directory_session: Session, ids: list[UUID]) -> None:
    asked = [ids[2], uuid4(), ids[0]]

    found = directory_session.scalars(select(Organization.id).where(among(Organization.id, asked))).all()

    assert sorted(found) == sorted([ids[0], ids[2]])


def test_an_empty_list_finds_nothing(directory_session: Session, ids: list[UUID]) -> None:
    assert directory_session.scalars(select(Organization.id).where(among(Organization.id, []))).all() == []


def test_a_statement_made_once_gets_its_list_by_name(directory_session: Session, ids: list[UUID]) -> None:
    made_once = select(Organization.id).where(among(Organization.id, "ids"))

    answers = [directory_session.scalars(made_once, {"ids": [each]}).all() for each in ids]

    assert answers == [[each] for each in ids]
