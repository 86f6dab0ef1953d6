"""The search form of the directory; it lives in the address, so that a search survives reload and can be printed."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Length, Optional

from referral.kit.forms import Form, ZipCode
from referral.kit.i18n import LANGUAGES, language_name
from referral.referrals.reason_words import KM_PER_MILE
from referral.screening.words import NEEDS
from resources_directory.search import ServiceQuery

LONGEST_WORDS = 200
#: Radii on offer, in km.
RADII_KM = (3, 5, 10, 25, 50, 100)


def _needs() -> list[tuple[str, object]]:
    return [("", _l("Any need")), *NEEDS.items()]


def _languages() -> list[tuple[str, object]]:
    """Directories know languages by ISO 639, without script or country: "zh" of "zh-Hans"."""
    codes: dict[str, str] = {}
    for code in LANGUAGES:
        codes.setdefault(code.split("-")[0], code)
    return [("", _l("Any language")), *((short, language_name(code)) for short, code in codes.items())]


def _radii() -> list[tuple[str, object]]:
    return [("", _l("Any distance")), *((str(km), _radius(km)) for km in RADII_KM)]


def _radius(km: int) -> str:
    return str(_("Within %(km)s km (%(miles)s miles)", km=km, miles=round(km / KM_PER_MILE)))


class ServiceSearchForm(Form):
    """What is looked for. Everything may be left empty."""

    q = StringField(_l("Words"), [Optional(), Length(max=LONGEST_WORDS)])
    need = SelectField(_l("Need"), [Optional()], choices=_needs)
    language = SelectField(_l("They speak"), [Optional()], choices=_languages)
    zip = StringField(_l("Near ZIP code"), [Optional(), ZipCode()], render_kw={"inputmode": "numeric"})
    km = SelectField(_l("How far"), [Optional()], choices=_radii)
    no_remote = BooleanField(_l("Only places one can go to"))

    def asked(self) -> dict[str, str]:
        """Return what was filled in, as it stands in an address."""
        fields = (self.q, self.need, self.language, self.zip, self.km)
        filled = {field.name: str(field.data) for field in fields if field.data}
        return filled | ({self.no_remote.name: "y"} if self.no_remote.data else {})

    def query(self) -> ServiceQuery:
        """Return the search of a valid form."""
        return ServiceQuery(
            need=self.need.data or None,
            text=self.q.data,
            language=self.language.data or None,
            near=self.zip.data,
            within_km=float(self.km.data) if self.km.data else None,
            include_remote=not self.no_remote.data,
        )


def search_form(sent: MultiDict[str, str]) -> ServiceSearchForm:
    """Return the form with what stands in the address; a GET form needs no token."""
    return ServiceSearchForm(formdata=sent, meta={"csrf": False})
