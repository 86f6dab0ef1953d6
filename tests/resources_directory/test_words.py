"""Text broken into words that compare alike."""

import pytest

from resources_directory.words import search_words, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Food Pantries", ["food", "pantry"]),
        ("Asistencia para niños", ["asistencia", "para", "nino"]),
        ("bus passes, gas, food boxes", ["bus", "pass", "gas", "food", "box"]),
        ("women's shelter", ["women", "shelter"]),
        ("24-hour help_line!", ["24", "hour", "help", "line"]),
        ("食物银行", ["食", "物", "银", "行"]),
        ("한국어", ["한국어"]),
        ("سكن، نقل", ["سكن", "نقل"]),
        ("", []),
        ("'; DROP TABLE --", ["drop", "table"]),
    ],
    ids=[
        "plural",
        "accents",
        "short plurals stay",
        "possessive",
        "marks",
        "unspaced",
        "hangul",
        "arabic",
        "none",
        "sql",
    ],
)
def test_words_compare_without_case_accents_marks_and_plurals(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_common_words_are_not_searched_for() -> None:
    assert search_words("I need help with the rent") == ["rent"]


def test_common_words_are_searched_for_when_there_is_nothing_else() -> None:
    assert search_words("help with the") == ["help", "with", "the"]


def test_a_very_long_text_makes_a_short_search() -> None:
    assert len(search_words(" ".join(f"word{n}" for n in range(1000)))) == 12
