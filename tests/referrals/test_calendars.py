"""Business days: weekends, federal holidays and closed days do not count; the clock on the wall stays."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from referral.kit.business_days import is_business_day
from referral.referrals.calendars import Calendar, add_business_days

EASTERN = "America/New_York"

CASES = [
    ("2026-06-02T14:00", 1, "2026-06-03T14:00", "a plain Tuesday"),
    ("2026-06-05T14:00", 1, "2026-06-08T14:00", "a weekend lies between"),
    ("2026-06-06T14:00", 1, "2026-06-08T14:00", "from a Saturday the Monday is the first"),
    ("2026-06-07T14:00", 1, "2026-06-08T14:00", "from a Sunday too"),
    ("2026-07-02T14:00", 1, "2026-07-06T14:00", "4 July 2026 is a Saturday, observed on Friday the 3rd"),
    ("2026-11-25T14:00", 1, "2026-11-27T14:00", "Thanksgiving is passed over, the Friday after is not"),
    ("2026-12-24T14:00", 5, "2027-01-04T14:00", "Christmas, a weekend and New Year"),
    ("2021-12-30T14:00", 1, "2022-01-03T14:00", "New Year of a Saturday is observed in the old year"),
    ("2026-12-24T14:00", 1, "2026-12-28T14:00", "Christmas Day is a Friday: three days in a row are none"),
    ("2027-12-30T14:00", 1, "2028-01-03T14:00", "New Year of a Saturday takes the Friday: again three in a row"),
    ("2026-06-02T14:00", 0, "2026-06-02T14:00", "no days, no change"),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+00:00")


@pytest.mark.parametrize(("start", "days", "expected", "why"), CASES, ids=[case[3] for case in CASES])
def test_business_days_are_counted(start, days, expected, why):
    assert add_business_days(at(start), days, timezone_name=EASTERN) == at(expected), why


def test_the_wall_clock_stays_when_summer_time_ends():
    before = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)  # Friday, 11:00 in New York

    after = add_business_days(before, 1, timezone_name=EASTERN)

    assert after == datetime(2026, 11, 2, 16, 0, tzinfo=UTC)  # Monday, 11:00 again


def test_the_wall_clock_stays_when_summer_time_begins():
    before = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)  # Friday, 11:00 in New York

    after = add_business_days(before, 1, timezone_name=EASTERN)

    assert after == datetime(2026, 3, 9, 15, 0, tzinfo=UTC)  # Monday, 11:00 again


def test_a_time_that_the_clock_leaps_over_is_still_a_moment():
    at_half_past_two = datetime(2026, 3, 6, 7, 30, tzinfo=UTC)  # Friday 2:30; no business day ever leaps, only Sundays

    assert add_business_days(at_half_past_two, 1, timezone_name=EASTERN) == datetime(2026, 3, 9, 6, 30, tzinfo=UTC)


def test_a_chain_of_holidays_closed_days_and_weekends_is_passed_over_whole():
    calendar = Calendar(EASTERN, frozenset({date(2026, 12, 28), date(2026, 12, 29)}))

    assert calendar.add_business_days(at("2026-12-24T14:00"), 1) == at("2026-12-30T14:00")


def test_the_day_is_that_of_the_members_zone():
    late = datetime(2026, 6, 6, 2, 0, tzinfo=UTC)  # still Friday evening in Los Angeles

    assert add_business_days(late, 1, timezone_name="America/Los_Angeles") == datetime(2026, 6, 9, 2, 0, tzinfo=UTC)


def test_a_members_closed_day_is_passed_over():
    found = add_business_days(at("2026-06-02T14:00"), 1, timezone_name=EASTERN, closed_days=[date(2026, 6, 3)])

    assert found == at("2026-06-04T14:00")


def test_an_unknown_zone_falls_back():
    assert add_business_days(at("2026-06-05T14:00"), 1, timezone_name="Mars/Olympus") == at("2026-06-08T14:00")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        add_business_days(datetime(2026, 6, 2, 14), 1, timezone_name=EASTERN)  # noqa: DTZ001 - the case itself


def test_juneteenth_is_no_business_day():
    assert not is_business_day(date(2026, 6, 19))


@pytest.mark.parametrize(
    ("due", "now", "latest", "expected"),
    [
        ("2026-11-24T10:00", "2026-11-23T10:00", None, "2026-11-24T10:00"),  # somebody is there
        ("2026-11-24T00:12", "2026-11-23T00:12", None, "2026-11-23T17:00"),  # twelve past midnight: the evening before
        ("2026-11-23T00:12", "2026-11-20T00:12", None, "2026-11-20T17:00"),  # before a weekend
        ("2026-11-24T22:00", "2026-11-23T22:00", None, "2026-11-24T17:00"),
        ("2026-11-24T00:12", "2026-11-23T23:00", None, "2026-11-24T08:00"),  # that evening is over: the morning
        ("2026-11-24T22:00", "2026-11-24T20:00", None, "2026-11-25T08:00"),
        ("2026-11-24T00:12", "2026-11-23T23:00", "2026-11-24T01:00", "2026-11-24T00:12"),  # the morning is too late
    ],
)
def test_what_clocks_make_is_due_when_somebody_is_there(due: str, now: str, latest: str | None, expected: str) -> None:
    def at(words: str) -> datetime:
        return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo("America/Los_Angeles"))

    moved = Calendar("America/Los_Angeles").in_working_hours(
        at(due), now=at(now), latest=at(latest) if latest else None
    )

    assert moved == at(expected)
