"""Every way a reply can be read has words for people, in each language of the pages."""

import ast
import re
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

from referral.followups import replies, reply_digits
from referral.followups.reading import ReplyKind
from referral.followups.replies import read_reply
from referral.followups.states import OPTIONS
from referral.kit.i18n import page_languages, speaking
from referral.messaging import keywords
from referral.messaging.reading_words import DIGITS, KINDS, RULES, reading_words
from tests.followups.test_replies import EIGHT
from tests.followups.test_reply_vectors import QUESTION, vectors_of


def test_every_kind_has_words() -> None:
    assert set(KINDS) == set(ReplyKind) - {ReplyKind.OPTION}


def test_every_digit_that_we_offer_has_a_meaning() -> None:
    assert {digit for options in OPTIONS.values() for digit in options} <= set(DIGITS)


def test_every_rule_that_decided_any_vector_has_words() -> None:
    told = [(vector, language) for language in EIGHT for vector in vectors_of(language)]
    decided = {read_reply(vector["text"], vector.get("options", QUESTION), code).rule for vector, code in told}

    assert decided <= set(RULES)


@pytest.mark.parametrize("file", [replies, reply_digits, keywords], ids=lambda module: module.__name__)
def test_every_rule_in_the_reader_has_words(file: ModuleType) -> None:
    tree = ast.parse(Path(file.__file__ or "").read_text())
    ends = [call.args[-1] for call in ast.walk(tree) if isinstance(call, ast.Call) and call.args]
    named = {end.value for end in ends if isinstance(end, ast.Constant) and isinstance(end.value, str)}
    rules = {each for each in named if re.fullmatch("[a-z]+(_[a-z]+)+", each)} - LISTS

    assert rules
    assert rules <= set(RULES)


#: Names of word lists, which are called like rules.
LISTS = {
    "stop_phrases",
    "possible_stop",
    "no_crisis",
    "not_stop",
    "not_that_name",
    "wrong_number",
    "wrong_number_starts",
    "about_others",
}


@pytest.mark.parametrize("code", [language.code for language in page_languages()])
def test_a_reading_is_one_sentence_in_every_language_of_the_pages(code: str, app: Flask) -> None:
    with app.test_request_context(), speaking(code):
        sentences = {rule: reading_words("option", "1", f"{rule}@2-abc") for rule in RULES}

    assert len(set(sentences.values())) == len(RULES)
    assert all(sentence and sentence.endswith(".") for sentence in sentences.values())


def test_a_text_that_nobody_read_says_nothing_of_it() -> None:
    assert reading_words(None, None, None) is None
