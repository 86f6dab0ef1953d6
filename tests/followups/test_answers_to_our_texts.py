"""What our texts offer can be typed back: the digit with the very words that stand beside it in the text."""

import re

import pytest

from referral.followups.replies import ReplyKind, keyword_of, read_reply
from referral.messaging.catalog import shipped_catalog

OFFER = re.compile(r"(?<![\w{])([1-9]) ([^,.?，。؟،]+)")

OFFERED = [
    (text.key, version.language, digit, words.strip())
    for text in shipped_catalog().texts.values()
    for version in text.versions.values()
    for digit, words in OFFER.findall(version.body)
    if digit in text.options and len(text.options) > 1
]


@pytest.mark.parametrize(("key", "language", "digit", "words"), OFFERED)
def test_a_digit_with_its_printed_words_is_that_digit(key: str, language: str, digit: str, words: str) -> None:
    options = set(shipped_catalog().text(key).options)

    assert read_reply(f"{digit} {words}", options, language).value == digit
    assert read_reply(f"{digit}. {words.upper()}", options, language).value == digit


def test_every_menu_is_tried() -> None:
    menus = [text for text in shipped_catalog().texts.values() if len(text.options) > 1]

    assert len(OFFERED) == sum(len(text.options) * len(text.versions) for text in menus)


@pytest.mark.parametrize("key", sorted(shipped_catalog().texts))
def test_a_reaction_to_any_of_our_texts_is_a_tapback(key: str) -> None:
    bodies = [version.body for version in shipped_catalog().text(key).versions.values()]

    assert {read_reply(f"Liked “{body}”", {"1"}, "en").kind for body in bodies} == {ReplyKind.TAPBACK}
    assert {keyword_of(f"Loved “{body}”") for body in bodies} == {None}
