"""A shared field as an organization reads or hears it."""

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup

from referral.kit.i18n import language_name
from referral.kit.phone import phone_uri, show_phone
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.states import SharedField
from referral.patients.told_facts import TOLD_FACTS, told_words
from referral.screening.words import NEEDS


def asked_field(field: SharedField, value: str, *, said: bool) -> tuple[str, str]:
    """Return (label, value) of a field on the first page; a need that is not `said` there as a private matter."""
    return shown_field(field, value) if said else (_("Need"), _("A private matter. Call the clinic to hear it."))


def zip_not_shared() -> tuple[str, str]:
    """Return (label, value) that the person left the ZIP code out, or has none."""
    return shown_field(SharedField.ZIP_CODE, str(_("Not shared")))


def shown_field(field: SharedField, value: str) -> tuple[str, str]:
    """Return (label, value) of a shared field as an organization reads or hears it."""
    label = str(FIELD_LABELS[field])
    if field is SharedField.NEED:  # the label of the consent speaks to the patient
        label, value = str(_("Need")), str(NEEDS.get(value, value))
    elif field is SharedField.TESTIMONY:
        label = str(_("What the patient says happened"))
    elif field in TOLD_FACTS:
        label, value = str(TOLD_FACTS[field].label), told_words(field, value)
    elif field is SharedField.SPOKEN_LANGUAGE:
        value = language_name(value)
    elif field is SharedField.PHONE:
        value = _to_call(value)
    elif field is SharedField.BIRTH_DATE:
        value = str(format_date(date.fromisoformat(value), "long"))
    return label[:1].upper() + label[1:], value


def _to_call(number: str) -> str:
    """Return a phone (E.164) as people read it; tapped, it is called."""
    words, uri = Markup('<bdi dir="ltr">{}</bdi>').format(show_phone(number)), phone_uri(number)
    return Markup('<a class="phone" href="{}">{}</a>').format(uri, words) if uri else words
