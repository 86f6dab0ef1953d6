"""Business days of a member's calendar: in its own time zone, without weekends, federal holidays and its closed days.

Holidays: those of the federal government of the United States, 5 U.S.C. 6103, on the days they are observed.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

#: The calendar of a member whose zone cannot be read.
FALLBACK_ZONE = "America/New_York"

SATURDAY = 5


def is_business_day(day: date, closed_days: Collection[date] = ()) -> bool:
    """Return True if `day` is no weekend, no federal holiday and none of `closed_days`."""
    return day.weekday() < SATURDAY and day not in _federal_holidays(day.year) and day not in closed_days


def add_business_days(start: datetime, n: int, *, timezone_name: str, closed_days: Collection[date] = ()) -> datetime:
    """Return the moment `n` business days after `start`, at the same time on the clock of the zone; UTC.

    Days that do not count are passed over: one business day after a Friday, a Saturday or a Sunday is the Monday.
    `n` 0 gives `start`. Raises ValueError for a negative `n` or a `start` without a zone.
    """
    if n < 0 or start.tzinfo is None:
        raise ValueError("business days are counted forward from an aware moment")
    local = start.astimezone(zone_of(timezone_name))
    day = local.date()
    for _ in range(n):
        day = _next_business_day(day, closed_days)
    return datetime.combine(day, local.time(), local.tzinfo).astimezone(UTC)


def zone_of(timezone_name: str) -> ZoneInfo:
    """Return the zone of an IANA name; the fallback zone for a name that is none."""
    try:
        return ZoneInfo(timezone_name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(FALLBACK_ZONE)


def _next_business_day(day: date, closed_days: Collection[date]) -> date:
    day += timedelta(days=1)
    while not is_business_day(day, closed_days):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=64)
def _federal_holidays(year: int) -> frozenset[date]:
    # New Year's Day of a Saturday is observed on 31 December of the year before.
    return frozenset(holidays.country_holidays("US", years=(year, year + 1), observed=True))
