"""Weekdays and times of day as people write them."""

from datetime import time

import pytest

from resources_directory.importing.weekly_hours import days_of, is_all_day, offset_of, time_of

WORKDAYS = "MO,TU,WE,TH,FR"


@pytest.mark.parametrize(
    ("text", "byday", "monthly"),
    [
        ("Monday", "MO", False),
        ("monday", "MO", False),
        ("Monday-Friday", WORKDAYS, False),
        ("Mon through Fri", WORKDAYS, False),
        ("Mon - Tue & Thur - Fri", "MO,TU,TH,FR", False),
        ("Friday - Monday", "MO,FR,SA,SU", False),
        ("Mon., Wed. and Fri.", "MO,WE,FR", False),
        ("MO,WE", "MO,WE", False),
        ("daily", "MO,TU,WE,TH,FR,SA,SU", False),
        ("2nd & 4th Saturday", "2SA,4SA", True),
        ("First, second, and fourth Tuesday of the month", "1TU,2TU,4TU", True),
        ("last Friday of every month", "-1FR", True),
        ("2TU,-1FR", "2TU,-1FR", True),
    ],
)
def test_weekdays_are_read(text: str, byday: str, monthly: bool) -> None:
    days = days_of(text)

    assert days is not None
    assert (days.byday, days.monthly) == (byday, monthly)


@pytest.mark.parametrize(
    "text",
    ["Every other Tuesday", "November 1 - March 31", "Monday (closed 12-2pm)", "9:00AM", "Montag", "", "Mon-"],
    ids=["half of them", "a season", "more than days", "a time", "another language", "empty", "half a range"],
)
def test_what_says_more_or_less_than_weekdays_is_not_read(text: str) -> None:
    assert days_of(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:00am", time(9)),
        ("8:30AM", time(8, 30)),
        ("9am", time(9)),
        ("830am", time(8, 30)),
        ("9:00 p.m.", time(21)),
        ("12:00am", time(0)),
        ("12:00pm", time(12)),
        ("noon", time(12)),
        ("17:30", time(17, 30)),
        ("10:00:00-05:00", time(10)),
    ],
)
def test_times_are_read(text: str, expected: time) -> None:
    moment = time_of(text)

    assert moment is not None
    assert moment.time == expected


@pytest.mark.parametrize(
    "text", ["Dismissal Bell", "6:300pm", "13:00pm", "25:00", "8:00m", "5:00pm Mon", "9", "24 hours", ""]
)
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert time_of(text) is None


def test_a_bare_hour_is_in_the_afternoon_only_where_it_would_lie_before_the_opening() -> None:
    assert time_of("5:00", after=time(9)).time == time(17)  # type: ignore[union-attr]  # a miss fails the test
    assert time_of("05:00", after=time(9)).time == time(5)  # type: ignore[union-attr]  # written with a zero: 24 hours
    assert time_of("5:00").time == time(5)  # type: ignore[union-attr]  # nothing to compare with


@pytest.mark.parametrize("text", ["24 hours", "24 Hours", "24/7", "24-7", "24 hours a day, 7 days a week"])
def test_round_the_clock_is_known(text: str) -> None:
    assert is_all_day(text)


@pytest.mark.parametrize(
    ("text", "hours"), [("10:00-05:00", -5), ("10:00:00+05:30", 5.5), ("10:00Z", None), ("9am", None)]
)
def test_an_offset_behind_a_time_is_read(text: str, hours: float | None) -> None:
    assert offset_of(text) == hours
