"""Until when, in words: "in 3 hours", "2 days late"."""

from datetime import datetime, timedelta

from flask_babel import format_timedelta
from flask_babel import gettext as _

#: Nearer than that, it is now.
NOW = timedelta(minutes=1)


def until(moment: datetime, now: datetime) -> str:
    """Return how long there is until `moment`, or how late it is; both aware."""
    left = moment - now
    if abs(left) < NOW:
        return str(_("now"))
    length = format_timedelta(abs(left), granularity="minute")
    return str(_("in %(time)s", time=length) if left > timedelta() else _("%(time)s late", time=length))
