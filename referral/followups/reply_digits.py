"""Which offered digit a reply chooses, if it chooses one. Pure; a step of `replies`.

The first number anywhere is not an answer: "2 weeks ago they called me" and "3 kids" choose nothing. 1 and 3 may close
a referral, so that words beside them must be understood and must not be doubtful; what we cannot read, a person reads.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from referral.followups.reading import Reading, ReplyKind
from referral.followups.vocabulary import Vocabulary, without_harmless
from referral.messaging.plain_text import is_unspaced, unstretched

#: The digits after which a referral may be closed: yes, and no longer needed.
CLOSING = frozenset({"1", "3"})
#: A longer number is a telephone number or a date, and tells us something.
_LONGEST_SLIP = 3
_QUESTION_MARKS = ("?", "؟", "¿")
#: Signs of a no. Beside a yes they make it doubtful.
_NO_SIGNS = ("👎", "❌", "🚫", "✖", "🙅", "❎")
_JOINED = re.compile(r"(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")
#: "2) text", "2: text", "2 - text", "2" on a line of its own. Not "2-3 weeks", "2.5 hours", "2:30".
_PUNCTUATED = re.compile(r"\W*([0-9])[ ]*(?:[).:,;!\]\n،؛、。，！：）]|(?<=[ ])[-–—](?=[ ])|[-–—](?=[ ]))(?!\s*[0-9])")
_TIME_OF_DAY = re.compile(r"\b[0-9]{1,2} ?[ap] ?m\b")


@dataclass(frozen=True)
class _Said:
    """A reply taken apart: its plain text, its whole numbers and its other words in their order."""

    text: str
    numbers: tuple[str, ...]
    others: tuple[str, ...]
    meaningful: tuple[str, ...]
    starts_with_number: bool

    @property
    def digits(self) -> set[str]:
        """The different numbers of one digit."""
        return {number for number in self.numbers if len(number) == 1}


def read_digit(plain_text: str, spaced_words: str, options: Collection[str], known: Vocabulary) -> Reading | None:
    """The reading of a reply that chooses by number, or None if it does not try to."""
    numeral = known.numerals.get(spaced_words)
    tokens = (numeral or without_harmless(_JOINED.sub(" ", spaced_words))).split()
    numbers = tuple(token for token in tokens if re.fullmatch("[0-9]+", token))
    if not numbers or _TIME_OF_DAY.search(spaced_words):
        return None
    others = tuple(unstretched(token) for token in tokens if token not in numbers)
    meaningful = tuple(word for word in others if word not in known.empty)
    reply = _Said(plain_text, numbers, others, meaningful, tokens[0] in numbers)
    if not meaningful:
        return _numbers_alone(reply, options)
    if len(reply.digits) > 1:
        return _several(reply, known)
    if len(reply.digits) == 1:
        return _digit_with_words(reply, options, known)
    return None


def asks_back(plain_text: str) -> bool:
    """Whether a short answer is put as a question ("1?"), so that it is no answer yet."""
    return any(mark in plain_text for mark in _QUESTION_MARKS)


def says_no_by_sign(plain_text: str) -> bool:
    """Whether a sign of a no stands in the text, such as a thumb down."""
    return any(sign in plain_text for sign in _NO_SIGNS)


def _numbers_alone(reply: _Said, options: Collection[str]) -> Reading | None:
    different = set(reply.numbers)
    if any(len(number) > 1 for number in different):
        if len(different) == 1 and len(reply.numbers[0]) <= _LONGEST_SLIP:
            return Reading(ReplyKind.OUT_OF_RANGE, None, "number_not_offered")
        return None
    if len(different) > 1:
        return Reading(ReplyKind.MULTIPLE, None, "several_digits")
    if different == {"1"} and says_no_by_sign(reply.text):
        return Reading(ReplyKind.CONTRADICTION, None, "digit_against_sign")
    return _chosen(reply, options, "digit_alone")


def _several(reply: _Said, known: Vocabulary) -> Reading | None:
    belonging = frozenset().union(*(known.belongs(digit) for digit in reply.digits))
    if belonging.issuperset(reply.meaningful) or _PUNCTUATED.match(reply.text):
        return Reading(ReplyKind.MULTIPLE, None, "several_digits")
    return None


def _digit_with_words(reply: _Said, options: Collection[str], known: Vocabulary) -> Reading | None:
    (digit,) = reply.digits
    opens = reply.starts_with_number and reply.numbers[0] == digit
    if " ".join(reply.others) in known.printed(digit) and digit in options:
        return _chosen(reply, options, "digit_and_its_printed_words")
    belonging, punctuated = known.belongs(digit), _PUNCTUATED.match(reply.text)
    answers = opens and (punctuated or _belongs(reply.meaningful[0], belonging) or known.turns(reply.meaningful[0]))
    if (answers or len(reply.meaningful) == 1) and _contradicts(digit, reply, known):
        return Reading(ReplyKind.CONTRADICTION, None, "digit_against_words")
    all_belong = all(_belongs(word, belonging) for word in reply.meaningful) and len(set(reply.numbers)) == 1
    understood = all_belong or digit not in CLOSING or (known.knows_doubt and len(set(reply.numbers)) == 1)
    if opens and understood and punctuated:
        return _chosen(reply, options, "digit_and_punctuation")
    first_belongs = opens and understood and _belongs(reply.meaningful[0], belonging)
    if (first_belongs or all_belong) and digit in options:
        return _chosen(reply, options, "digit_and_its_words")
    return None


def _belongs(word: str, belonging: Collection[str]) -> bool:
    """Whether a word is one of these; in Chinese and Korean, whether it begins with one, for endings are tied on."""
    return word in belonging or any(is_unspaced(each) and word.startswith(each) for each in belonging)


def _chosen(reply: _Said, options: Collection[str], rule: str) -> Reading:
    digit = next(number for number in reply.numbers if len(number) == 1)
    if digit not in options:
        return Reading(ReplyKind.OUT_OF_RANGE, None, "number_not_offered")
    if asks_back(reply.text) and (not reply.meaningful or digit in CLOSING):
        return Reading(ReplyKind.UNCLEAR, None, "asked_back")
    return Reading(ReplyKind.OPTION, digit, rule)


def _contradicts(digit: str, reply: _Said, known: Vocabulary) -> bool:
    """Whether the words say the opposite of the digit, or leave a closing digit in doubt: that is asked again."""
    text = " ".join(reply.others)
    if digit == "1":
        return known.denies(text) or known.doubts(text) or says_no_by_sign(reply.text)
    if digit == "2":
        return text in known.yes or reply.meaningful[0] in known.yes - known.may_begin_no
    if digit == "3":
        return known.doubts(text, but_wants=True) or (known.wants(text) and not known.denies(text))
    return digit == "9" and known.denies(text) and known.refuses_call.issuperset(reply.meaningful)
