"""Names of time zones: read in one place, and one that nobody knows stops nothing."""

from zoneinfo import ZoneInfo

import pytest

from referral.kit.zones import FALLBACK_ZONE, zone_of
from resources_directory.time_zones import known_zone

#: Unknown, empty, a folder of the database of zones, a way out of it, something else altogether.
NO_ZONES = ["Mars/Olympus", "", None, "America", "../etc/passwd", "/etc/localtime", "\x00", "x" * 500]


@pytest.mark.parametrize("name", NO_ZONES)
def test_a_name_that_is_none_gives_the_fallback(name: str | None) -> None:
    assert known_zone(name) is None
    assert zone_of(name) == ZoneInfo(FALLBACK_ZONE)


def test_a_known_name_gives_its_zone() -> None:
    assert zone_of("America/Los_Angeles") == ZoneInfo("America/Los_Angeles")
