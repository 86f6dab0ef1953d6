"""What is wrong with the texts of a catalog, per text and language: size, letters, digits, words, reading grade.

Run over the shipped catalog by the tests, and over a wording before it is saved. Nothing here changes a text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from referral.messaging.catalog import Catalog, PatientText, TextVersion, digest_of, placeholders_of
from referral.messaging.plain_text import is_unspaced, language_root, plain, said, words
from referral.messaging.reading_grade import GRADED, reading_grade
from referral.messaging.segments import Segments, measure, offending_letters
from referral.messaging.short_dates import longest_day
from referral.messaging.unwanted_words import ASKS_FOR_A_WORD, JOINED_IN_FRONT, UNWANTED

#: The longest facts a text is measured with: a clinic's texting name, a telephone number, the digits of the question
#: with the most of them (reason), a signed link (accounts/links.py) on a host of some length, more requests than
#: anybody has at once. The date is its language's longest.
LONGEST_FACTS = {
    "clinic": "Riverside Services A",
    "phone": "404-555-0199",
    "options": "4, 5, 6, 7, 8, 9",
    "platform": "NeedsRx",
    "code": "A1B2C3D4",
    "count": "99",
    "url": "https://referrals.riverside.example.org/inbox",
    "link": f"https://referrals.riverside.example.org/questions/{'0' * 32}.1.{'0' * 32}",
}

#: Beside the date, the number of the request, where the patient has several.
LONGEST_NUMBER = " (#99)"

#: A link fills most of a segment by itself.
SEGMENTS_WITH_LINK = 2

#: Languages whose texts are worded so that they fit GSM-7: one segment, 160 letters.
GSM7_LANGUAGES = frozenset({"en", "es", "fil", "fr", "ht", "so"})
UCS2_MAX_SEGMENTS = 3
MAX_GRADE = 6

#: Languages written from right to left. Phones take the direction of a text from its first strong letter.
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "ps", "ckb", "he", "yi", "sd"})
_DIRECTION_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"[0-9]+")
_PHONE_LEFT_TO_RIGHT = re.compile("(?<!\u200e)\\{phone\\}")
#: A telephone number with only spaces and signs between it and a Latin word: a phone shows the two the wrong way round.
_PHONE_BEFORE_LATIN = re.compile(r"\{phone\}[\W\d_]*[A-Za-z]")


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


def measure_at_longest(version: TextVersion) -> Segments:
    """The size of a wording with the longest facts that it can have."""
    date = longest_day(version.language) + LONGEST_NUMBER
    body = version.body
    for name, fact in (LONGEST_FACTS | {"date": date}).items():
        body = body.replace(f"{{{name}}}", fact)
    return measure(body)


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
    """A text with options shows exactly these digits; every other number of the source must be in the translation.

    All in the figures 0 to 9, which stand on the keys that people answer and call with.
    """
    shown = set(_NUMBER.findall(version.body))
    if foreign := sorted({letter for letter in version.body if letter.isdigit() and not letter.isascii()}):
        yield Check.DIGITS, f"writes figures other than 0 to 9: {' '.join(foreign)}"
    menu = {number for number in shown if len(number) == 1}
    if text.options and menu != set(text.options):
        yield Check.DIGITS, f"offers {sorted(menu)} instead of {sorted(text.options)}"
    if lost := set(_NUMBER.findall(text.source_body)) - shown:
        yield Check.DIGITS, f"lacks {sorted(lost)} of the source"


def _size(version: TextVersion) -> _Faults:
    size, narrow = measure_at_longest(version), language_root(version.language) in GSM7_LANGUAGES
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
    spoken = words(plain(version.body))
    for word in sorted(UNWANTED.get(root, frozenset()) | UNWANTED["en"]):
        if _holds(spoken, word, JOINED_IN_FRONT.get(root, "")):
            yield Check.UNWANTED_WORD, word
    if found := ASKS_FOR_A_WORD.search(plain(version.body)):
        yield Check.ASKS_FOR_A_WORD, found.group()
    for literal in text.must_say:
        if not re.search(rf"(?<![A-Za-z]){re.escape(literal)}(?![A-Za-z])", version.body):
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
    if _PHONE_LEFT_TO_RIGHT.search(version.body):
        yield Check.DIRECTION, "a telephone number needs U+200E before it, or its parts change places"
    if _PHONE_BEFORE_LATIN.search(version.body):
        yield Check.DIRECTION, "between a telephone number and a Latin word a right-to-left word must stand"


def _review(text: PatientText, version: TextVersion) -> _Faults:
    """A translation counts as reviewed only with the reviewer's name, qualification and day (45 CFR 92.201(c)(3))."""
    stated = (version.reviewer, version.reviewer_qualification, version.reviewed_on)
    if version.status == "reviewed" and version.language != text.source_language and not all(stated):
        yield Check.REVIEW, "reviewed, but reviewer, qualification or day is not stated"


def _holds(spoken: str, word: str, joined: str) -> bool:
    """Whether plain words hold an unwanted one. `joined`: a pattern of what the language writes in front of it."""
    if is_unspaced(word):
        return said(word, spoken)
    stem, ending = (word[:-1], r"\w*") if word.endswith("*") else (word, "")
    return re.search(rf"(?<!\w){joined}{re.escape(words(plain(stem)))}{ending}(?!\w)", spoken) is not None
