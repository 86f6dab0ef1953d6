"""The need domains of the product, and which of them a service's taxonomy terms and words speak of."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from resources_directory.need_words import NAMES_WITHOUT_HELP, NOT_OFFERED, OPEN_ELIGIBILITY, PHRASES
from resources_directory.words import words_of


class NeedDomain(StrEnum):
    """A domain in which a person may lack something."""

    FOOD = "food"
    TRANSPORTATION = "transportation"
    UTILITIES = "utilities"
    HOUSING = "housing"
    EMPLOYMENT = "employment"
    EDUCATION = "education"
    FINANCIAL_STRAIN = "financial_strain"
    INTERPERSONAL_SAFETY = "interpersonal_safety"
    SOCIAL_CONNECTION = "social_connection"
    LEGAL_IMMIGRATION = "legal_immigration"
    CHILDCARE = "childcare"
    HEALTH_CARE_ACCESS = "health_care_access"
    DIGITAL_ACCESS = "digital_access"
    BENEFITS_ENROLMENT = "benefits_enrolment"


#: Needs that leave no trace in texts, slips, prints and exports unless chosen for that use.
SENSITIVE = frozenset({NeedDomain.INTERPERSONAL_SAFETY, NeedDomain.LEGAL_IMMIGRATION})

Phrase = tuple[str, ...]
NO_NEED: frozenset[NeedDomain] = frozenset()


def needs_of_terms(names: Iterable[str]) -> frozenset[NeedDomain]:
    """Return the needs that taxonomy terms of these names speak of: Open Eligibility, 211 or any English list."""
    return frozenset().union(*(_needs_of_name(name) for name in names))


def needs_of_text(name: str, description: str | None = None) -> frozenset[NeedDomain]:
    """Return the needs that a service's own words speak of, or none.

    Cautious: the description counts only where the name says nothing, and then by phrases of several words.
    """
    found = _needs_of_name(name)
    if found or not description:
        return found
    return _phrases_in(words_of(description), shortest=2)


@lru_cache(maxsize=10_000)
def _needs_of_name(name: str) -> frozenset[NeedDomain]:
    words = words_of(name)
    if any(phrase in _WITHOUT_HELP for phrase in pairwise(words)):
        return NO_NEED
    return _WHOLE_NAMES.get(tuple(words), NO_NEED) | _phrases_in(words, shortest=1)


def _phrases_in(words: Sequence[str], *, shortest: int) -> frozenset[NeedDomain]:
    """Return the needs of all phrases of at least `shortest` words; the longest phrase at a place wins."""
    found: frozenset[NeedDomain] = NO_NEED
    place = 0
    while place < len(words):
        lengths = range(min(_LONGEST, len(words) - place), 0, -1)
        length = next((n for n in lengths if tuple(words[place : place + n]) in _PHRASES), 0)
        if length >= shortest:
            found |= _PHRASES[tuple(words[place : place + length])]
        place += max(length, 1)
    return found


def _by_phrase(lists: Mapping[str, str]) -> dict[Phrase, frozenset[NeedDomain]]:
    table: dict[Phrase, frozenset[NeedDomain]] = {}
    for need, listed in lists.items():
        for phrase in _phrases(listed):
            table[phrase] = table.get(phrase, NO_NEED) | {NeedDomain(need)}
    return table


def _phrases(listed: str) -> list[Phrase]:
    return [tuple(words_of(phrase)) for phrase in listed.split(";")]


_WITHOUT_HELP = frozenset(_phrases(NAMES_WITHOUT_HELP))
_WHOLE_NAMES = _by_phrase(OPEN_ELIGIBILITY)
_PHRASES = _by_phrase(PHRASES) | dict.fromkeys(_phrases(NOT_OFFERED), NO_NEED)
_LONGEST = max(map(len, _PHRASES))
