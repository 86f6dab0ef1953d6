"""Whether a place is open at a moment and when it opens next, from the rows of its schedule (HSDS 3.2.3 schedule)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache

from resources_directory.time_zones import known_zone

#: How far ahead the next opening is looked for; a monthly rule comes round within it.
DAYS_AHEAD = 35
#: The last minute of a day, which sources write where they mean midnight.
LAST_MINUTE = time(23, 59)


class Weekday(StrEnum):
    """The days of the week as RFC 5545 names them, Monday first as `date.weekday` counts."""

    MONDAY = "MO"
    TUESDAY = "TU"
    WEDNESDAY = "WE"
    THURSDAY = "TH"
    FRIDAY = "FR"
    SATURDAY = "SA"
    SUNDAY = "SU"


class Frequency(StrEnum):
    """The frequencies HSDS 3.2.3 allows; a daily event is weekly on all seven days."""

    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


WEEK = tuple(Weekday)
_BYDAY = re.compile(r"(?P<nth>[+-]?\d)?(?P<day>MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True)
class Opening:
    """One row of a schedule: the days and local times at which something is open.

    `timezone_name`: IANA zone; without one `utc_offset_hours` counts. `readable` is False where the row holds a part
    that we do not compute (an interval above 1, a count, weeks or days of the year): then it is only shown.
    """

    byday: str | None = None
    opens_at: time | None = None
    closes_at: time | None = None
    freq: str | None = None
    bymonthday: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    dtstart: date | None = None
    until: date | None = None
    timezone_name: str | None = None
    utc_offset_hours: float | None = None
    description: str | None = None
    readable: bool = True

    @property
    def weekdays(self) -> tuple[Weekday, ...]:
        """The days of the week that the row names, in the order of the week, for showing."""
        named = {weekday for _nth, weekday in _rules(self.byday)}
        return tuple(day for day in WEEK if day.value in named)


def is_whole_day(opens_at: time, closes_at: time | None) -> bool:
    """Return True for hours that leave no time out, in the ways in which sources write them."""
    return opens_at == time(0) and closes_at in (None, time(0), LAST_MINUTE, time(23, 59, 59))


def open_at(openings: Iterable[Opening], moment: datetime) -> bool | None:
    """Return whether any row is open at `moment` (aware), or None when the rows do not say.

    A row whose `valid_to` has passed is stale: it says nothing, and does not close anybody.
    """
    answers = [_row_open_at(opening, moment) for opening in openings]
    if True in answers:
        return True
    return None if None in answers or not answers else False


def opens_next(openings: Sequence[Opening], moment: datetime) -> datetime | None:
    """Return the next opening after `moment` (aware, in the zone of the place), or None when none is known."""
    starts = [start for opening in openings if (start := _row_opens_next(opening, moment)) is not None]
    return min(starts, default=None)


def openings_on(openings: Iterable[Opening], day: date) -> list[Opening] | None:
    """Return the rows that are open on a day, in their order, or None when the rows do not say."""
    answers = [(opening, _happens_on(opening, day)) for opening in openings]
    happening = [opening for opening, happens in answers if happens]
    return None if not happening and (not answers or None in (happens for _, happens in answers)) else happening


def _row_opens_next(opening: Opening, moment: datetime) -> datetime | None:
    zone = _zone_of(opening)
    if zone is None or opening.opens_at is None:
        return None
    today = moment.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)):
        start = datetime.combine(day, opening.opens_at, zone)
        if start > moment and _happens_on(opening, day):
            return start
    return None


def _row_open_at(opening: Opening, moment: datetime) -> bool | None:
    zone = _zone_of(opening)
    if zone is None:
        return None
    local = moment.astimezone(zone)
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    happens = _happens_on(opening, today), _happens_on(opening, yesterday)
    if opening.opens_at is None or opening.closes_at is None:
        return False if happens[0] is False else None
    clock = local.time().replace(tzinfo=None)
    overnight = opening.closes_at <= opening.opens_at
    if overnight and clock < opening.closes_at and happens[1] is not False:
        return happens[1]
    before_end = overnight or clock < opening.closes_at or opening.closes_at == LAST_MINUTE
    if clock >= opening.opens_at and before_end:
        return happens[0]
    return None if happens[0] is None else False


def _happens_on(opening: Opening, day: date) -> bool | None:
    """Return whether the row's rule names the day; None when the rule is stale or we cannot compute it."""
    if not opening.readable or (opening.valid_to and day > opening.valid_to):
        return None
    begin = max(filter(None, (opening.valid_from, opening.dtstart)), default=None)
    if (begin and day < begin) or (opening.until and day > opening.until):
        return False
    if opening.bymonthday:
        return _month_days(opening.bymonthday, day)
    rules = _rules(opening.byday)
    return any(_names_day(nth, weekday, day) for nth, weekday in rules) if rules else None


@lru_cache(maxsize=10_000)
def _rules(byday: str | None) -> tuple[tuple[str | None, str], ...]:
    """Return (which one of the month or nothing, day of the week) of each rule of an RRULE's BYDAY."""
    return tuple((rule["nth"], rule["day"]) for rule in _BYDAY.finditer(byday or ""))


def _names_day(nth: str | None, weekday: str, day: date) -> bool:
    if WEEK[day.weekday()] != weekday:
        return False
    if nth is None:
        return True
    number = int(nth)
    from_end = (day + timedelta(days=7 * -number)).month != day.month
    before_end = (day + timedelta(days=7 * (-number - 1))).month == day.month
    return (day.day + 6) // 7 == number if number > 0 else from_end and before_end


def _month_days(bymonthday: str, day: date) -> bool | None:
    try:
        numbers = [int(number) for number in bymonthday.split(",")]
    except ValueError:
        return None
    return any((day + timedelta(days=-number)).day == 1 if number < 0 else day.day == number for number in numbers)


def _zone_of(opening: Opening) -> tzinfo | None:
    if zone := known_zone(opening.timezone_name):
        return zone
    if opening.utc_offset_hours is None or abs(opening.utc_offset_hours) >= 24:
        return None
    return timezone(timedelta(hours=opening.utc_offset_hours))
