"""The files of words: each is read whole, and what cannot be used is refused by its name."""

from pathlib import Path

import pytest

from referral.messaging.lexicon import FOLDER, LEXICONS, LexiconError, load_lexicons


def test_every_file_is_a_language() -> None:
    assert set(LEXICONS) == {file.stem for file in FOLDER.iterdir()}


def test_no_list_says_a_word_twice() -> None:
    twice = [
        (language, name, word)
        for language, lexicon in LEXICONS.items()
        for name, listed in vars(lexicon).items()
        if isinstance(listed, tuple)
        for word in set(listed)
        if listed.count(word) > 1
    ]

    assert twice == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("status: draft\nno_words: [no]", "no_words is a list of words, each in quotation marks"),  # YAML's false
        ('status: draft\nyess: ["sí"]', "there is no list called yess"),
        ('stop: ["alto"]', "status is draft or reviewed"),
        ('status: draft\nbelongs: {1: ["sí"]}', "belongs wants digits in quotation marks"),
        ('status: draft\nstop: "alto"', "stop is a list of words"),
        ("", "lists of words are wanted"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(content: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "xx.yaml").write_text(content, "utf-8")

    with pytest.raises(LexiconError, match=why) as refused:
        load_lexicons(tmp_path)

    assert str(refused.value).startswith("xx.yaml: ")
