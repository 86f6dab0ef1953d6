"""The words of needs on pages, and the neutral ones for needs that others in the room must not read."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.screening.instruments import ASKED_ALONE
from referral.screening.states import NeedStatus, WantsHelp
from resources_directory.needs import NeedDomain

NEEDS: Mapping[str, LazyString] = {
    NeedDomain.FOOD: _l("Food"),
    NeedDomain.TRANSPORTATION: _l("Transportation"),
    NeedDomain.UTILITIES: _l("Utilities"),
    NeedDomain.HOUSING: _l("Housing"),
    NeedDomain.EMPLOYMENT: _l("Work"),
    NeedDomain.EDUCATION: _l("Education"),
    NeedDomain.FINANCIAL_STRAIN: _l("Money for basic things"),
    NeedDomain.INTERPERSONAL_SAFETY: _l("Safety with other people"),
    NeedDomain.SOCIAL_CONNECTION: _l("Company and connection"),
    NeedDomain.LEGAL_IMMIGRATION: _l("Legal help"),
    NeedDomain.CHILDCARE: _l("Childcare"),
    NeedDomain.HEALTH_CARE_ACCESS: _l("Getting health care"),
    NeedDomain.DIGITAL_ACCESS: _l("Phone and internet"),
    NeedDomain.BENEFITS_ENROLMENT: _l("Applying for benefits"),
}

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


def need_label(domain: str) -> LazyString:
    """Return the name of a need for a list: neutral where the need is asked only when the person is alone."""
    return PRIVATE_NEED if NeedDomain(domain) in ASKED_ALONE else NEEDS[domain]
