"""Business days: no weekend, no federal holiday, none of the days on which somebody is closed.

Holidays: those of the federal government of the United States, 5 U.S.C. 6103, on the days they are observed.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

SATURDAY = 5

#: When somebody of a clinic can be expected to do something, on its own clock.
WORK_BEGINS, WORK_ENDS = time(8), time(17)


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


def in_working_hours(moment: datetime, zone: ZoneInfo, *, now: datetime, latest: datetime | None = None) -> datetime:
    """Return `moment`, or the end of the working hours before it, where it falls outside of them; UTC.

    Where that is over by `now`, the beginning of the next working hours, unless it is too late after `latest`.
    """
    local = moment.astimezone(zone)
    if WORK_BEGINS <= local.time() <= WORK_ENDS:
        return moment
    evening = local.time() > WORK_ENDS
    ends_on = local.date() if evening else newest_business_day(local.date() - timedelta(days=1))
    begins_on = next_business_day(local.date()) if evening else local.date()
    before = datetime.combine(ends_on, WORK_ENDS, zone).astimezone(UTC)
    after = datetime.combine(begins_on, WORK_BEGINS, zone).astimezone(UTC)
    if before > now:
        return before
    return after if latest is None or after <= latest else moment


@lru_cache(maxsize=64)
def _federal_holidays(year: int) -> frozenset[date]:
    # New Year's Day of a Saturday is observed on 31 December of the year before.
    return frozenset(holidays.country_holidays("US", years=(year, year + 1), observed=True))
