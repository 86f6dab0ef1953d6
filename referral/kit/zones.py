"""Time zones of members and services: always one, whatever name is stored. Pure."""

from zoneinfo import ZoneInfo

from resources_directory.time_zones import known_zone

#: The zone of whoever has none that can be read.
FALLBACK_ZONE = "America/New_York"


def zone_of(timezone_name: str | None) -> ZoneInfo:
    """Return the zone of an IANA name; the fallback zone for a name that is none."""
    zone = known_zone(timezone_name) or known_zone(FALLBACK_ZONE)
    assert zone is not None  # noqa: S101 - the data of time zones is there (tzdata is a dependency)
    return zone
