"""Free text as its writer meant it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources_directory.importing.report import DefectCode
from resources_directory.importing.wording import is_shouted, mended_text, without_mojibake


@pytest.mark.parametrize(
    ("raw", "text", "code"),
    [
        ("the womanGÇÖs GÇ£shelterGÇ¥", "the woman’s “shelter”", DefectCode.MOJIBAKE),
        ("Espa+¦ol, ni+¦os, informaci+¦n, Ingl+¬s", "Español, niños, información, Inglés", DefectCode.MOJIBAKE),
        ("CafÃ© donâ€™t", "Café don’t", DefectCode.MOJIBAKE),
        ("they&rsquo;re &amp; we", "they’re & we", DefectCode.HTML_ENTITY),
        (r"one\ntwo\r\nthree", "one\ntwo\nthree", DefectCode.LITERAL_NEWLINE),
        ("Call first. ###MON### ####COL###", "Call first.", DefectCode.MARKER),
        ("#REF!", "", DefectCode.EXCEL_ERROR),
        ("   ", "", DefectCode.BLANK_VALUE),
    ],
)
def test_a_damaged_text_is_made_readable_and_named(raw: str, text: str, code: DefectCode) -> None:
    mended = mended_text(raw)

    assert mended.text == text
    assert mended.codes == (code,)


@pytest.mark.parametrize(
    "text",
    ["São Paulo, naïve café, Ñandú", "a#b", "C# and F#", "https://a.org/?x=1&copy=2", "10 + 5 - 3", "½ price – daily"],
)
def test_a_sound_text_stays_as_it_is(text: str) -> None:
    assert mended_text(text).text == text
    assert mended_text(text).codes == ()


@given(st.text(alphabet=st.characters(exclude_characters="\x00"), max_size=60))
def test_mending_mojibake_twice_changes_nothing_more_in_ascii_and_never_fails(text: str) -> None:
    mended = without_mojibake(text)

    assert (mended == text) or not text.isascii()


@pytest.mark.parametrize(
    ("name", "shouted"),
    [
        ("ELM STREET PANTRY", True),
        ("YMCA", False),
        ("Elm Street", False),
        ("A B C", False),
        ("餐 厅 服 务 中 心 站", False),
    ],
)
def test_a_name_in_capitals_is_told_from_an_acronym(name: str, shouted: bool) -> None:
    assert is_shouted(name) is shouted
