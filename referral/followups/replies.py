"""What a patient's reply means: read_reply gives the kind, the digit chosen and the rule that decided.

Pure and deterministic: word lists and rules, no guessing. What no rule understands is free text for a person to read.
The order of the rules is the order of the functions in `_RULES`. Opt-out rules follow 47 CFR 64.1200(a)(10).
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from referral.followups.reading import READER_VERSION, Reading, ReplyKind
from referral.followups.reply_digits import asks_back, read_digit, says_no_by_sign
from referral.followups.vocabulary import Vocabulary, vocabulary_of
from referral.messaging.keywords import (
    KeywordKind,
    blanking,
    is_tapback,
    keyword_of,
    may_mean_stop,
    phrases_of,
    read_keyword,
    without_courtesy,
)
from referral.messaging.lexicon import all_words, table
from referral.messaging.plain_text import is_unspaced, plain, said, visible, without_accents, words

__all__ = ["READER_VERSION", "KeywordKind", "Reading", "ReplyKind", "keyword_of", "read_reply"]


def _opening(phrase: str) -> str:
    """A pattern of a phrase that may begin with a capital."""
    return f"[{phrase[0]}{phrase[0].upper()}]{re.escape(phrase[1:])}"


#: Words that may follow "wrong number" before the message tells a story of its own.
_SHORT_TAIL = 5
_SHORT_UNSPACED = 12
#: The whole message is one of these: an emergency number typed to us instead of being called.
_CRISIS_NUMBERS = frozenset({"911", "988", "9 1 1", "9 8 8", "sos"})
_CRISIS, _WRONG = phrases_of(table("crisis")), phrases_of(table("wrong_number"))
_NO_CRISIS = blanking("no_crisis")
_WRONG_UNSPACED = tuple(phrase for phrase in _WRONG.exact if is_unspaced(phrase))
_WRONG_STARTS = tuple(without_accents(words(plain(phrase))) + " " for phrase in all_words("wrong_number_starts"))
_ABOUT_OTHERS = frozenset(without_accents(words(plain(word))) for word in all_words("about_others"))
#: "No soy Maria", "This is not Ana": a name is known by its capital, so that "no soy elegible" is no wrong number.
_NOT_THAT_NAME = re.compile(
    rf"\W*(?:{'|'.join(sorted(map(_opening, all_words('not_that_name')), key=len, reverse=True))})"
    r"(?: (?!(?:I|A)\b)[^\W\d_a-zа-я][^\W\d_]*[a-zà-ÿа-яё]){1,3}\W*"
)


@dataclass(frozen=True)
class _Reply:
    """A reply in the forms that the rules compare."""

    original: str
    plain: str
    words: str
    core: str
    options: Collection[str]
    known: Vocabulary


def read_reply(text: str, options: Collection[str], language: str) -> Reading:
    """What a reply to a question with these digits means. Never raises, whatever the text.

    `options` are the digits offered ({"1", "2", "9"}), `language` the BCP-47 tag of the patient's written language.
    STOP, danger and wrong numbers are understood in every language; yes and no in the patient's and in English.
    """
    plain_text = plain(text)
    spaced = words(plain_text)
    original = unicodedata.normalize("NFKC", text.replace("’", "'")).strip()
    reply = _Reply(original, plain_text, spaced, without_courtesy(spaced), options, vocabulary_of(language))
    found = (rule(reply) for rule in _RULES)
    reading = next((one for one in found if one), Reading(ReplyKind.FREE_TEXT, None, "free_text"))
    return replace(reading, also=_also(reply, reading.kind))


def _tapback(reply: _Reply) -> Reading | None:
    return Reading(ReplyKind.TAPBACK, None, "tapback") if is_tapback(reply.plain) else None


def _empty(reply: _Reply) -> Reading | None:
    return None if reply.words else Reading(ReplyKind.EMPTY, None, "nothing_to_read")


def _stop(reply: _Reply) -> Reading | None:
    found = read_keyword(reply.original)
    return Reading(ReplyKind.STOP, None, found.rule) if found and found.kind is KeywordKind.STOP else None


def _crisis(reply: _Reply) -> Reading | None:
    if _CRISIS.within(" ".join(_NO_CRISIS.sub(" ~ ", reply.words).split())) or reply.core in _CRISIS_NUMBERS:
        return Reading(ReplyKind.CRISIS, None, "crisis_words")
    return None


def _help_or_start(reply: _Reply) -> Reading | None:
    found = read_keyword(reply.original)
    return Reading(ReplyKind(found.kind.value), None, found.rule) if found else None


def _wrong_number(reply: _Reply) -> Reading | None:
    short = len(reply.words) <= _SHORT_UNSPACED
    whole = _WRONG.equal(reply.core) or _WRONG.equal(reply.words)
    if whole or (short and any(said(phrase, reply.words) for phrase in _WRONG_UNSPACED)):
        return Reading(ReplyKind.WRONG_NUMBER, None, "wrong_number_words")
    core = without_accents(reply.core.removeprefix("sorry ").removeprefix("no "))
    start = next((start for start in _WRONG_STARTS if f"{core} ".startswith(start)), None)
    tail = core[len(start) :].split() if start else []
    if start and len(tail) <= _SHORT_TAIL and not _ABOUT_OTHERS.intersection(tail):
        return Reading(ReplyKind.WRONG_NUMBER, None, "wrong_number_words")
    if _NOT_THAT_NAME.fullmatch(visible(reply.original)):
        return Reading(ReplyKind.WRONG_NUMBER, None, "not_that_name")
    return None


def _possible_stop(reply: _Reply) -> Reading | None:
    if may_mean_stop(reply.words):
        return Reading(ReplyKind.REVIEW_POSSIBLE_STOP, None, "stop_word_in_sentence")
    return None


def _digit(reply: _Reply) -> Reading | None:
    return read_digit(reply.plain, reply.words, reply.options, reply.known)


def _yes_or_no(reply: _Reply) -> Reading | None:
    if reply.core in reply.known.not_english:
        return Reading(ReplyKind.UNCLEAR, None, "word_of_two_languages")
    if reply.known.is_yes(reply.core) or reply.known.is_yes(reply.words):
        return _worded("1", reply, "yes_word")
    if reply.known.is_no(reply.core) or reply.known.is_no(reply.words):
        return _worded("2", reply, "no_word")
    return None


def _worded(digit: str, reply: _Reply, rule: str) -> Reading:
    if asks_back(reply.plain):
        return Reading(ReplyKind.UNCLEAR, None, "asked_back")
    if digit == "1" and reply.core in reply.known.polite_yes and reply.core != reply.words:
        return Reading(ReplyKind.UNCLEAR, None, "polite_yes")
    if digit == "1" and says_no_by_sign(reply.plain):
        return Reading(ReplyKind.UNCLEAR, None, "word_against_sign")
    if digit not in reply.options:
        return Reading(ReplyKind.UNCLEAR, None, f"{rule}_not_offered")
    return Reading(ReplyKind.OPTION, digit, rule)


_Rule = Callable[[_Reply], Reading | None]
#: Danger comes before a doubtful stop word: "I want to end it all" must never be only a question about texts.
_RULES: tuple[_Rule, ...] = (
    _tapback,
    _empty,
    _stop,
    _crisis,
    _help_or_start,
    _wrong_number,
    _possible_stop,
    _digit,
    _yes_or_no,
)
#: What must not be hidden behind a kind that was found first.
_NEVER_HIDDEN: tuple[_Rule, ...] = (_crisis, _wrong_number, _possible_stop)


def _also(reply: _Reply, kind: ReplyKind) -> tuple[ReplyKind, ...]:
    if kind in {ReplyKind.TAPBACK, ReplyKind.EMPTY}:
        return ()
    found = (rule(reply) for rule in _NEVER_HIDDEN)
    hidden = {ReplyKind.REVIEW_POSSIBLE_STOP} if kind is ReplyKind.STOP else set()
    return tuple(one.kind for one in found if one and one.kind is not kind and one.kind not in hidden)
