"""Forms in which an organization corrects what people read about it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from referral.kit.collisions import Facts, written
from referral.kit.forms import Form
from resources_directory.corrections import Listed, listed_facts, stand_of, tidy

LONGEST_TEXT = 4000
LONGEST_ADDRESS = 500
_LONG = Length(max=LONGEST_TEXT)


def _web_address(_form: Any, field: Any) -> None:
    if field.data and not field.data.startswith(("https://", "http://")):
        raise ValidationError(str(_l("Begin the address with https://")))


_ADDRESS = [Optional(), Length(max=LONGEST_ADDRESS), _web_address]


class ListingForm(Form):
    """Columns of a listing by their names. `seen`: the stand that the page showed; `opened`: what it consisted of."""

    seen = HiddenField()
    opened = HiddenField()

    def facts(self) -> dict[str, str | None]:
        """Return column to what was typed."""
        return {name: tidy(field.data) for name, field in self.texts()}

    def texts(self) -> list[tuple[str, Any]]:
        """Return (column, field) of what people type, in the order of the page."""
        kept = {"seen", "opened", "form_id", "csrf_token"}
        return [(name, field) for name, field in self._fields.items() if name not in kept]

    @property
    def labels(self) -> Mapping[str, LazyString]:
        """Column to the words for it."""
        return {name: field.label.text for name, field in self.texts()}


class OrganizationListingForm(ListingForm):
    """What people read about the organization."""

    description = TextAreaField(_l("What you do"), [Optional(), _LONG])
    website = StringField(_l("Your web page"), _ADDRESS, render_kw={"inputmode": "url"})


class ServiceListingForm(ListingForm):
    """What people read about one service."""

    description = TextAreaField(_l("What it offers"), [Optional(), _LONG])
    eligibility_description = TextAreaField(_l("For whom"), [Optional(), _LONG])
    application_process = TextAreaField(_l("How to get in"), [Optional(), _LONG])
    fees_description = TextAreaField(_l("Cost"), [Optional(), _LONG])
    interpretation_services = TextAreaField(_l("Interpreter"), [Optional(), _LONG])
    url = StringField(_l("Its web page"), _ADDRESS, render_kw={"inputmode": "url"})


def shown(form_class: type[ListingForm], row: Listed, typed: Facts | None = None) -> Any:
    """Return the form opened now: filled with what stands, or with what was typed beside it."""
    stands = listed_facts(row)
    kept = {"seen": stand_of(stands), "opened": written(stands)}
    return form_class(formdata=None, data={**stands, **(typed or {}), **kept})
