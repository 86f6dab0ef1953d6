"""A patient's facts in words: rows for a page, and where two versions differ."""

from dataclasses import dataclass, fields

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.patients.actions import PatientFacts
from referral.patients.models import Patient
from referral.patients.queries import birth_date_of
from referral.patients.states import PrivacyLevel
from referral.patients.words import PRIVACY, language_words

LABELS: dict[str, LazyString] = {
    "given_name": _l("Given name"),
    "family_name": _l("Family name"),
    "second_family_name": _l("Second family name"),
    "chosen_name": _l("Name they go by"),
    "birth_date": _l("Birth date"),
    "record_number": _l("Record number"),
    "zip_code": _l("ZIP code"),
    "written_language": _l("Language they read"),
    "spoken_language": _l("Language they speak"),
    "interpreter_needed": _l("Interpreter"),
    "privacy_level": _l("Privacy of texts"),
}


@dataclass(frozen=True)
class Difference:
    """One fact that two people wrote differently. `stands`: what is stored; `typed`: what the page brought."""

    label: str
    stands: str
    typed: str


def facts_of(patient: Patient) -> PatientFacts:
    """Return what is stored of the patient."""
    return PatientFacts(
        given_name=patient.given_name,
        family_name=patient.family_name,
        second_family_name=patient.second_family_name,
        chosen_name=patient.chosen_name,
        birth_date=birth_date_of(patient),
        record_number=patient.record_number,
        zip_code=patient.zip_code,
        written_language=patient.written_language,
        spoken_language=patient.spoken_language,
        interpreter_needed=patient.interpreter_needed,
        privacy_level=PrivacyLevel(patient.privacy_level),
    )


def fact_words(facts: PatientFacts, name: str) -> str:
    """Return one fact as people read it; empty when it is not known."""
    value = getattr(facts, name)
    if name in ("written_language", "spoken_language"):
        return language_words(value)
    if name == "interpreter_needed":
        return str(_("Needed") if value else _("Not needed"))
    if name == "privacy_level":
        return str(PRIVACY[value])
    if name == "birth_date":
        return str(format_date(value, "long") if value else _("Not known"))
    return value or ""


def fact_rows(facts: PatientFacts) -> list[tuple[str, str]]:
    """Return (label, words) of every fact, in the order of the form, names that are not there left out."""
    rows = [(field.name, str(LABELS[field.name]), fact_words(facts, field.name)) for field in fields(facts)]
    return [(label, words) for name, label, words in rows if words or name in ("record_number", "zip_code")]


def differences(stands: PatientFacts, typed: PatientFacts) -> list[Difference]:
    """Return the facts that differ, in the order of the form."""
    return [
        Difference(str(LABELS[field.name]), fact_words(stands, field.name), fact_words(typed, field.name))
        for field in fields(stands)
        if getattr(stands, field.name) != getattr(typed, field.name)
    ]
