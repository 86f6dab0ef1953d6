"""A patient's facts in words: rows for a page, and where two versions differ."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.kit.phone import show_phone
from referral.patients.actions import PatientFacts
from referral.patients.need_words import NEEDS
from referral.patients.words import HOLDERS, PRIVACY, SAFETY, language_words

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


#: What the history calls what is no fact of the form.
OTHER_LABELS: dict[str, LazyString] = {
    "phone": _l("Phone"),
    "deceased": _l("Has died"),
    "private_domains": _l("Needs kept private"),
}


@dataclass(frozen=True)
class Difference:
    """One fact that two people wrote differently. `stands`: what is stored; `typed`: what the page brought.

    `by`: who changed what stands there last; empty where nobody has.
    """

    label: str
    stands: str
    typed: str
    by: str = ""


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


def differences(
    stands: PatientFacts, typed: PatientFacts, names: Collection[str], writers: Mapping[str, str]
) -> list[Difference]:
    """Return the facts of these names, in the order of the form. `writers`: fact to who changed it last."""
    return [
        Difference(str(LABELS[name]), fact_words(stands, name), fact_words(typed, name), writers.get(name, ""))
        for name in (field.name for field in fields(stands))
        if name in names
    ]


def history_label(fact: str) -> str:
    """Return the name of a fact of the history."""
    return str(LABELS.get(fact) or OTHER_LABELS.get(fact, fact))


def stored_words(fact: str, stored: str | None) -> str:
    """Return a value of the history as people read it; empty where nothing was known."""
    if fact in ("written_language", "spoken_language"):
        return language_words(stored)
    if fact == "interpreter_needed":
        return str(_("Needed") if stored else _("Not needed"))
    if stored is None:
        return ""
    if fact == "privacy_level":
        return str(PRIVACY[stored])
    if fact == "private_domains":
        return ", ".join(str(NEEDS[domain]) for domain in stored.split())
    if fact == "phone":
        e164, holder, shared, safety = stored.split()
        parts = (show_phone(e164), str(HOLDERS[holder]), str(_("Others read it.")) if shared == "shared" else "")
        return " · ".join(part for part in (*parts, str(_("Safe to text: %(answer)s.", answer=SAFETY[safety]))) if part)
    if fact in ("birth_date", "deceased") and stored != "yes":
        return str(format_date(date.fromisoformat(stored), "long"))
    return str(_("Yes, day not known")) if fact == "deceased" else stored
