"""In which language a patient is shown a page or given a paper, and why: the one place where it is decided.

Staff read English and Spanish pages. For patients there are more languages, in catalogs of their own that hold only
what patients read (`translations/patient.cfg`). Where nobody qualified has reviewed such a catalog as it stands now, an
installation does not use it, unless it says so (DRAFT_WORDS); a demo does. What is shown then says that it is a draft.
"""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml
from babel.messages.pofile import read_po
from flask import g
from flask_babel import refresh

from referral.kit.i18n import DOMAINS, LANGUAGES, STAFF_LANGUAGE, TRANSLATIONS, Language
from referral.kit.transaction import current_settings

_OWN_PAGES, PATIENT_DOMAIN = DOMAINS


class Review(StrEnum):
    """Whether a qualified person has approved the words of a language as they stand now."""

    REVIEWED = "reviewed"
    DRAFT = "draft"


class NotInTheirs(StrEnum):
    """Why something is not in the patient's own language."""

    NO_WORDS = "no_words"
    NOT_REVIEWED = "not_reviewed"


@dataclass(frozen=True)
class PatientLanguage:
    """The language that something for a patient is shown in. `own`: theirs, where it is another one, and `why`.

    `is_draft`: nobody qualified has reviewed the words that are shown.
    """

    shown: Language
    own: Language | None = None
    why: NotInTheirs | None = None
    is_draft: bool = False


def patient_language(*codes: str | None) -> PatientLanguage:
    """Return the language to show: the first of the patient's (BCP 47) that may be used, else the staff's.

    Unknown codes are passed over. What is shown in none of theirs needs an interpreter.
    """
    theirs = [LANGUAGES[code] for code in codes if code in LANGUAGES]
    usable = {language.code for language in patient_languages()}
    shown = next((language for language in theirs if language.code in usable), LANGUAGES[STAFF_LANGUAGE])
    is_draft = review_of(shown) is Review.DRAFT
    if not theirs or shown == theirs[0]:
        return PatientLanguage(shown, is_draft=is_draft)
    why = NotInTheirs.NO_WORDS if review_of(theirs[0]) is None else NotInTheirs.NOT_REVIEWED
    return PatientLanguage(shown, theirs[0], why, is_draft)


def patient_languages() -> list[Language]:
    """Return the languages that patients can be shown something in here and now, in table order."""
    accepted = (Review.REVIEWED, Review.DRAFT) if _drafts_are_used() else (Review.REVIEWED,)
    return [language for language in LANGUAGES.values() if review_of(language) in accepted]


def speak_to_patient(*codes: str | None) -> None:
    """Show the page of this request in the first of the patient's languages that may be used, whatever anybody chose.

    Where none may be, the page stays in the language of whoever's browser it is.
    """
    language = patient_language(*codes)
    if language.shown.code in codes:
        g.patient_language = language
        refresh()  # something may have been put into words already, in another one


def review_of(language: Language) -> Review | None:
    """Return whether the language's words for patients are reviewed; None where it has none.

    Those of the product's own pages count as reviewed: staff read them every day.
    """
    if language.pages:
        return Review.REVIEWED
    said = _reviews().get(language.code)
    if said is None:
        return None
    is_current = said["status"] == Review.REVIEWED and said["reviewed_sha256"] == digest_of(catalog_path(language))
    return Review.REVIEWED if is_current else Review.DRAFT


def catalog_path(language: Language) -> Path:
    """Return the file of the language's words for patients."""
    return TRANSLATIONS / language.babel / "LC_MESSAGES" / f"{PATIENT_DOMAIN}.po"


@functools.cache
def digest_of(catalog: Path) -> str:
    """Return the SHA-256 (hexadecimal) of a catalog's strings with their translations, whatever their order.

    A reviewer signs it: once a string or its translation changes, the language is a draft again.
    """
    with catalog.open("rb") as text:
        pairs = sorted(repr((message.id, message.string)) for message in read_po(text) if message.id)
    return hashlib.sha256("\n".join(pairs).encode()).hexdigest()


@functools.cache
def _reviews() -> Mapping[str, Mapping[str, Any]]:
    """Return what is said of each language's words, by its code (BCP 47)."""
    with (TRANSLATIONS / f"{PATIENT_DOMAIN}.yaml").open(encoding="utf-8") as file:
        said: Mapping[str, Mapping[str, Any]] = yaml.safe_load(file)["languages"]
    return said


def _drafts_are_used() -> bool:
    return bool(g.get("demo")) or current_settings().draft_words == "yes"
