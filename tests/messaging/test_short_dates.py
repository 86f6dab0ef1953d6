"""Days in texts: short, in the language's own order, and never two bare numbers."""

from datetime import date

import pytest

from referral.kit.i18n import LANGUAGES
from referral.messaging.segments import Encoding, measure
from referral.messaging.short_dates import longest_day, short_day

NOVEMBER_12 = date(2026, 11, 12)
EVERY_MONTH = [date(2026, month, 5) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "Nov 12"),
        ("es", "12 nov"),
        ("es-MX", "12 nov"),
        ("zh-Hans", "11月12日"),
        ("zh-Hant", "11月12日"),
        ("vi", "12 thg 11"),
        ("ar", "12 نوفمبر"),
        ("ht", "12 nov"),
        ("ru", "12 нояб"),
        ("ru-RU", "12 нояб"),
        ("ko", "11월 12일"),
        ("so", "12 Nof"),
        ("hmn", "12 Nov"),  # no locale data: a month in English letters, which two bare numbers would not be
    ],
)
def test_a_day_is_written_as_its_language_writes_it(language: str, shown: str) -> None:
    assert short_day(NOVEMBER_12, language) == shown


@pytest.mark.parametrize(
    ("language", "longest"),
    [("en", 6), ("es", 6), ("zh-Hans", 6), ("vi", 9), ("ar", 9), ("ht", 7), ("ru", 7), ("ko", 7)],
)
def test_the_longest_day_is_short(language: str, longest: int) -> None:
    assert len(longest_day(language)) == longest


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_days_of_a_year_look_alike(language: str) -> None:
    shown = {short_day(day.replace(day=number), language) for day in EVERY_MONTH for number in range(1, 29)}

    assert len(shown) == 12 * 28


@pytest.mark.parametrize("language", ["en", "es", "ht"])
def test_no_month_forces_a_text_into_the_dear_alphabet(language: str) -> None:
    assert {measure(short_day(day, language)).encoding for day in EVERY_MONTH} == {Encoding.GSM_7}
