"""What is wrong with the texts of a catalog, per text and language: size, letters, digits, words, reading grade.

Run over the shipped catalog by the tests, and over a wording before it is saved. Nothing here changes a text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from referral.messaging.catalog import Catalog, PatientText, TextVersion, digest_of, placeholders_of
from referral.messaging.plain_text import language_root, plain, words
from referral.messaging.reading_grade import GRADED, reading_grade
from referral.messaging.segments import measure, offending_letters
from referral.messaging.unwanted_words import ASKS_FOR_A_WORD, UNWANTED

#: The longest facts a text is measured with: a clinic's texting name, a telephone number, a date with the number of the
#: request, a list of digits, a signed link (accounts/links.py) on a host of some length.
LONGEST_FACTS = {
    "clinic": "Riverside Services A",
    "phone": "404-555-0199",
    "date": "Nov 12 (#12)",
    "options": "1, 2, 3, 9",
    "link": f"https://referrals.riverside.example.org/questions/{'0' * 32}.1.{'0' * 32}",
}

#: A link fills most of a segment by itself.
SEGMENTS_WITH_LINK = 2

#: Languages whose texts are worded so that they fit GSM-7: one segment, 160 letters.
GSM7_LANGUAGES = frozenset({"en", "es", "fil", "fr", "ht", "so"})
UCS2_MAX_SEGMENTS = 3
MAX_GRADE = 6

#: Languages written from right to left. Phones take the direction of a text from its first strong letter.
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "ps", "ckb", "he", "yi", "sd"})
_DIRECTION_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"(?<![\w{])\d+(?![\w}])")


class Check(StrEnum):
    """The checks, by the name a finding carries."""

    SOURCE = "source"
    PLACEHOLDERS = "placeholders"
    DIGITS = "digits"
    LETTERS = "letters"
    LENGTH = "length"
    NFC = "nfc"
    UNWANTED_WORD = "unwanted_word"
    ASKS_FOR_A_WORD = "asks_for_a_word"
    MUST_SAY = "must_say"
    READING_GRADE = "reading_grade"
    DIRECTION = "direction"
    REVIEW = "review"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one text in one language, and what it is."""

    key: str
    language: str
    check: Check
    detail: str


def check_catalog(catalog: Catalog) -> tuple[Finding, ...]:
    """All findings of a catalog, ordered by key, language and check."""
    return tuple(finding for key in sorted(catalog.texts) for finding in check_text(catalog.text(key)))


def check_text(text: PatientText) -> tuple[Finding, ...]:
    """All findings of one text in all its languages, ordered by language and check."""
    return tuple(
        Finding(text.key, language, check, detail)
        for language in sorted(text.versions)
        for check, detail in sorted(_faults(text, text.versions[language]))
    )


_Faults = Iterator[tuple[Check, str]]


def _faults(text: PatientText, version: TextVersion) -> _Faults:
    yield from _against_source(text, version)
    yield from _digits(text, version)
    yield from _size(version)
    yield from _wording(text, version)
    yield from _direction(version)
    yield from _review(text, version)


def _against_source(text: PatientText, version: TextVersion) -> _Faults:
    if version.language == text.source_language and version.body != text.source_body:
        yield Check.SOURCE, "differs from the source text"
    if version.source_sha256 != digest_of(text.source_body):
        yield Check.SOURCE, f"made from another source text; now {digest_of(text.source_body)}"
    if differing := placeholders_of(version.body) ^ placeholders_of(text.source_body):
        yield Check.PLACEHOLDERS, f"not the same as in the source: {', '.join(sorted(differing))}"


def _digits(text: PatientText, version: TextVersion) -> _Faults:
    """A text with options shows exactly these digits; every other number of the source must be in the translation."""
    shown = set(_NUMBER.findall(plain(version.body)))
    menu = {number for number in shown if len(number) == 1}
    if text.options and menu != set(text.options):
        yield Check.DIGITS, f"offers {sorted(menu)} instead of {sorted(text.options)}"
    if lost := set(_NUMBER.findall(plain(text.source_body))) - shown:
        yield Check.DIGITS, f"lacks {sorted(lost)} of the source"


def _size(version: TextVersion) -> _Faults:
    longest = _at_longest(version.body)
    size, narrow = measure(longest), language_root(version.language) in GSM7_LANGUAGES
    letters = offending_letters(version.body)
    if narrow and letters:
        yield Check.LETTERS, f"outside GSM-7: {' '.join(letters)}"
    most = SEGMENTS_WITH_LINK if "link" in placeholders_of(version.body) else 1
    if size.count > (most if narrow else UCS2_MAX_SEGMENTS):
        yield Check.LENGTH, f"{size.units} units, {size.count} segments in {size.encoding}"
    if unicodedata.normalize("NFC", version.body) != version.body:
        yield Check.NFC, "not in Unicode form NFC"


def _wording(text: PatientText, version: TextVersion) -> _Faults:
    root = language_root(version.language)
    said = f" {words(plain(version.body))} "
    for word in sorted(UNWANTED.get(root, frozenset()) | UNWANTED["en"]):
        if f" {word} " in said:
            yield Check.UNWANTED_WORD, word
    if found := ASKS_FOR_A_WORD.search(plain(version.body)):
        yield Check.ASKS_FOR_A_WORD, found.group()
    for literal in text.must_say:
        if not re.search(rf"\b{re.escape(literal)}\b", version.body):
            yield Check.MUST_SAY, literal
    if root in GRADED and (grade := reading_grade(version.body, root)) > MAX_GRADE:
        yield Check.READING_GRADE, f"grade {grade:.1f}"


def _direction(version: TextVersion) -> _Faults:
    if language_root(version.language) not in RIGHT_TO_LEFT:
        return
    if unicodedata.bidirectional(version.body[:1] or " ") not in {"R", "AL"}:
        yield Check.DIRECTION, "must start with a right-to-left letter or U+200F, before any placeholder"
    if _DIRECTION_CONTROLS.search(version.body):
        yield Check.DIRECTION, "embedding and isolate controls are poorly supported by phones"


def _review(text: PatientText, version: TextVersion) -> _Faults:
    """A translation counts as reviewed only with the reviewer's name, qualification and day (45 CFR 92.201(c)(3))."""
    stated = (version.reviewer, version.reviewer_qualification, version.reviewed_on)
    if version.status == "reviewed" and version.language != text.source_language and not all(stated):
        yield Check.REVIEW, "reviewed, but reviewer, qualification or day is not stated"


def _at_longest(body: str) -> str:
    for name, fact in LONGEST_FACTS.items():
        body = body.replace(f"{{{name}}}", fact)
    return body
