"""Coordinates, countries and hidden addresses as directories write them."""

import pytest

from resources_directory.importing.places import coordinates, country_code, has_phone, says_private
from resources_directory.importing.report import DefectCode


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        ("0", "0.0", DefectCode.COORDINATES_ZERO),
        ("100", "101", DefectCode.COORDINATES_OUT_OF_RANGE),
        ("25.7", "", DefectCode.COORDINATES_HALF),
        ("north", "west", DefectCode.COORDINATES_UNREADABLE),
        ("nan", "1", DefectCode.COORDINATES_UNREADABLE),
        ("1e300", "-1e300", DefectCode.COORDINATES_OUT_OF_RANGE),
    ],
)
def test_impossible_coordinates_are_left_out_and_named(latitude: str, longitude: str, code: DefectCode) -> None:
    found = coordinates(latitude, longitude)

    assert (found.latitude, found.longitude, found.codes) == (None, None, (code,))


def test_web_mercator_metres_become_degrees() -> None:
    found = coordinates("4865942.28", "-9244667.36")  # EPSG:3857 of 40.0, -83.0461

    assert found.latitude == pytest.approx(40.0, abs=0.001)
    assert found.longitude == pytest.approx(-83.0461, abs=0.001)
    assert found.codes == (DefectCode.COORDINATES_IN_METRES,)


def test_no_coordinates_are_no_defect() -> None:
    assert coordinates("", "").codes == ()


@pytest.mark.parametrize(
    ("text", "code"), [("US ", "US"), ("us", "US"), ("USA", "US"), ("United States", "US"), ("Narnia", None)]
)
def test_a_country_is_read_as_its_code(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize("line", ["Confidential", "address is private", "Undisclosed location", "Address withheld"])
def test_an_address_line_may_say_that_the_place_is_hidden(line: str) -> None:
    assert says_private(line)


def test_an_ordinary_address_line_hides_nothing_and_may_hold_a_phone() -> None:
    assert not says_private("12 Privateer Road")
    assert not has_phone("1200 NW 14th Street")
    assert has_phone("Call (305) 555-0100 for the door")
