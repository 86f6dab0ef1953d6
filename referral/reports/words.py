"""The words of report pages: what each rate means, what was left out, and the names of periods."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.kit.i18n import language_name
from referral.reports.measures import Exclusion
from referral.reports.periods import Period

#: The rates in the order of the page: name of the field, name, what it means, what its unknowns are.
RATES: tuple[tuple[str, LazyString, LazyString, LazyString], ...] = (
    (
        "closed",
        _l("Loop closed"),
        _l(
            "The organization or the patient said what happened, good or bad. Declined, no answer, and "
            "“could not be reached” do not close the loop."
        ),
        _l("Still under way: it may close yet."),
    ),
    (
        "received",
        _l("Help was received"),
        _l("The organization or the patient said that all or part of the help came, and nobody says otherwise."),
        _l("Nobody said what happened, or the two answers differ."),
    ),
    (
        "met",
        _l("Need met"),
        _l("The patient said that the need is met. Nobody else can say so."),
        _l("The patient has not said."),
    ),
)

EXCLUSIONS: Mapping[Exclusion, LazyString] = {
    Exclusion.NOT_SIGNED: _l("Never signed, or the signature was taken back"),
    Exclusion.CANCELLED: _l("Cancelled by the clinic"),
    Exclusion.ENTERED_IN_ERROR: _l("Recalled: sent in error"),
    Exclusion.SIMULATED: _l("Simulated: nothing left this server"),
}


def period_name(period: Period) -> str:
    """Return what a period is called on pages."""
    if period.year is None:
        return str(_("All time"))
    if period.quarter is None:
        return str(_("The year %(year)s", year=period.year))
    return str(_("%(year)s, quarter %(quarter)s", year=period.year, quarter=period.quarter))


def language_label(code: str | None) -> str:
    """Return the language's name, or words for "nobody wrote it down"."""
    return language_name(code) if code else str(_("Not recorded"))
