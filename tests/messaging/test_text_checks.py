"""The checks of patient texts: the shipped catalog passes, and each check finds its fault."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from referral.messaging.catalog import PatientText, ReviewStatus, TextVersion, digest_of, shipped_catalog
from referral.messaging.reading_grade import reading_grade, syllables_of
from referral.messaging.text_checks import (
    LONGEST_FACTS,
    Check,
    check_catalog,
    check_text,
)

ENGLISH = "{clinic}: Did it work out? Reply 1 yes, 2 no. STOP to end."
SPANISH = "{clinic}: ¿Ya se pudo? Responda 1 ya, 2 no. STOP: no recibir."
ARABIC = "هل تم ذلك؟ 1 نعم، 2 لا. STOP {clinic}"


def version(language: str, body: str) -> TextVersion:
    """A draft of the sample in a language."""
    return TextVersion(language, body, ReviewStatus.DRAFT, digest_of(ENGLISH))


def sample(language: str = "es", body: str = SPANISH) -> PatientText:
    """The sample text in English and one more language (or with another English version)."""
    versions = {"en": version("en", ENGLISH)} | {language: version(language, body)}
    return PatientText(
        key="sample",
        purpose="",
        options={"1": "yes", "2": "no"},
        must_say=("STOP",),
        resend_ok=True,
        source_language="en",
        source_body=ENGLISH,
        versions=MappingProxyType(versions),
    )


def checks_of(text: PatientText) -> set[Check]:
    """The checks that found something."""
    return {finding.check for finding in check_text(text)}


def test_the_shipped_catalog_has_no_findings() -> None:
    assert check_catalog(shipped_catalog()) == ()


def test_the_longest_facts_are_as_long_as_the_rules_say() -> None:
    menus = [", ".join(text.options) for text in shipped_catalog().texts.values()]

    assert [len(LONGEST_FACTS[name]) for name in ("clinic", "phone")] == [20, 12]
    assert LONGEST_FACTS["options"] == max(menus, key=len)


@pytest.mark.parametrize(("language", "body"), [("es", SPANISH), ("ar", ARABIC), ("es-MX", SPANISH)])
def test_a_sound_text_has_no_findings(language: str, body: str) -> None:
    assert check_text(sample(language, body)) == ()


@pytest.mark.parametrize(
    ("language", "body", "check"),
    [
        ("en", ENGLISH + "!", Check.SOURCE),  # the English version is not the source text
        ("es", SPANISH.replace("{clinic}", "Clinica"), Check.PLACEHOLDERS),
        ("es", SPANISH + " {phone}", Check.PLACEHOLDERS),
        ("es", SPANISH.replace("2 no", "3 no"), Check.DIGITS),  # another digit
        ("es", SPANISH.replace(", 2 no", ""), Check.DIGITS),  # an option lost
        ("es", SPANISH.replace("Ya", "Allá"), Check.LETTERS),  # á is outside GSM-7
        ("es", SPANISH + " Ya no. Ya no." * 10, Check.LENGTH),
        ("vi", "{clinic}: đã xong chưa? 1 rồi, 2 chưa. STOP " + "đ" * 160, Check.LENGTH),
        ("fr", SPANISH.replace("Ya", "e\u0301t"), Check.NFC),
        ("es", SPANISH + " Comida.", Check.UNWANTED_WORD),  # names the need
        ("es", SPANISH + " Food pantry.", Check.UNWANTED_WORD),  # in English too
        ("es", SPANISH + " Diabetes.", Check.UNWANTED_WORD),
        ("es", SPANISH + " Responda AYUDA.", Check.ASKS_FOR_A_WORD),
        ("es", SPANISH + " Reply YES.", Check.ASKS_FOR_A_WORD),
        ("es", SPANISH.replace("STOP", "ALTO"), Check.MUST_SAY),
        ("es", SPANISH + " Extraordinariamente necesitamos comunicaciones administrativas.", Check.READING_GRADE),
        ("ar", "{clinic} " + ARABIC.replace(" {clinic}", ""), Check.DIRECTION),  # starts with a Latin name
        ("ar", ARABIC + "\u2067", Check.DIRECTION),
    ],
)
def test_each_check_finds_its_fault(language: str, body: str, check: Check) -> None:
    assert check in checks_of(sample(language, body))


def test_a_translation_of_an_older_english_is_found() -> None:
    text = replace(sample(), source_body=ENGLISH + " New.")

    assert Check.SOURCE in checks_of(text)


def test_a_review_without_name_qualification_and_day_is_found() -> None:
    text = sample()
    reviewed = replace(text.versions["es"], status=ReviewStatus.REVIEWED, reviewer="A. Ruiz")
    complete = replace(reviewed, reviewer_qualification="certified translator", reviewed_on=date(2026, 11, 2))

    assert Check.REVIEW in checks_of(replace(text, versions={"es": reviewed}))
    assert checks_of(replace(text, versions={"es": complete})) == set()


@pytest.mark.parametrize(
    ("word", "language", "syllables"),
    [
        ("call", "en", 1),
        ("waiting", "en", 2),
        ("closed", "en", 1),
        ("wanted", "en", 2),
        ("emergency", "en", 4),
        ("solicitud", "es", 4),
        ("llame", "es", 2),
        ("queda", "es", 2),
        ("ciudad", "es", 2),
        ("leer", "es", 2),
        ("teléfono", "es", 4),
        ("día", "es", 2),
        ("cuidado", "es", 3),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, language: str, syllables: int) -> None:
    assert syllables_of(word, language) == syllables


def test_a_hard_text_has_a_higher_grade_than_a_plain_one() -> None:
    hard = "Participation necessitates comprehensive documentation of your household circumstances."

    assert reading_grade("Call us. We can help you now.", "en") < 3
    assert reading_grade(hard, "en") > 12


def test_a_language_without_formula_is_not_graded() -> None:
    with pytest.raises(ValueError, match="vi"):
        reading_grade("xin chào", "vi")
