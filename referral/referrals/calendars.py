"""Business days of a member's calendar: in its own time zone, without weekends, holidays and its closed days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from referral.kit.business_days import in_working_hours, newest_business_day, next_business_day
from referral.kit.zones import FALLBACK_ZONE, zone_of


@dataclass(frozen=True)
class Calendar:
    """Whose days are counted: a zone (IANA name) and the days on which the member is closed."""

    timezone_name: str = FALLBACK_ZONE
    closed_days: frozenset[date] = frozenset()

    def add_business_days(self, start: datetime, n: int) -> datetime:
        """Return the moment `n` business days after `start`, as the function of this name does."""
        return add_business_days(start, n, timezone_name=self.timezone_name, closed_days=self.closed_days)

    def business_day_began(self, now: datetime, *, days_back: int = 0) -> datetime:
        """Return when the newest business day began, today among them, or one that many business days before; UTC."""
        zone = zone_of(self.timezone_name)
        day = newest_business_day(now.astimezone(zone).date(), self.closed_days, days_back=days_back)
        return datetime.combine(day, time(), zone).astimezone(UTC)

    def in_working_hours(self, moment: datetime, *, now: datetime, latest: datetime | None = None) -> datetime:
        """Return the moment, moved into working hours, as the function of this name does."""
        return in_working_hours(moment, zone_of(self.timezone_name), now=now, latest=latest)


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
        day = next_business_day(day, closed_days)
    return datetime.combine(day, local.time(), local.tzinfo).astimezone(UTC)
