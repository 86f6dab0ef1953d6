"""The words for why a service fits a patient or does not, in the language of the page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, format_datetime, format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.kit.i18n import language_name
from resources_directory.service_hit import Reason, ReasonCode

KM_PER_MILE = 1.609344

R = ReasonCode

#: Whether a reason speaks for a service, against it, or says that something is not known.
_KINDS = {
    R.LANGUAGE_SPOKEN: "for",
    R.INTERPRETER_OFFERED: "for",
    R.LANGUAGE_NOT_LISTED: "against",
    R.LANGUAGE_UNKNOWN: "unknown",
    R.AGE_FITS: "for",
    R.AGE_OUTSIDE: "against",
    R.AGE_UNKNOWN: "unknown",
    R.WALK_IN: "for",
    R.BY_PHONE: "for",
    R.APPLY_FIRST: "note",
    R.ACCESS_UNKNOWN: "unknown",
    R.HAS_ROOM: "for",
    R.FULL: "note",
    R.CAPACITY_UNKNOWN: "unknown",
    R.DISTANCE: "note",
    R.REMOTE: "for",
    R.PLACE_PRIVATE: "note",
    R.DISTANCE_UNKNOWN: "unknown",
    R.OPEN_NOW: "for",
    R.CLOSED_NOW: "note",
    R.HOURS_UNKNOWN: "unknown",
    R.NOT_RUNNING: "against",
}

#: Sentences without facts.
_PLAIN = {
    R.LANGUAGE_UNKNOWN: _l("Languages are not listed."),
    R.AGE_FITS: _l("The age fits."),
    R.AGE_OUTSIDE: _l("It is for people of another age."),
    R.AGE_UNKNOWN: _l("No age limits are listed."),
    R.WALK_IN: _l("Walk in, no appointment needed."),
    R.BY_PHONE: _l("Can be asked for by phone."),
    R.APPLY_FIRST: _l("Apply first."),
    R.ACCESS_UNKNOWN: _l("How to get in is not listed."),
    R.CAPACITY_UNKNOWN: _l("Whether there is room is not known."),
    R.REMOTE: _l("By phone or online, from anywhere."),
    R.PLACE_PRIVATE: _l("The place is private. Call first."),
    R.DISTANCE_UNKNOWN: _l("The distance is not known."),
    R.OPEN_NOW: _l("Open now."),
    R.HOURS_UNKNOWN: _l("Opening hours are not listed."),
    R.NOT_RUNNING: _l("It is listed as not running at present."),
}


@dataclass(frozen=True)
class ReasonLine:
    """One reason in words. `kind`: for, against, unknown or note."""

    text: str
    kind: str


def reason_lines(reasons: Iterable[Reason]) -> list[ReasonLine]:
    """Return the reasons in words, in the same order."""
    return [ReasonLine(_words(reason), _KINDS[reason.code]) for reason in reasons]


def _words(reason: Reason) -> str:
    if reason.code in _PLAIN:
        return str(_PLAIN[reason.code])
    return _WITH_FACTS[reason.code](reason)


def _speaks(reason: Reason) -> str:
    return str(_("They speak %(language)s.", language=language_name(reason.language)))


def _interprets(reason: Reason) -> str:
    return str(_("They offer an interpreter for %(language)s.", language=language_name(reason.language)))


def _does_not_list(reason: Reason) -> str:
    return str(_("%(language)s is not among their languages.", language=language_name(reason.language)))


def _room(reason: Reason) -> str:
    number = int(reason.available or 0)
    day = _day(reason.updated)
    words = ngettext(
        "Room for %(num)s person, said on %(day)s.", "Room for %(num)s people, said on %(day)s.", number, day=day
    )
    return str(words)


def _full(reason: Reason) -> str:
    return str(_("Full when last heard, on %(day)s. Ask again: this changes.", day=_day(reason.updated)))


def _distance(reason: Reason) -> str:
    miles = (reason.distance_km or 0.0) / KM_PER_MILE
    return str(_("About %(miles)s miles away.", miles=format_decimal(round(miles, 1))))


def _closed(reason: Reason) -> str:
    if reason.next_opening is None:
        return str(_("Closed now."))
    local = format_datetime(reason.next_opening, "EEEE h:mm a", rebase=False)
    return str(_("Closed now. Opens %(moment)s.", moment=local))


def _day(moment: datetime | None) -> str:
    return str(format_date(moment, "medium") if moment else _("an unknown day"))


_WITH_FACTS: dict[ReasonCode, Callable[[Reason], str]] = {
    R.LANGUAGE_SPOKEN: _speaks,
    R.INTERPRETER_OFFERED: _interprets,
    R.LANGUAGE_NOT_LISTED: _does_not_list,
    R.HAS_ROOM: _room,
    R.FULL: _full,
    R.DISTANCE: _distance,
    R.CLOSED_NOW: _closed,
}
