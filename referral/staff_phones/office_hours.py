"""When staff phones are texted: from 8 to 18 o'clock on the business days of their organization's calendar."""

from datetime import UTC, datetime, time, timedelta

from referral.kit.business_days import is_business_day, next_business_day
from referral.kit.zones import zone_of
from referral.referrals.calendars import Calendar

OPENS, CLOSES = time(8), time(18)

#: A text submitted this long before closing may still wait at the carrier.
LAST_CALL = timedelta(minutes=2)


def next_office_moment(moment: datetime, calendar: Calendar) -> datetime:
    """Return `moment` itself if staff may be texted then, else when they may next; UTC."""
    zone = zone_of(calendar.timezone_name)
    local = moment.astimezone(zone)
    day = local.date()
    if is_business_day(day, calendar.closed_days):
        if local.time() >= OPENS and (local + LAST_CALL).time() < CLOSES:
            return moment
        if local.time() < OPENS:
            return datetime.combine(day, OPENS, zone).astimezone(UTC)
    return datetime.combine(next_business_day(day, calendar.closed_days), OPENS, zone).astimezone(UTC)


def seconds_left(moment: datetime, calendar: Calendar) -> int:
    """Return the seconds until the office closes, at least one minute: no text arrives in the evening."""
    local = moment.astimezone(zone_of(calendar.timezone_name))
    closing = datetime.combine(local.date(), CLOSES, local.tzinfo)
    return max(60, int((closing - local).total_seconds()))
