"""When things happen in the demo's story: on working days, in office hours of the clinic's zone."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from referral.kit.business_days import is_business_day
from referral.kit.zones import zone_of

OPENS, CLOSES = time(9, 6), time(16, 45)

#: When the worker looks at the day while nobody acts; Sunday's texts may leave from noon.
LOOKS = (time(9, 2), time(12, 5), time(16, 0))


def office_moment(moment: datetime, timezone_name: str, *, back: bool = False) -> datetime:
    """Return `moment` (aware) moved into office hours: later, or with `back` earlier. UTC."""
    local = moment.astimezone(zone_of(timezone_name))
    day = timedelta(days=-1 if back else 1)
    if (back and local.time() < OPENS) or (not back and local.time() > CLOSES):
        local = _at(local + day, CLOSES if back else OPENS, local.minute)
    elif not OPENS <= local.time() <= CLOSES:
        local = _at(local, CLOSES if back else OPENS, local.minute)
    while not is_business_day(local.date()):
        local += day
    return local.astimezone(UTC)


def looks(begin: datetime, end: datetime, timezone_name: str) -> Iterator[datetime]:
    """Return the moments between `begin` and `end` at which the worker looks at what is due, in order."""
    zone = zone_of(timezone_name)
    day = begin.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        for each in LOOKS:
            moment = datetime.combine(day, each, zone).astimezone(UTC)
            if begin < moment < end:
                yield moment
        day += timedelta(days=1)


def _at(local: datetime, limit: time, minute: int) -> datetime:
    """Return the day of `local` at its limit, moved inside by some minutes, so that not all come at once."""
    inside = timedelta(minutes=minute // 2)
    at = datetime.combine(local.date(), limit, local.tzinfo)
    return at + inside if limit == OPENS else at - inside
