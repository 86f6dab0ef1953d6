"""Which needs services answer, derived from their terms and words."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from resources_directory.models.service import NeedOrigin, Service, ServiceNeed
from resources_directory.needs import NeedDomain
from resources_directory.service_needs import derive_needs
from tests.resources_directory.records import Records


def needs_of(session: Session, service: Service) -> list[tuple[str, str]]:
    found = select(ServiceNeed.need, ServiceNeed.origin).where(ServiceNeed.service_id == service.id)
    return [(need, origin) for need, origin in session.execute(found.order_by(ServiceNeed.need))]


def test_terms_go_before_words(records: Records, directory_session: Session) -> None:
    service = records.service("Rent assistance")
    records.term(service, "Food Pantries")

    derive_needs(directory_session, [service.id])

    assert needs_of(directory_session, service) == [("food", "taxonomy")]


def test_words_count_where_the_terms_say_nothing(records: Records, directory_session: Session) -> None:
    service = records.service("Rent assistance")
    records.term(service, "Older Adults")

    derive_needs(directory_session, [service.id])

    assert needs_of(directory_session, service) == [("housing", "text")]


@pytest.mark.parametrize(
    ("code", "needs"), [("YJ-1200", []), ("YZ", []), ("PH-1800", [("interpersonal_safety", "taxonomy")])]
)
def test_a_term_about_people_says_nothing_about_help(
    records: Records, directory_session: Session, code: str, needs: list[tuple[str, str]]
) -> None:
    service = records.service("Desk")
    records.term(service, "Domestic Violence", code)

    derive_needs(directory_session, [service.id])

    assert needs_of(directory_session, service) == needs


def test_what_a_person_stated_stays(records: Records, directory_session: Session) -> None:
    service = records.service("Rent assistance")
    records.need(service, NeedDomain.HOUSING)
    records.need(service, NeedDomain.FOOD)

    derive_needs(directory_session, [service.id])

    assert needs_of(directory_session, service) == [("food", "stated"), ("housing", "stated")]


def test_a_second_time_changes_nothing(records: Records, directory_session: Session) -> None:
    service = records.service("Rent assistance")
    derive_needs(directory_session, [service.id])

    assert derive_needs(directory_session, [service.id]) == 1
    assert needs_of(directory_session, service) == [("housing", NeedOrigin.TEXT.value)]


def test_a_need_that_is_no_longer_spoken_of_goes(records: Records, directory_session: Session) -> None:
    service = records.service("Rent assistance")
    derive_needs(directory_session, [service.id])
    service.name = "Desk"

    derive_needs(directory_session, [service.id])

    assert needs_of(directory_session, service) == []
