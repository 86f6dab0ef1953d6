"""Reads coordinates, countries and states as directories write them."""

import math
import re
from dataclasses import dataclass

from resources_directory.importing.report import DefectCode

#: Radius of the Web Mercator sphere in metres (EPSG:3857), and half its circumference.
MERCATOR_RADIUS_M = 6_378_137.0
MERCATOR_EDGE_M = math.pi * MERCATOR_RADIUS_M

#: Names that stand in the country column instead of the ISO 3166-1 code.
COUNTRIES = {
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "united states": "US",
    "united states of america": "US",
    "canada": "CA",
    "can": "CA",
    "mexico": "MX",
    "mex": "MX",
    "puerto rico": "PR",
    "united kingdom": "GB",
    "uk": "GB",
}
#: A telephone number inside an address line.
PHONE_INSIDE = re.compile(r"(?:\(\d{3}\)\s*|\b\d{3}[-.])\d{3}[-.]\d{4}\b")
#: Words in an address line or a note that say that the place must not be shown.
PRIVATE = re.compile(
    r"(?i)\b(?:confidential(?: (?:address|location|site))?|undisclosed|private address|withheld|not disclosed"
    r"|address (?:is )?(?:private|withheld|not (?:listed|disclosed|published))"
    r"|location (?:is )?(?:not disclosed|withheld))\b"
)


@dataclass(frozen=True)
class Coordinates:
    """A point in degrees (WGS 84), or none, and the kinds of defect in what was given."""

    latitude: float | None
    longitude: float | None
    codes: tuple[DefectCode, ...]


def coordinates(latitude: str, longitude: str) -> Coordinates:
    """Return the point that two cells name. Web Mercator metres are converted; points that cannot be are left out."""
    if not latitude and not longitude:
        return Coordinates(None, None, ())
    if not latitude or not longitude:
        return Coordinates(None, None, (DefectCode.COORDINATES_HALF,))
    north, east = _number(latitude), _number(longitude)
    if north is None or east is None:
        return Coordinates(None, None, (DefectCode.COORDINATES_UNREADABLE,))
    if north == 0 and east == 0:
        return Coordinates(None, None, (DefectCode.COORDINATES_ZERO,))
    if abs(north) <= 90 and abs(east) <= 180:
        return Coordinates(north, east, ())
    if min(abs(north), abs(east)) > 1_000 and max(abs(north), abs(east)) <= MERCATOR_EDGE_M:
        return _from_metres(north, east)
    return Coordinates(None, None, (DefectCode.COORDINATES_OUT_OF_RANGE,))


def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 code of two letters, or None where the text is neither a code nor a name that we know."""
    tidy = text.strip()
    if re.fullmatch(r"[A-Za-z]{2}", tidy):
        return COUNTRIES.get(tidy.casefold(), tidy.upper())
    return COUNTRIES.get(tidy.casefold())


def has_phone(text: str) -> bool:
    """Return whether an address line holds a telephone number."""
    return PHONE_INSIDE.search(text) is not None


def says_private(text: str) -> bool:
    """Return whether an address line says that the place must not be shown."""
    return PRIVATE.search(text) is not None


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _from_metres(north: float, east: float) -> Coordinates:
    latitude = math.degrees(2 * math.atan(math.exp(north / MERCATOR_RADIUS_M)) - math.pi / 2)
    longitude = math.degrees(east / MERCATOR_RADIUS_M)
    return Coordinates(round(latitude, 7), round(longitude, 7), (DefectCode.COORDINATES_IN_METRES,))
