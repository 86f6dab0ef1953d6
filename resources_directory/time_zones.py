"""The one place that reads names of time zones. Pure.

Names come from directories, from forms and from settings; one that nobody knows must stop no page and no clock.
"""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=1_000)
def known_zone(name: str | None) -> ZoneInfo | None:
    """Return the zone of an IANA name, or None for a name that is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown, no name at all, the name of a folder
        return None
