"""Places as points and cells: where a ZIP code is, how far two points are apart, which cells a circle touches."""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sqrt

import zipcodes

#: The side of a cell in degrees. Cells are numbered row by row from the south-west corner of the map.
CELL_DEGREES = 0.1
#: Added to a cell's number for each row to the north; more than the 3,600 cells of a row.
CELLS_PER_ROW = 10_000
#: Length of one degree in kilometres: of latitude everywhere, of longitude at the equator (WGS 84, mean values).
KM_PER_DEGREE_LATITUDE = 111.045
KM_PER_DEGREE_LONGITUDE = 111.32

_ZIP = re.compile(r"\s*(\d{5})(?:-?\d{4})?\s*", re.ASCII)
#: Near the poles a degree of longitude has no length; nobody lives there, and nothing is divided by zero.
_SHORTEST_DEGREE_KM = 1.0


@dataclass(frozen=True)
class Point:
    """A place on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float


def zip_point(zip_code: str) -> Point | None:
    """Return the middle of a ZIP code, or nothing for an unknown, malformed or military one."""
    entry = _entry(zip_code)
    if entry is None or not (entry.latitude or entry.longitude):
        return None
    return Point(entry.latitude, entry.longitude)


def zip_timezone(zip_code: str) -> str | None:
    """Return the IANA zone of a ZIP code, or nothing for an unknown, malformed or military one."""
    entry = _entry(zip_code)
    return entry.timezone_name or None if entry else None


def zip_names(zip_code: str) -> tuple[str, ...]:
    """Return the names of the town and the county of a ZIP code; none when it is unknown."""
    entry = _entry(zip_code)
    return (entry.town, entry.county) if entry else ()


def distance_km(origin: Point, place: Point) -> float:
    """Return the distance over flat ground as wide as it is at `origin` (equirectangular).

    Wrong by less than 0.2 % within 40 km; the search orders by the same formula, so both always agree.
    """
    east = (place.longitude - origin.longitude) * km_per_degree_longitude(origin.latitude)
    north = (place.latitude - origin.latitude) * KM_PER_DEGREE_LATITUDE
    return sqrt(east * east + north * north)


def km_per_degree_longitude(latitude: float) -> float:
    """Return the length of one degree of longitude at a latitude."""
    return max(KM_PER_DEGREE_LONGITUDE * cos(radians(latitude)), _SHORTEST_DEGREE_KM)


@lru_cache(maxsize=10_000)
def cell_of(point: Point) -> int:
    """Return the number of the cell that holds the point."""
    return _row(point.latitude) * CELLS_PER_ROW + _column(point.longitude)


@lru_cache(maxsize=10_000)
def cells_around(point: Point, radius_km: float) -> tuple[range, ...]:
    """Return the cells that a circle may touch: one range of cell numbers for each row, from south to north."""
    up = radius_km / KM_PER_DEGREE_LATITUDE
    aside = radius_km / km_per_degree_longitude(point.latitude)
    first, last = _column(max(point.longitude - aside, -180)), _column(min(point.longitude + aside, 180))
    rows = range(_row(max(point.latitude - up, -90)), _row(min(point.latitude + up, 90)) + 1)
    return tuple(range(row * CELLS_PER_ROW + first, row * CELLS_PER_ROW + last + 1) for row in rows)


@dataclass(frozen=True)
class _ZipEntry:
    latitude: float
    longitude: float
    timezone_name: str
    town: str
    county: str


@lru_cache(maxsize=50_000)
def _entry(zip_code: str) -> _ZipEntry | None:
    digits = _ZIP.fullmatch(zip_code)
    found = zipcodes.matching(digits[1]) if digits else []  # type: ignore[no-untyped-call]  # its stubs leave it untyped
    if not found:
        return None
    place = found[0]
    return _ZipEntry(float(place["lat"]), float(place["long"]), place["timezone"], place["city"], place["county"])


def _row(latitude: float) -> int:
    return int((latitude + 90) / CELL_DEGREES)


def _column(longitude: float) -> int:
    return int((longitude + 180) / CELL_DEGREES)
