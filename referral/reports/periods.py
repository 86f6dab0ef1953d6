"""The periods a report can be about: all time, a calendar year or a quarter. Pure.

Readers choose among fixed periods, because two freely chosen ones that differ by a day would tell one person's story.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from referral.kit.zones import zone_of

ALL_TIME = "all"
QUARTERS_OFFERED = 8

_CODE = re.compile(r"(?P<year>20\d\d)(?:-Q(?P<quarter>[1-4]))?", re.ASCII)


@dataclass(frozen=True)
class Period:
    """A period by its code ("2026-Q4", "2026", "all"). `start` is inside, `end` is not; None is open. Aware."""

    code: str
    start: datetime | None = None
    end: datetime | None = None
    year: int | None = None
    quarter: int | None = None


def read_period(code: str | None, timezone_name: str) -> Period:
    """Return the period of a code, with its bounds at midnight in the zone; all time for anything else."""
    found = _CODE.fullmatch(code or "")
    if found is None:
        return Period(ALL_TIME)
    zone, year = zone_of(timezone_name), int(found["year"])
    quarter = int(found["quarter"]) if found["quarter"] else None
    first, months = (1, 12) if quarter is None else (3 * quarter - 2, 3)
    after = first + months
    end = datetime(year + 1, 1, 1, tzinfo=zone) if after > 12 else datetime(year, after, 1, tzinfo=zone)
    return Period(found.group(), datetime(year, first, 1, tzinfo=zone), end, year, quarter)


def offered_periods(today: datetime, timezone_name: str) -> list[Period]:
    """Return all time, this year and the last, and the latest eight quarters, newest first."""
    local = today.astimezone(zone_of(timezone_name))
    newest = local.year * 4 + (local.month - 1) // 3
    quarters = [f"{number // 4}-Q{number % 4 + 1}" for number in range(newest, newest - QUARTERS_OFFERED, -1)]
    codes = [ALL_TIME, str(local.year), str(local.year - 1), *quarters]
    return [read_period(code, timezone_name) for code in codes]
