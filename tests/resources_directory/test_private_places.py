"""Private places show no place, in no way in which one may ask."""

from dataclasses import asdict

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from resources_directory.geo import cell_of
from resources_directory.models.location import Location
from resources_directory.models.service import Service
from resources_directory.search import find_services, get_service
from resources_directory.service_hit import ReasonCode, ServiceHit
from tests.resources_directory.records import MIAMI, NOW, Records


@pytest.fixture
def shelter(records: Records) -> Service:
    service = records.service("Safe night", is_confidential=True)
    location = records.place(service, 1, private=True, name="Rose House", timezone_name="America/New_York")
    records.address(location)
    records.indexed(service)
    return service


def all_of(hit: ServiceHit) -> str:
    return str(asdict(hit))


def test_no_radius_holds_a_private_place(records: Records, shelter: Service) -> None:
    assert shelter.name not in records.found(near=MIAMI, within_km=500)


def test_a_private_place_has_no_distance_and_comes_after_all_known_ones(records: Records, shelter: Service) -> None:
    records.place(records.service("Far"), 400)

    hits = find_services(records.session, near=MIAMI, now=NOW)

    assert [hit.service_name for hit in hits] == ["Far", shelter.name]
    assert hits[1].distance_km is None
    assert ReasonCode.PLACE_PRIVATE in {reason.code for reason in hits[1].reasons}


def test_a_private_place_is_told_in_no_word(directory_session: Session, shelter: Service) -> None:
    shown = [get_service(directory_session, shelter.id, NOW), *find_services(directory_session, near=MIAMI, now=NOW)]

    told = " ".join(all_of(hit) for hit in shown if hit)

    assert "Safe night" in told
    assert not any(word in told for word in ("Palm Ave", "Hialeah", "33010", "Rose House", "25.7"))


@pytest.mark.parametrize("text", ["Hialeah", "Palm Ave", "33010", "Rose House"])
def test_a_private_place_is_not_found_by_its_words(records: Records, shelter: Service, text: str) -> None:
    assert records.found(text=text) == []


def test_a_service_with_a_private_and_a_public_place_shows_the_public_one(records: Records, shelter: Service) -> None:
    records.address(records.place(shelter, 8, name="Office"), address_1="2 Main St", city="Doral")

    [hit] = find_services(records.session, near=MIAMI, within_km=10, now=NOW)

    assert hit.place == "2 Main St, Doral, FL 33010"
    assert round(hit.distance_km or 0) == 8
    assert not hit.private


def test_a_place_made_private_leaves_its_cell(records: Records) -> None:
    location = records.place(records.service("Safe night"), 1)

    location.is_private = True
    records.session.flush()

    assert location.geocell is None
    assert records.found(near=MIAMI, within_km=10) == []


def test_the_database_refuses_a_cell_for_a_private_place(records: Records, shelter: Service) -> None:
    hidden = update(Location).where(Location.is_private).values(geocell=cell_of(MIAMI))

    with pytest.raises(IntegrityError, match="private_is_in_no_cell"):
        records.session.execute(hidden)
