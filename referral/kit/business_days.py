"""Business days: no weekend, no federal holiday, none of the days on which somebody is closed.

Holidays: those of the federal government of the United States, 5 U.S.C. 6103, on the days they are observed.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

SATURDAY = 5


def is_business_day(day: date, closed_days: Collection[date] = ()) -> bool:
    """Return True if `day` is no weekend, no federal holiday and none of `closed_days`."""
    return day.weekday() < SATURDAY and day not in _federal_holidays(day.year) and day not in closed_days


def next_business_day(day: date, closed_days: Collection[date] = ()) -> date:
    """Return the first business day after `day`."""
    day += timedelta(days=1)
    while not is_business_day(day, closed_days):
        day += timedelta(days=1)
    return day


def newest_business_day(day: date, closed_days: Collection[date] = (), *, days_back: int = 0) -> date:
    """Return `day` where it is a business day, else the last one before; or one that many business days earlier."""
    left = days_back
    while left or not is_business_day(day, closed_days):
        left -= is_business_day(day, closed_days)
        day -= timedelta(days=1)
    return day


def moved_to_business_day(moment: datetime, zone: ZoneInfo, closed_days: Collection[date] = ()) -> datetime:
    """Return `moment`, or the same time of the next business day where it falls on another day; UTC."""
    local = moment.astimezone(zone)
    if is_business_day(local.date(), closed_days):
        return moment
    day = next_business_day(local.date(), closed_days)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


@lru_cache(maxsize=64)
def _federal_holidays(year: int) -> frozenset[date]:
    # New Year's Day of a Saturday is observed on 31 December of the year before.
    return frozenset(holidays.country_holidays("US", years=(year, year + 1), observed=True))
