"""What holds for every reply: nothing raises, doubt carries no value, and spelling changes nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral.followups.replies import READER_VERSION, Reading, ReplyKind, keyword_of, read_reply
from referral.messaging.keywords import KeywordKind
from referral.messaging.lexicon import LEXICONS, RULES_VERSION, all_words, table
from referral.messaging.plain_text import plain, words
from tests.followups.test_replies import EIGHT
from tests.followups.test_reply_vectors import vectors_of

QUESTION = ("1", "2", "3", "9")
#: (language, text) of all our vectors.
SAID = [(language, vector["text"]) for language in EIGHT for vector in vectors_of(language)]
PIECES = [*(text for _language, text in SAID), *"0123456789", "٩", "１", ".", ",", "\n", "“", "”", "?", "👎", "\u200f"]

LANGUAGES = st.one_of(st.sampled_from(EIGHT), st.sampled_from(sorted(LEXICONS)), st.text(max_size=12))
OPTIONS = st.one_of(st.sets(st.sampled_from("0123456789")), st.lists(st.text(max_size=3), max_size=4))
TEXTS = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cs", "Cf", "Cc", "Mn", "Nd", "No", "Lo", "So"])),
    st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join),
    st.binary().map(lambda raw: raw.decode("utf-16-le", "surrogatepass") if len(raw) % 2 == 0 else ""),
)
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2069\ufeff\ufe0f\u00ad\u061c"
ZEROES = [chr(code) for code in range(0x110000) if unicodedata.decimal(chr(code), None) == 0]


@given(TEXTS, OPTIONS, LANGUAGES)
def test_no_text_raises_and_only_an_option_has_a_value(text: str, options: set[str], language: str) -> None:
    reading = read_reply(text, options, language)

    assert (reading.value in options) if reading.kind is ReplyKind.OPTION else reading.value is None
    assert reading.rule


@given(TEXTS, LANGUAGES)
def test_the_same_text_is_read_the_same(text: str, language: str) -> None:
    assert read_reply(text, QUESTION, language) == read_reply(text, frozenset(QUESTION), language)


@given(st.sampled_from(SAID), st.data())
def test_invisible_characters_change_nothing(said: tuple[str, str], data: st.DataObject) -> None:
    language, text = said
    at = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.sampled_from(INVISIBLE)), max_size=4))
    hidden = text
    for place, character in sorted(at, reverse=True):
        hidden = hidden[:place] + character + hidden[place:]

    assert read_reply(hidden, QUESTION, language) == read_reply(text, QUESTION, language)


def test_an_invisible_character_changes_no_vector() -> None:
    hidden = [(language, text[:place] + "\u200b" + text[place:], text) for language, text in SAID for place in (1, 3)]

    read = [(read_reply(shown, QUESTION, each), read_reply(text, QUESTION, each)) for each, shown, text in hidden]

    assert [pair for pair in read if pair[0] != pair[1]] == []


@given(st.sampled_from(SAID), st.sampled_from(ZEROES))
def test_the_script_of_the_digits_changes_nothing(said: tuple[str, str], zero: str) -> None:
    language, text = said
    other = "".join(chr(ord(zero) + int(each)) if each in "0123456789" else each for each in text)

    assert read_reply(other, QUESTION, language) == read_reply(text, QUESTION, language)


@given(st.sampled_from(SAID), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_the_form_of_unicode_changes_nothing(said: tuple[str, str], form: str) -> None:
    language, text = said

    assert read_reply(unicodedata.normalize(form, text), QUESTION, language) == read_reply(text, QUESTION, language)


@pytest.mark.parametrize(("language", "text"), SAID)
def test_capitals_change_nothing_but_where_they_tell_a_name(language: str, text: str) -> None:
    reading = read_reply(text, QUESTION, language)
    spellings = [read_reply(other, QUESTION, language) for other in (text.upper(), text.lower(), text.swapcase())]

    if reading.rule == "not_that_name":  # "No soy Maria" is known by the capital: without it a person reads it
        assert {other.kind for other in spellings} <= {ReplyKind.WRONG_NUMBER, ReplyKind.FREE_TEXT}
    else:
        assert spellings == [reading] * 3


@pytest.mark.parametrize("word", all_words("stop"))
def test_a_stop_word_alone_is_a_stop_whatever_the_language(word: str) -> None:
    dressed = [word, word.upper(), f"{word}!", f" {word} .", f"\u200f{word}", unicodedata.normalize("NFD", word)]
    readings = {read_reply(text, QUESTION, language).kind for text in dressed for language in EIGHT}

    assert readings == {ReplyKind.STOP}
    assert {keyword_of(text) for text in dressed} == {KeywordKind.STOP}


@pytest.mark.parametrize("language", EIGHT)
def test_no_yes_or_no_of_another_language_answers(language: str) -> None:
    root = language.split("-")[0]
    answers = [
        (other, word) for name in ("yes_words", "no_words") for other, all_ in table(name).items() for word in all_
    ]
    own = {_bare(word) for other, word in answers if other in {root, "en"}}
    digitless = [
        (other, word) for other, word in answers if not any(map(str.isdigit, word))
    ]  # "la2": "the 2" in Spanish
    foreign = [word for other, word in digitless if other not in {root, "en"} and _bare(word) not in own]
    answered = [word for word in foreign if read_reply(word, QUESTION, language).value]

    assert answered == []


@pytest.mark.parametrize("language", EIGHT)
def test_the_languages_that_have_texts_have_words_for_everything(language: str) -> None:
    lexicon = LEXICONS[language.split("-")[0]]
    wanted = (
        "stop stop_phrases possible_stop help yes_words no_words denies doubts wrong_number crisis belongs numerals"
    )

    assert [name for name in wanted.split() if not getattr(lexicon, name)] == []
    assert lexicon.belongs.keys() >= set("1234567") | {"8", "9"}


def test_the_version_tells_the_rules_and_the_words() -> None:
    rules, _dot, fingerprint = READER_VERSION.partition(".")

    assert (rules, len(fingerprint)) == (RULES_VERSION, 8)


@given(st.sampled_from(SAID), st.sampled_from(SAID))
def test_two_answers_in_one_text_never_close_against_a_stop_or_danger(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    reading = read_reply(f"{one[1]}\n{other[1]}", QUESTION, one[0])
    alone: Reading = read_reply(other[1], QUESTION, one[0])

    if alone.kind is ReplyKind.CRISIS:
        assert ReplyKind.CRISIS in {reading.kind, *reading.also} or reading.kind is ReplyKind.TAPBACK


def _bare(word: str) -> str:
    """A word as an accent-blind reader sees it."""
    apart = unicodedata.normalize("NFD", words(plain(word)))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
