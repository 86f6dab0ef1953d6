"""Showing one service by its id."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from resources_directory.search import get_service
from tests.resources_directory.records import NOW, Records


def test_one_service_is_shown_by_its_id(records: Records, directory_session: Session) -> None:
    service = records.service("Bread")

    hit = get_service(directory_session, service.id, NOW)

    assert hit is not None
    assert hit.service_name == "Bread"


def test_a_merged_service_leads_to_the_one_that_stays(records: Records, directory_session: Session) -> None:
    stays = records.service("Bread")
    gone = records.service("Bred", replaced_by_id=stays.id, retired_at=NOW)

    hit = get_service(directory_session, gone.id, NOW)

    assert hit is not None
    assert hit.service_id == stays.id


def test_a_circle_of_merges_ends(records: Records, directory_session: Session) -> None:
    first, second = records.service("First", retired_at=NOW), records.service("Second", retired_at=NOW)
    first.replaced_by_id, second.replaced_by_id = second.id, first.id
    directory_session.flush()

    assert get_service(directory_session, first.id, NOW) is None


@pytest.mark.parametrize("retired_at", [NOW, NOW + timedelta(days=1)])
def test_a_retired_or_unknown_service_is_not_shown(
    records: Records, directory_session: Session, retired_at: object
) -> None:
    service = records.service("Bread", retired_at=retired_at)

    assert get_service(directory_session, service.id, NOW) is None
    assert get_service(directory_session, uuid4(), NOW) is None
