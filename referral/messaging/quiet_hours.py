"""Quiet hours: when a patient may be texted, in their own time zone. Pure.

Monday to Saturday 9:00 to 20:00, Sunday 12:00 to 18:00, no federal holidays: inside every state's rule we know of
(47 CFR 64.1200(c)(1) and the narrower state rules of 2025).
"""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

import holidays

from referral.kit.zones import zone_of

#: (opens, closes) by weekday, Monday first. Local time.
HOURS: tuple[tuple[time, time], ...] = (*((time(9), time(20)),) * 6, (time(12), time(18)))

#: A text submitted this long before closing may still wait at the carrier.
LAST_CALL = timedelta(minutes=2)


@lru_cache(maxsize=64)
def _federal_holidays(year: int) -> frozenset[object]:
    return frozenset(holidays.country_holidays("US", years=year))


def may_text_at(moment: datetime, timezone_name: str) -> bool:
    """Return True if a text may leave at `moment` (aware) to somebody in the zone (IANA name)."""
    local = moment.astimezone(zone_of(timezone_name))
    if local.date() in _federal_holidays(local.year):
        return False
    opens, closes = HOURS[local.weekday()]
    return opens <= local.time() and (local + LAST_CALL).time() < closes and (local + LAST_CALL).date() == local.date()


def next_texting_moment(moment: datetime, timezone_name: str) -> datetime:
    """Return `moment` itself if a text may leave then, else the next opening (UTC)."""
    if may_text_at(moment, timezone_name):
        return moment
    zone = zone_of(timezone_name)
    local = moment.astimezone(zone)
    for days in range(11):
        date = local.date() + timedelta(days=days)
        opening = datetime.combine(date, HOURS[date.weekday()][0], zone)
        if opening > local and may_text_at(opening.astimezone(UTC), timezone_name):
            return opening.astimezone(UTC)
    raise AssertionError("a week without a day to text on")


def seconds_until_quiet(moment: datetime, timezone_name: str) -> int:
    """Return the seconds left in today's hours; 0 outside them."""
    if not may_text_at(moment, timezone_name):
        return 0
    local = moment.astimezone(zone_of(timezone_name))
    closing = datetime.combine(local.date(), HOURS[local.weekday()][1], local.tzinfo)
    return int((closing - local).total_seconds())
