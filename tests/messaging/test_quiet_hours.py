"""When a patient may be texted, in their own zone, daylight-saving days and holidays included."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from referral.messaging.quiet_hours import may_text_at, next_texting_moment, seconds_until_quiet

PACIFIC = "America/Los_Angeles"


def local(text: str, zone: str = PACIFIC) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-11-20T09:00", True),  # Friday, just opened
        ("2026-11-20T08:59", False),
        ("2026-11-20T19:57", True),
        ("2026-11-20T19:58", False),  # it could still wait at the carrier
        ("2026-11-22T11:59", False),  # Sunday morning
        ("2026-11-22T12:00", True),
        ("2026-11-22T18:00", False),
        ("2026-11-26T12:00", False),  # Thanksgiving
        ("2026-03-08T12:30", True),  # the Sunday that clocks move on
    ],
)
def test_texts_leave_inside_the_hours_only(moment: str, allowed: bool) -> None:
    assert may_text_at(local(moment), PACIFIC) is allowed


def test_the_zone_of_the_patient_counts_not_ours() -> None:
    moment = local("2026-11-20T09:30", "America/New_York")

    assert may_text_at(moment, "America/New_York")
    assert not may_text_at(moment, PACIFIC)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-20T21:00", "2026-11-21T09:00"),
        ("2026-11-21T21:00", "2026-11-22T12:00"),  # Saturday night to Sunday noon
        ("2026-11-25T21:00", "2026-11-27T09:00"),  # over Thanksgiving
        ("2026-03-07T21:00", "2026-03-08T12:00"),  # over the change of clocks
        ("2026-11-20T10:00", "2026-11-20T10:00"),
    ],
)
def test_a_text_in_quiet_hours_waits_for_the_next_opening(moment: str, opens: str) -> None:
    assert next_texting_moment(local(moment), PACIFIC) == local(opens)


def test_the_carrier_is_given_the_rest_of_the_day() -> None:
    assert seconds_until_quiet(local("2026-11-20T19:00"), PACIFIC) == 3600
    assert seconds_until_quiet(local("2026-11-20T21:00"), PACIFIC) == 0
