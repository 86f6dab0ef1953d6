"""Where ZIP codes are, how far points are apart, and which cells a circle touches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources_directory.geo import Point, cell_of, cells_around, distance_km, zip_point, zip_timezone

MIAMI = Point(25.7791, -80.1978)


@pytest.mark.parametrize("zip_code", ["33101", " 33101 ", "33101-1234", "331011234"])
def test_a_zip_code_is_found_however_it_is_written(zip_code: str) -> None:
    assert zip_point(zip_code) == MIAMI
    assert zip_timezone(zip_code) == "America/New_York"


@pytest.mark.parametrize(
    "zip_code",
    ["", "abc", "3310", "00000", "33101x", "٣٣١٠١", "'; --", "09001"],
    ids=["empty", "letters", "short", "unused", "tail", "other digits", "quote", "military: no place"],
)
def test_a_zip_code_without_a_place_gives_nothing(zip_code: str) -> None:
    assert zip_point(zip_code) is None
    assert zip_timezone(zip_code) is None


def test_a_distance_agrees_with_the_globe() -> None:
    fort_lauderdale = Point(26.1224, -80.1373)

    assert distance_km(MIAMI, fort_lauderdale) == pytest.approx(38.65, rel=0.003)  # haversine, R = 6371.0088 km


def test_a_place_is_no_distance_from_itself() -> None:
    assert distance_km(MIAMI, MIAMI) == 0


@given(
    latitude=st.floats(24, 49),
    longitude=st.floats(-125, -67),
    north=st.floats(-1, 1),
    east=st.floats(-1, 1),
)
def test_every_point_of_a_circle_lies_in_the_cells_around_it(
    latitude: float, longitude: float, north: float, east: float
) -> None:
    centre, place = Point(latitude, longitude), Point(latitude + north, longitude + east)

    radius = distance_km(centre, place) + 0.001

    assert any(cell_of(place) in row for row in cells_around(centre, radius))


def test_cells_far_away_are_not_searched() -> None:
    assert not any(cell_of(Point(26.5, -80.2)) in row for row in cells_around(MIAMI, 20))
