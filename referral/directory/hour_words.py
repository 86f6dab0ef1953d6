"""Opening hours in words, one line for each rule."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import format_date, format_time
from flask_babel import gettext as _

from resources_directory.hours import WEEK, Opening, Weekday, is_whole_day

#: Some Monday; only its weekday counts.
_MONDAY = date(2024, 1, 1)


def hour_lines(openings: Iterable[Opening]) -> list[str]:
    """Return the hours in the language of the page; a rule that we cannot put into words stands in its own words."""
    return [line for line in map(_line, openings) if line]


def _line(opening: Opening) -> str:
    days = _days(opening)
    if opening.opens_at is None or not days or not opening.readable:
        return opening.description or days
    if is_whole_day(opening.opens_at, opening.closes_at):
        times = _("all day")
    elif opening.closes_at is None:
        times = _("from %(opens)s", opens=format_time(opening.opens_at, "short"))
    else:
        opens, closes = format_time(opening.opens_at, "short"), format_time(opening.closes_at, "short")
        times = _("%(opens)s to %(closes)s", opens=opens, closes=closes)
    line = _("%(days)s: %(times)s", days=days, times=times)
    return f"{line} ({opening.description})" if opening.description else str(line)


def _days(opening: Opening) -> str:
    """Return the days; a rule such as "the second Tuesday" is left to its description, or shown as it is coded."""
    if not opening.byday:
        return ""
    if any(letter.isdigit() for letter in opening.byday):
        return opening.byday
    days = opening.weekdays
    if len(days) == len(WEEK):
        return str(_("Every day"))
    numbers = [WEEK.index(day) for day in days]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return str(_("%(first)s to %(last)s", first=_name(days[0]), last=_name(days[-1])))
    return ", ".join(map(_name, days))


def _name(day: Weekday) -> str:
    return str(format_date(_MONDAY + timedelta(days=WEEK.index(day)), "EEEE"))
