"""The words for why a service fits a patient or does not, in the language of the page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from babel.lists import format_list
from flask_babel import format_date, format_decimal, format_time, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from referral.kit import clock
from referral.kit.i18n import language_name
from referral.referrals.listing_words import for_whom_words
from referral.referrals.said_room import said_on
from resources_directory.ranking import Factor, behind
from resources_directory.service_hit import Capacity, Reason, ReasonCode, ServiceHit

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
    R.AGE_UNCONFIRMED: "against",
    R.FOR_WHOM: "note",
    R.FOR_WHOM_UNCONFIRMED: "against",
    R.WALK_IN: "for",
    R.BY_PHONE: "for",
    R.APPLY_FIRST: "note",
    R.ACCESS_UNKNOWN: "unknown",
    R.HAS_ROOM: "for",
    R.FULL: "note",
    R.WAITING_LIST_ONLY: "note",
    R.ASKS_FIRST: "note",
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


_FACTORS = {
    Factor.DISTANCE: _l("it is farther away"),
    Factor.LANGUAGE: _l("language"),
    Factor.AGE: _l("age"),
    Factor.FOR_WHOM: _l("for whom it is"),
    Factor.ACCESS: _l("how to get in"),
    Factor.ROOM: _l("others have said that they have room"),
    Factor.HOURS: _l("opening hours"),
    Factor.NOT_RUNNING: _l("it is listed as not running"),
}


@dataclass(frozen=True)
class ReasonLine:
    """One reason in words. `kind`: for, against (take note), unknown or note."""

    text: str
    kind: str


def reason_lines(reasons: Iterable[Reason]) -> list[ReasonLine]:
    """Return the reasons in words, in the same order."""
    return [ReasonLine(_words(reason), _KINDS[reason.code]) for reason in reasons]


def counted_words(capacity: Capacity) -> str:
    """Return in words how many a service can take by the directory's own count, and when that was counted."""
    code = R.HAS_ROOM if capacity.available is None or capacity.available > 0 else R.FULL
    return _words(Reason(code, available=capacity.available, updated=capacity.updated))


def why_behind(hit: ServiceHit, other: ServiceHit, *, now: datetime) -> str:
    """Return why a service stands behind another, as a sentence; both carry their reasons for the patient."""
    factors = [str(_FACTORS[factor]) for factor in behind(hit, other, now=now)]
    if not factors:
        return str(_("Others fit this patient as well, and stand first by distance and name."))
    why = format_list(factors, locale=get_locale() or "en")
    return str(_("It stands after the best because of this: %(why)s.", why=why))


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


def _only_for_ages(reason: Reason) -> str:
    lowest, highest = reason.ages or (None, None)
    ages = {"lowest": f"{lowest or 0:g}", "highest": f"{highest or 0:g}"}
    if highest is None:
        return str(_("Only for age %(lowest)s and older: the birth date is not known.", **ages))
    if lowest:
        return str(_("Only for ages %(lowest)s to %(highest)s: the birth date is not known.", **ages))
    return str(_("Only up to age %(highest)s: the birth date is not known.", **ages))


def _for_whom(reason: Reason) -> str:
    return _with_their_words(_("For whom: %(words)s"), reason.words)


def _ask_for_whom(reason: Reason) -> str:
    return _with_their_words(_("For whom: %(words)s Ask whether that is so."), reason.words)


def _with_their_words(sentence: str, words: str | None) -> str:
    """Return a sentence with somebody else's words, between marks that keep their direction (Unicode TR9, FSI, PDI)."""
    isolated = Markup("\u2068{}.\u2069").format(for_whom_words(words or ""))
    return Markup(sentence) % {"words": isolated}  # noqa: S704 - the sentence is our own, theirs is escaped


def _room(reason: Reason) -> str:
    if reason.available is None:
        return str(_("They have room, they said on %(day)s.", day=_day(reason.updated)))
    number = int(reason.available or 0)
    day = _day(reason.updated)
    words = ngettext(
        "Room for %(num)s person, said on %(day)s.", "Room for %(num)s people, said on %(day)s.", number, day=day
    )
    return str(words)


def _waiting_list(reason: Reason) -> str:
    return str(_("They only have a waiting list, they said on %(day)s.", day=_day(reason.updated)))


def _asks_first(reason: Reason) -> str:
    return str(_("They must speak with the person first, they said on %(day)s.", day=_day(reason.updated)))


def _full(reason: Reason) -> str:
    if reason.until is not None:
        until = format_date(reason.until, "full")
        return str(_("Full until %(until)s, they said on %(day)s.", until=until, day=_day(reason.updated)))
    return str(_("Full when last heard, on %(day)s. Ask again: this changes.", day=_day(reason.updated)))


def _distance(reason: Reason) -> str:
    miles = (reason.distance_km or 0.0) / KM_PER_MILE
    return str(_("About %(miles)s miles away.", miles=format_decimal(round(miles, 1))))


def _closed(reason: Reason) -> str:
    if reason.next_opening is None:
        return str(_("Closed now."))
    if reason.next_opening.date() == clock.now().astimezone(reason.next_opening.tzinfo).date():
        return str(_("Closed now. Opens today at %(time)s.", time=format_time(reason.next_opening.time(), "short")))
    day = format_date(reason.next_opening.date(), "EEEE")
    moment = _("%(day)s, %(time)s", day=day, time=format_time(reason.next_opening.time(), "short"))
    return str(_("Closed now. Opens %(moment)s.", moment=moment))


def _day(moment: datetime | None) -> str:
    return said_on(moment) if moment else str(_("an unknown day"))


_WITH_FACTS: dict[ReasonCode, Callable[[Reason], str]] = {
    R.LANGUAGE_SPOKEN: _speaks,
    R.INTERPRETER_OFFERED: _interprets,
    R.LANGUAGE_NOT_LISTED: _does_not_list,
    R.AGE_UNCONFIRMED: _only_for_ages,
    R.FOR_WHOM: _for_whom,
    R.FOR_WHOM_UNCONFIRMED: _ask_for_whom,
    R.HAS_ROOM: _room,
    R.FULL: _full,
    R.WAITING_LIST_ONLY: _waiting_list,
    R.ASKS_FIRST: _asks_first,
    R.DISTANCE: _distance,
    R.CLOSED_NOW: _closed,
}
