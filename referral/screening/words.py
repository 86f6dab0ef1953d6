"""The words of needs on pages, and the neutral ones for needs that others in the room must not read."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.patients.need_words import NEEDS as NEEDS
from referral.screening.instruments import ASKED_ALONE
from referral.screening.states import NeedStatus, Respondent, ScreeningMode, WantsHelp
from resources_directory.needs import NeedDomain

#: What stands in lists for a need that somebody looking over a shoulder must not read.
PRIVATE_NEED = _l("A private matter")

WANTS: Mapping[str, LazyString] = {
    WantsHelp.YES: _l("Wants help"),
    WantsHelp.NOT_NOW: _l("Not now"),
    WantsHelp.ALREADY: _l("Has help already"),
    WantsHelp.NO: _l("Wants no help"),
}

STATUSES: Mapping[str, LazyString] = {
    NeedStatus.UNCONFIRMED: _l("To confirm with the patient"),
    NeedStatus.OPEN: _l("Open"),
    NeedStatus.MET: _l("Met, the patient says"),
    NeedStatus.PARTLY: _l("Partly met, the patient says"),
    NeedStatus.GONE: _l("No longer a need, the patient says"),
    NeedStatus.UNKNOWN: _l("Not known"),
}

MODES: Mapping[str, LazyString] = {
    ScreeningMode.STAFF: _l("Asked by staff"),
    ScreeningMode.TABLET: _l("Answered on our device"),
    ScreeningMode.LINK: _l("Answered by a link"),
    ScreeningMode.PAPER: _l("On paper"),
}

RESPONDENTS: Mapping[str, LazyString] = {
    Respondent.PATIENT: _l("The patient answered"),
    Respondent.PROXY: _l("Somebody answered for the patient"),
}


def is_private_matter(domain: str) -> bool:
    """Return True for a need that is asked only when the person is alone: nobody looking on may read of it."""
    return NeedDomain(domain) in ASKED_ALONE


def need_label(domain: str) -> LazyString:
    """Return the name of a need for a list: neutral where the need is asked only when the person is alone."""
    return PRIVATE_NEED if is_private_matter(domain) else NEEDS[domain]


def place_label(domain: str, name: object) -> str:
    """Return the name of a service or organization beside a need in a list: neutral where the need's is neutral."""
    return str(PRIVATE_NEED) if is_private_matter(domain) else str(name or "")
