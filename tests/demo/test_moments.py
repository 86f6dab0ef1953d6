"""Deeds of the demo's story happen on working days in office hours."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from referral.demo.moments import CLOSES, OPENS, looks, office_moment

ZONE = "America/Los_Angeles"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("moment", "back", "day"),
    [
        ("2026-11-18T11:00", False, "2026-11-18"),  # a Wednesday in hours stays
        ("2026-11-18T05:00", False, "2026-11-18"),  # before opening: the same day
        ("2026-11-18T20:00", False, "2026-11-19"),  # after closing: the next day
        ("2026-11-21T11:00", False, "2026-11-23"),  # Saturday: Monday
        ("2026-11-25T20:00", False, "2026-11-27"),  # Thanksgiving is passed over
        ("2026-11-21T11:00", True, "2026-11-20"),  # back from Saturday: Friday
        ("2026-11-18T05:00", True, "2026-11-17"),  # back from the morning: the day before
        ("2026-11-18T20:00", True, "2026-11-18"),  # back from the evening: the same day
    ],
)
def test_a_moment_is_moved_into_office_hours(moment: str, back: bool, day: str) -> None:
    moved = office_moment(local(moment), ZONE, back=back).astimezone(ZoneInfo(ZONE))

    assert moved.date().isoformat() == day
    assert OPENS <= moved.time() <= CLOSES


def test_the_worker_looks_three_times_a_day_between_the_ends() -> None:
    found = list(looks(local("2026-11-18T00:00"), local("2026-11-20T00:00"), ZONE))

    assert len(found) == 6
    assert found == sorted(found)
    assert found[0] == datetime.combine(local("2026-11-18").date(), time(9, 2), ZoneInfo(ZONE)).astimezone(UTC)
