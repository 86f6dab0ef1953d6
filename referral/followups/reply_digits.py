"""Which offered digit a reply chooses, if it chooses one. Pure; a step of `replies`.

The first number anywhere is not an answer: "2 weeks ago they called me" and "3 kids" choose nothing.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from referral.followups.reading import Reading, ReplyKind
from referral.followups.reply_words import (
    BELONGS,
    FILLER,
    HAN_DIGITS,
    JOINS,
    NEGATIVE,
    NOT_ENGLISH_IN,
    PRINTED,
    YES_WORDS,
)
from referral.messaging.keyword_words import COURTESY
from referral.messaging.plain_text import plain, said, words

#: A longer number is a telephone number or a date, and tells us something.
_LONGEST_SLIP = 3
_QUESTION_MARKS = ("?", "؟", "¿")
_JOINED = re.compile(r"(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")
_EMPTY_WORDS = FILLER | JOINS | frozenset(words(plain(word)) for word in COURTESY)
#: "2) text", "2: text", "2 - text", "2" on a line of its own. Not "2-3 weeks", "2.5 hours", "2:30".
_PUNCTUATED = re.compile(r"\W*([0-9])[ ]*(?:[).:,;!\]\n]|(?<=[ ])[-–—](?=[ ])|[-–—](?=[ ]))(?!\s*[0-9])")
_NEED = frozenset({"need", "necesito", "want", "quiero"})
_NO_LONGER = frozenset({"no", "not", "dont", "longer", "anymore", "never", "nothing", "nada", "tampoco"})
_PRINTED = {digit: frozenset(words(plain(phrase)) for phrase in phrases) for digit, phrases in PRINTED.items()}
_SOFT_YES = frozenset({"ya", "claro"})


@dataclass(frozen=True)
class _Said:
    """A reply taken apart: its plain text, its whole numbers and its other words in their order."""

    text: str
    numbers: tuple[str, ...]
    others: tuple[str, ...]
    starts_with_number: bool

    @property
    def digits(self) -> set[str]:
        """The different numbers of one digit."""
        return {number for number in self.numbers if len(number) == 1}

    @property
    def meaningful(self) -> tuple[str, ...]:
        """The words that are neither filler nor courtesy."""
        return tuple(word for word in self.others if word not in _EMPTY_WORDS)


def read_digit(plain_text: str, spaced_words: str, options: Collection[str], language: str) -> Reading | None:
    """The reading of a reply that chooses by number, or None if it does not try to. `language` is a root ("es")."""
    han = HAN_DIGITS.get(spaced_words)
    tokens = (han or _JOINED.sub(" ", spaced_words)).split()
    numbers = tuple(token for token in tokens if re.fullmatch("[0-9]+", token))
    if not numbers:
        return None
    others = tuple(token for token in tokens if token not in numbers)
    reply = _Said(plain_text, numbers, others, tokens[0] in numbers)
    if not reply.meaningful:
        return _numbers_alone(reply, options)
    if len(reply.digits) > 1:
        return _several(reply)
    if len(reply.digits) == 1:
        return _digit_with_words(reply, options, language)
    return None


def asks_back(plain_text: str) -> bool:
    """Whether a short answer is put as a question ("1?"), so that it is no answer yet."""
    return any(mark in plain_text for mark in _QUESTION_MARKS)


def language_words(table: Mapping[str, Collection[str]], language: str) -> set[str]:
    """The words of a table for the language and for English, without the English words that collide with it."""
    english = set(table["en"]) - NOT_ENGLISH_IN.get(language, frozenset())
    return {words(plain(word)) for word in english.union(table.get(language, ()))}


def _numbers_alone(reply: _Said, options: Collection[str]) -> Reading | None:
    different = set(reply.numbers)
    if any(len(number) > 1 for number in different):
        if len(different) == 1 and len(reply.numbers[0]) <= _LONGEST_SLIP:
            return Reading(ReplyKind.OUT_OF_RANGE, None, "number_not_offered")
        return None
    if len(different) > 1:
        return Reading(ReplyKind.MULTIPLE, None, "several_digits")
    return _chosen(reply, options, "digit_alone")


def _several(reply: _Said) -> Reading | None:
    known = set().union(*(BELONGS.get(digit, frozenset()) for digit in reply.digits))
    if known.issuperset(reply.meaningful) or _PUNCTUATED.match(reply.text):
        return Reading(ReplyKind.MULTIPLE, None, "several_digits")
    return None


def _digit_with_words(reply: _Said, options: Collection[str], language: str) -> Reading | None:
    (digit,) = reply.digits
    belonging = BELONGS.get(digit, frozenset()) | (set() if digit == "2" else language_words(YES_WORDS, language))
    printed = " ".join(reply.others) in _PRINTED.get(digit, frozenset())
    every_word_belongs = printed or belonging.issuperset(reply.meaningful)
    punctuated = _PUNCTUATED.match(reply.text)
    opens = reply.starts_with_number and reply.numbers[0] == digit
    if opens and _contradicts(digit, reply, language):
        return Reading(ReplyKind.CONTRADICTION, None, "digit_against_words")
    if punctuated and opens:
        return _chosen(reply, options, "digit_and_punctuation")
    if opens and reply.meaningful[0] in belonging and digit in options:
        return _chosen(reply, options, "digit_and_its_words")
    if not opens and _contradicts(digit, reply, language) and len(reply.meaningful) == 1:
        return Reading(ReplyKind.CONTRADICTION, None, "digit_against_words")
    if every_word_belongs and len(reply.numbers) == 1 and digit in options:
        return _chosen(reply, options, "digit_and_its_words")
    return None


def _chosen(reply: _Said, options: Collection[str], rule: str) -> Reading:
    digit = next(number for number in reply.numbers if len(number) == 1)
    if digit not in options:
        return Reading(ReplyKind.OUT_OF_RANGE, None, "number_not_offered")
    if asks_back(reply.text) and not reply.meaningful:
        return Reading(ReplyKind.UNCLEAR, None, "asked_back")
    return Reading(ReplyKind.OPTION, digit, rule)


def _contradicts(digit: str, reply: _Said, language: str) -> bool:
    """Whether the words say the opposite of the digit. A doubtful "1" or "3" is asked again: both close a referral."""
    rest, first = reply.others, reply.meaningful[0]
    if digit == "1":
        return any(said(word, " ".join(rest)) for word in language_words(NEGATIVE, language))
    yes = language_words(YES_WORDS, language)
    if digit == "2":
        return " ".join(reply.meaningful) in yes or first in yes - _SOFT_YES
    if digit == "3":
        return bool(_NEED.intersection(rest)) and not _NO_LONGER.intersection(rest)
    return digit == "9" and reply.meaningful in {("no",), ("not",), ("nope",), ("dont", "call")}
