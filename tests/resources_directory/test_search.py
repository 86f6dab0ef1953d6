"""Finding services, on both databases."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from resources_directory.models.location import Location
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service
from resources_directory.needs import NeedDomain
from resources_directory.search import ServiceQuery, count_services, find_services, run_query
from resources_directory.text_index import reindex
from tests.resources_directory.records import MIAMI, NOW, Records


def test_nothing_asked_gives_all_by_name(records: Records) -> None:
    for name in ("Rent help", "Bread", "Bus passes"):
        records.service(name)

    assert records.found() == ["Bread", "Bus passes", "Rent help"]


def test_a_need_gives_only_its_services(records: Records) -> None:
    records.need(records.service("Bread"), NeedDomain.FOOD)
    records.service("Rent help")

    assert records.found(need="food") == ["Bread"]


def test_a_need_that_is_none_raises(records: Records) -> None:
    with pytest.raises(ValueError, match="sunshine"):
        records.found(need="sunshine")


@pytest.mark.parametrize(
    "text",
    ["food pantry", "Pantries FOOD", "fóod", "pant", "harvest hands", "help with food", "Hialeah", "groceries"],
    ids=["words", "any order, plural", "accents", "beginning", "organization", "common words", "city", "term"],
)
def test_words_find_a_service(records: Records, text: str) -> None:
    service = records.service("Saturday Food Pantry", description="Bread and vegetables.")
    records.address(records.place(service))
    records.term(service, "Groceries")
    records.service("Rent help", organization_id=records.organization("Other").id)

    assert records.found(text=text) == ["Saturday Food Pantry"]


def test_all_words_must_be_there(records: Records) -> None:
    records.service("Food Pantry")

    assert records.found(text="food clinic") == []


def test_the_name_weighs_more_than_the_description(records: Records) -> None:
    records.service("A desk", description="We tell where to find a dentist, a doctor and a pharmacy.")
    records.service("Dentist")

    assert records.found(text="dentist") == ["Dentist", "A desk"]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "*",
        "a*b",
        "AND OR NOT",
        "NEAR(",
        "food:",
        "-food",
        "(",
        "'; DROP TABLE service; --",
        "\x00",
        " ",
        "^x",
        "%",
    ],
)
def test_no_words_of_people_raise(records: Records, text: str) -> None:
    records.service("Bread")

    assert records.found(text=text) in ([], ["Bread"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_at_all_raises(records: Records, text: str) -> None:
    assert records.found(text=text) == []


def test_text_without_any_word_is_no_condition(records: Records) -> None:
    records.service("Bread")

    assert records.found(text=" ?! ") == ["Bread"]


def test_a_language_keeps_who_speaks_it_at_the_desk_or_at_the_place(records: Records) -> None:
    records.language("es", service_id=records.service("Desk").id)
    records.language("es", location_id=records.place(records.service("Place")).id)
    records.language("ht", service_id=records.service("Other").id)
    records.service("Silent", interpretation_services="Spanish on call")

    assert records.found(language="es") == ["Desk", "Place"]


@pytest.mark.parametrize(
    ("age", "names"), [(12, ["All", "Children"]), (17.9, ["All", "Children"]), (18, ["Adults", "All"])]
)
def test_an_age_drops_only_services_for_others(records: Records, age: float, names: list[str]) -> None:
    records.service("Children", maximum_age=17)
    records.service("Adults", minimum_age=18)
    records.service("All")

    assert records.found(age=age) == names


def test_the_nearest_comes_first_and_unknown_places_last(records: Records) -> None:
    records.place(records.service("Far"), 30)
    records.place(records.service("Near"), 2)
    records.place(records.service("A mystery"))

    assert records.found(near=MIAMI) == ["Near", "Far", "A mystery"]


def test_a_zip_code_is_a_place(records: Records, directory_session: Session) -> None:
    records.place(records.service("Near"), 2)

    [hit] = find_services(directory_session, near="33101", now=NOW)

    assert hit.distance_km == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("zip_code", ["09001", "00000", "Miami"], ids=["military", "unused", "no ZIP"])
def test_an_unknown_zip_code_gives_no_distance_and_no_radius(records: Records, zip_code: str) -> None:
    records.place(records.service("Far"), 3000)

    assert records.found(near=zip_code, within_km=5) == ["Far"]


def test_a_radius_keeps_what_is_inside(records: Records) -> None:
    records.place(records.service("Inside"), 9.9)
    records.place(records.service("Outside"), 10.1)
    records.place(records.service("A mystery"))

    assert records.found(near=MIAMI, within_km=10) == ["Inside"]


def test_a_service_with_several_places_is_found_once_at_the_nearest(
    records: Records, directory_session: Session
) -> None:
    service = records.service("Bread")
    records.place(service, 20)
    nearest = records.place(service, 4)

    [hit] = find_services(directory_session, near=MIAMI, within_km=30, now=NOW)

    assert (hit.location_id, round(hit.distance_km or 0, 2)) == (nearest.id, 4)


def test_remote_services_survive_any_radius(records: Records) -> None:
    records.remote(records.service("Phone class"))
    records.place(records.service("Near"), 1)
    records.place(records.service("Farther"), 15)

    assert records.found(near=MIAMI, within_km=20) == ["Near", "Phone class", "Farther"]


def test_remote_services_can_be_left_out(records: Records) -> None:
    records.remote(records.service("Phone class"))
    both = records.service("Both ways")
    records.remote(both)
    records.place(both, 1)

    assert records.found(include_remote=False) == ["Both ways"]
    assert records.found(include_remote=False, near=MIAMI, within_km=5) == ["Both ways"]


def test_retired_and_defunct_services_are_gone(records: Records) -> None:
    records.service("Retired", retired_at=NOW)
    records.service("Defunct", status="defunct")
    records.service("Orphan", organization_id=records.organization(retired_at=NOW).id)
    records.service("Inactive", status="inactive")

    assert records.found() == ["Inactive"]
    assert records.found(text="retired") == records.found(text="defunct") == records.found(text="orphan") == []


def test_a_service_has_left_a_retired_place(records: Records) -> None:
    location = records.place(records.service("Bread"), 1)
    location.retired_at = NOW
    records.session.flush()

    assert records.found(near=MIAMI, within_km=5) == []


def test_pages_together_are_the_whole_answer(records: Records, directory_session: Session) -> None:
    for name in "EDCBA":
        records.service(name)
    query = ServiceQuery()

    pages = [run_query(directory_session, query, now=NOW, limit=2, offset=start) for start in (0, 2, 4)]

    assert [hit.service_name for page in pages for hit in page] == list("ABCDE")
    assert count_services(directory_session, query) == 5


def test_equal_names_stand_in_the_order_of_their_ids(records: Records, directory_session: Session) -> None:
    ids = sorted(records.service("Bread").id for _ in range(4))

    assert [hit.service_id for hit in find_services(directory_session, now=NOW)] == ids


def test_everything_asked_must_hold_together(records: Records, directory_session: Session) -> None:
    service = records.service("Food Pantry")
    records.place(service, 3)
    records.need(service, NeedDomain.FOOD)
    records.language("es", service_id=service.id)
    records.place(records.service("Food Pantry elsewhere"), 3)
    query = ServiceQuery(need="food", text="pantry", language="es", near=MIAMI, within_km=5, age=40)

    assert [hit.service_id for hit in run_query(directory_session, query, now=NOW)] == [service.id]
    assert count_services(directory_session, query) == 1


def test_a_retired_service_leaves_the_text_index(records: Records, directory_session: Session) -> None:
    service = records.service("Bread")
    service.retired_at = NOW

    assert reindex(directory_session, [service.id]) == 0
    assert records.found(text="bread") == []


def test_a_renamed_service_is_found_by_its_new_name_only(records: Records, directory_session: Session) -> None:
    service = records.service("Bread")
    directory_session.execute(update(Service).where(Service.id == service.id).values(name="Soup"))

    reindex(directory_session, [service.id])

    assert records.found(text="soup") == ["Soup"]
    assert records.found(text="bread") == []


def test_a_very_long_description_is_indexed(records: Records) -> None:
    records.service("Bread", description="x" * 5000 + " " + "word " * 300_000)

    assert records.found(text="word") == ["Bread"]


def test_a_place_that_moves_is_found_at_its_new_cell(records: Records) -> None:
    location = records.place(records.service("Bread"), 1)

    location.latitude = MIAMI.latitude + 1
    records.session.flush()

    assert records.found(near=MIAMI, within_km=5) == []
    assert records.found(near=MIAMI, within_km=120) == ["Bread"]


def test_ids_are_uuids_on_both_databases(records: Records, directory_session: Session) -> None:
    records.place(records.service("Bread"), 1)

    [hit] = find_services(directory_session, near=MIAMI, now=NOW)

    assert isinstance(hit.service_id, UUID)
    assert directory_session.get(Organization, hit.organization_id) is not None
    assert directory_session.get(Location, hit.location_id) is not None
