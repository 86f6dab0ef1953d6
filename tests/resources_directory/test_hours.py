"""When places are open."""

from datetime import UTC, date, datetime, time

import pytest

from resources_directory.hours import Opening, Weekday, open_at, opens_next

MIAMI = "America/New_York"
WEEKDAYS = Opening("MO,TU,WE,TH,FR", time(9), time(17), timezone_name=MIAMI)
NIGHT = Opening("FR", time(22), time(6), timezone_name=MIAMI)
WHOLE_DAY = Opening("MO", time(0), time(23, 59), timezone_name=MIAMI)


def at(text: str, offset: str = "-05:00") -> datetime:
    return datetime.fromisoformat(f"{text}{offset}")


@pytest.mark.parametrize(
    ("opening", "moment", "is_open"),
    [
        pytest.param(WEEKDAYS, at("2026-11-23T09:00"), True, id="opening minute"),
        pytest.param(WEEKDAYS, at("2026-11-23T17:00"), False, id="closing minute"),
        pytest.param(WEEKDAYS, at("2026-11-22T12:00"), False, id="Sunday"),
        pytest.param(WEEKDAYS, datetime(2026, 11, 23, 21, 30, tzinfo=UTC), True, id="in the zone of the place"),
        pytest.param(WEEKDAYS, at("2026-07-06T09:30", "-04:00"), True, id="summer time"),
        pytest.param(NIGHT, at("2026-11-20T23:00"), True, id="Friday night"),
        pytest.param(NIGHT, at("2026-11-21T05:59"), True, id="still Friday night"),
        pytest.param(NIGHT, at("2026-11-20T05:00"), False, id="the morning before"),
        pytest.param(WHOLE_DAY, at("2026-11-23T23:59"), True, id="last minute of a whole day"),
        pytest.param(Opening("MO", time(9), time(17), utc_offset_hours=-5), at("2026-11-23T10:00"), True, id="offset"),
        pytest.param(Opening("MO", time(9), time(17)), at("2026-11-23T10:00"), None, id="no zone"),
        pytest.param(Opening("MO", time(9), timezone_name="Mars/Base"), at("2026-11-23T10:00"), None, id="bad zone"),
        pytest.param(Opening("MO", timezone_name=MIAMI), at("2026-11-23T10:00"), None, id="a day without times"),
        pytest.param(Opening("MO", timezone_name=MIAMI), at("2026-11-24T10:00"), False, id="another day without times"),
        pytest.param(Opening(description="Call us", timezone_name=MIAMI), at("2026-11-23T10:00"), None, id="words"),
        pytest.param(
            Opening("4MO", time(9), time(17), freq="MONTHLY", timezone_name=MIAMI),
            at("2026-11-23T10:00"),
            True,
            id="fourth Monday",
        ),
        pytest.param(
            Opening("-1MO", time(9), time(17), freq="MONTHLY", timezone_name=MIAMI),
            at("2026-11-23T10:00"),
            False,
            id="the last Monday is the 30th",
        ),
        pytest.param(
            Opening(None, time(9), time(17), freq="MONTHLY", bymonthday="1,23", timezone_name=MIAMI),
            at("2026-11-23T10:00"),
            True,
            id="the 23rd",
        ),
        pytest.param(
            Opening("MO", time(9), time(17), timezone_name=MIAMI, valid_to=date(2026, 1, 1)),
            at("2026-11-23T10:00"),
            None,
            id="a stale row closes nobody",
        ),
        pytest.param(
            Opening("MO", time(9), time(17), timezone_name=MIAMI, until=date(2026, 1, 1)),
            at("2026-11-23T10:00"),
            False,
            id="it ended",
        ),
        pytest.param(
            Opening("MO", time(9), time(17), timezone_name=MIAMI, valid_from=date(2027, 1, 1)),
            at("2026-11-23T10:00"),
            False,
            id="not begun",
        ),
        pytest.param(
            Opening("MO", time(9), time(17), timezone_name=MIAMI, readable=False),
            at("2026-11-23T10:00"),
            None,
            id="a rule we do not compute",
        ),
    ],
)
def test_a_row_says_whether_it_is_open(opening: Opening, moment: datetime, is_open: bool | None) -> None:
    assert open_at([opening], moment) is is_open


def test_no_rows_say_nothing() -> None:
    assert open_at([], at("2026-11-23T10:00")) is None
    assert opens_next([], at("2026-11-23T10:00")) is None


def test_rows_are_united() -> None:
    saturday = Opening("SA", time(10), time(12), timezone_name=MIAMI)

    assert open_at([WEEKDAYS, saturday], at("2026-11-21T11:00")) is True


def test_an_unreadable_row_leaves_it_open_whether_a_place_is_open() -> None:
    assert open_at([WEEKDAYS, Opening(description="or by appointment")], at("2026-11-22T11:00")) is None


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (at("2026-11-20T18:00"), at("2026-11-23T09:00")),
        (at("2026-11-23T08:59"), at("2026-11-23T09:00")),
        (at("2026-11-23T09:00"), at("2026-11-24T09:00")),
        (at("2026-03-06T18:00"), at("2026-03-09T09:00", "-04:00")),
    ],
    ids=["after the weekend", "in a minute", "just opened", "over the change of the clocks"],
)
def test_the_next_opening_is_found(moment: datetime, start: datetime) -> None:
    assert opens_next([WEEKDAYS], moment) == start


def test_the_days_are_shown_in_the_order_of_the_week() -> None:
    assert Opening("FR,2MO").weekdays == (Weekday.MONDAY, Weekday.FRIDAY)
