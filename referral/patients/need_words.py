"""The words of needs on pages."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

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
