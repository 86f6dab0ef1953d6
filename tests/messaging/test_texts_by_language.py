"""The texts of each language that the product ships: whole, drafts until somebody reviews them, every fault found.

Each check of messaging/text_checks.py is tried in each language on a text of the product that was spoiled on purpose.
"""

import unicodedata
from dataclasses import replace

import pytest

from referral.kit.i18n import LANGUAGES
from referral.messaging.catalog import ReviewStatus, shipped_catalog
from referral.messaging.composing import NEUTRAL_SENDER
from referral.messaging.segments import Encoding, measure, offending_letters
from referral.messaging.text_checks import GSM7_LANGUAGES, LONGEST_FACTS, Check, check_text, measure_at_longest
from referral.messaging.unwanted_words import UNWANTED

SHIPPED = ("en", "es", "zh-Hans", "vi", "ar", "ht", "ru", "ko")
TRANSLATED = SHIPPED[1:]
KEYS = sorted(shipped_catalog().texts)

ALL = [(key, language) for key in KEYS for language in SHIPPED]

#: It holds everything that the checks look at: a sender, a date, four digits and STOP.
QUESTION = shipped_catalog().text("check_outcome_d10")

#: A word that names a need, as a sentence would have it: declined, or with what its language ties on.
NEED = {
    "en": "Pantry", "es": "Comida", "zh-Hans": "免费食物", "vi": "Thực phẩm", "ar": "للطعام", "ht": "Manje",
    "ru": "Продуктами", "ko": "음식을",
}  # fmt: skip

#: A request to answer with a word that carriers take for themselves.
WORD_ASKED_FOR = {
    "en": ["Reply YES", "Text HELP"],
    "es": ["Responda SÍ", "Mande AYUDA"],
    "zh-Hans": ["请回复“是”", "发 HELP"],
    "vi": ["Nhắn CÓ", "Trả lời không", "Soạn HELP"],
    "ar": ["أرسل نعم", "الرد بكلمة مساعدة", "اكتبوا YES"],
    "ht": ["Reponn WI", "Voye HELP"],
    "ru": ["Ответьте ДА", "Отправьте «помощь»"],
    "ko": ["네라고 답해 주세요", "YES로 회신", "도움이라고 보내 주세요"],
}


def spoiled(language: str, body: str) -> set[Check]:
    """Return the checks that find something in the question with another body in one language."""
    version = replace(QUESTION.versions[language], body=body)
    text = replace(QUESTION, versions={language: version})
    return {finding.check for finding in check_text(text)}


def body_of(language: str) -> str:
    return QUESTION.versions[language].body


@pytest.mark.parametrize("key", KEYS)
def test_every_text_exists_in_every_language_of_the_product(key: str) -> None:
    assert tuple(shipped_catalog().text(key).versions) == SHIPPED


@pytest.mark.parametrize(("key", "language"), ALL)
def test_what_nobody_qualified_has_reviewed_is_a_draft(key: str, language: str) -> None:
    version = shipped_catalog().text(key).versions[language]

    assert version.status is (ReviewStatus.REVIEWED if language == "en" else ReviewStatus.DRAFT)
    assert (version.reviewer_qualification, version.reviewed_on) == (None, None)


@pytest.mark.parametrize(("key", "language"), ALL)
def test_a_text_takes_one_segment_or_two_and_one_more_for_a_link(key: str, language: str) -> None:
    text = shipped_catalog().text(key)
    size, links = measure_at_longest(text.versions[language]), "{link}" in text.source_body

    assert size.count <= (1 if language in GSM7_LANGUAGES else 2) + links


@pytest.mark.parametrize("language", SHIPPED)
def test_a_sender_that_tells_nothing_exists_and_is_no_longer_than_a_clinics(language: str) -> None:
    sender = NEUTRAL_SENDER[language]

    assert len(sender) <= len(LONGEST_FACTS["clinic"])
    assert language not in GSM7_LANGUAGES or not offending_letters(sender)


@pytest.mark.parametrize("language", SHIPPED)
def test_each_language_has_words_that_no_text_may_hold(language: str) -> None:
    assert len(UNWANTED[language.split("-")[0]]) >= 50


@pytest.mark.parametrize("language", SHIPPED)
def test_the_text_as_it_is_has_no_findings(language: str) -> None:
    assert spoiled(language, body_of(language)) == set()


@pytest.mark.parametrize("language", SHIPPED)
@pytest.mark.parametrize("change", [("{date}", "12"), ("{date}", "{date} {phone}"), ("{clinic}", "Hazel")])
def test_a_placeholder_lost_or_added_is_found(language: str, change: tuple[str, str]) -> None:
    assert Check.PLACEHOLDERS in spoiled(language, body_of(language).replace(*change))


@pytest.mark.parametrize("language", SHIPPED)
@pytest.mark.parametrize("digit", ["1", "2", "3", "9"])
def test_a_digit_lost_or_exchanged_is_found(language: str, digit: str) -> None:
    assert Check.DIGITS in spoiled(language, body_of(language).replace(digit, "-"))
    assert Check.DIGITS in spoiled(language, body_of(language).replace(digit, "5"))


@pytest.mark.parametrize("language", SHIPPED)
@pytest.mark.parametrize("figure", ["٩", "۹", "９", "९"])
def test_figures_that_stand_on_no_key_are_found(language: str, figure: str) -> None:
    assert Check.DIGITS in spoiled(language, body_of(language).replace("9", figure))


@pytest.mark.parametrize(("language", "letter"), [("en", "’"), ("es", "í"), ("ht", "È")])
def test_a_letter_that_forces_the_dear_alphabet_is_found(language: str, letter: str) -> None:
    found = spoiled(language, body_of(language) + letter)

    assert {Check.LETTERS, Check.LENGTH} <= found


@pytest.mark.parametrize("language", SHIPPED)
def test_a_text_that_is_too_long_is_found(language: str) -> None:
    longest = 160 if language in GSM7_LANGUAGES else 201
    units = measure_at_longest(QUESTION.versions[language]).units

    assert Check.LENGTH not in spoiled(language, body_of(language) + "." * (longest - units))
    assert Check.LENGTH in spoiled(language, body_of(language) + "." * (longest - units + 1))


@pytest.mark.parametrize("language", SHIPPED)
def test_letters_taken_apart_are_found(language: str) -> None:
    assert Check.NFC in spoiled(language, body_of(language) + " e\u0301")


@pytest.mark.parametrize("language", ["vi", "ar", "ru", "ko"])
def test_the_text_itself_taken_apart_is_found(language: str) -> None:
    assert Check.NFC in spoiled(
        language, unicodedata.normalize("NFD", shipped_catalog().text("sent").versions[language].body)
    )


@pytest.mark.parametrize("language", SHIPPED)
def test_a_need_is_found_in_the_language_and_in_english(language: str) -> None:
    assert Check.UNWANTED_WORD in spoiled(language, f"{body_of(language)} {NEED[language]}.")
    assert Check.UNWANTED_WORD in spoiled(language, f"{body_of(language)} Food bank.")


@pytest.mark.parametrize(
    ("language", "asked"), [(code, asked) for code, each in WORD_ASKED_FOR.items() for asked in each]
)
def test_a_request_to_answer_with_a_word_is_found(language: str, asked: str) -> None:
    assert Check.ASKS_FOR_A_WORD in spoiled(language, f"{body_of(language)} {asked}.")


@pytest.mark.parametrize("language", SHIPPED)
def test_a_stop_that_is_lost_is_found(language: str) -> None:
    assert Check.MUST_SAY in spoiled(language, body_of(language).replace("STOP", "ST0P"))
    assert Check.MUST_SAY in spoiled(language, body_of(language).replace("STOP", "STOPS"))


@pytest.mark.parametrize(("language", "hard"), [
    ("en", "Participation necessitates comprehensive documentation."),
    ("es", "Extraordinariamente necesitamos comunicaciones administrativas."),
])  # fmt: skip
def test_a_text_that_is_hard_to_read_is_found(language: str, hard: str) -> None:
    assert Check.READING_GRADE in spoiled(language, hard)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_of_another_english_text_is_found(language: str) -> None:
    version = replace(QUESTION.versions[language], source_sha256="0" * 64)

    assert Check.SOURCE in {found.check for found in check_text(replace(QUESTION, versions={language: version}))}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_review_without_name_qualification_and_day_is_found(language: str) -> None:
    version = replace(QUESTION.versions[language], status=ReviewStatus.REVIEWED, reviewer="A. Ruiz")

    assert Check.REVIEW in {found.check for found in check_text(replace(QUESTION, versions={language: version}))}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{clinic}: مرحبا", "a Latin name decides the direction"),
        ("9 مرحبا {clinic}", "a figure has no direction"),
        ("من {clinic}: \u2067مرحبا\u2069", "phones show isolates badly"),
        ("من {clinic}: للأسئلة {phone}", "the parts of the number change places"),
        ("من {clinic}: للأسئلة \u200e{phone}. STOP للإيقاف", "number and word change places"),
    ],
)
def test_an_arabic_text_that_a_phone_lays_out_wrongly_is_found(body: str, reason: str) -> None:
    assert Check.DIRECTION in spoiled("ar", body), reason


@pytest.mark.parametrize("key", KEYS)
def test_every_arabic_text_starts_with_a_word_from_right_to_left(key: str) -> None:
    body = shipped_catalog().text(key).versions["ar"].body

    assert {unicodedata.bidirectional(letter) for letter in body.split()[0]} == {"AL"}


@pytest.mark.parametrize("language", SHIPPED)
def test_the_encoding_is_the_one_its_letters_ask_for(language: str) -> None:
    expected = Encoding.GSM_7 if language in GSM7_LANGUAGES else Encoding.UCS_2

    assert {measure(shipped_catalog().text(key).versions[language].body).encoding for key in KEYS} == {expected}


def test_every_language_of_the_texts_can_be_chosen_for_a_patient() -> None:
    assert set(SHIPPED) <= set(LANGUAGES)
