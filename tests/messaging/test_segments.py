"""Segments: what a text costs, letter by letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral.messaging.segments import Encoding, Segments, measure, offending_letters

GSM, UCS = Encoding.GSM_7, Encoding.UCS_2
FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(GSM, 0, 1)),  # Twilio shows one segment for nothing
        ("a" * 160, Segments(GSM, 160, 1)),
        ("a" * 161, Segments(GSM, 161, 2)),
        ("a" * 306, Segments(GSM, 306, 2)),
        ("a" * 307, Segments(GSM, 307, 3)),
        ("€" * 80, Segments(GSM, 160, 1)),  # an escape counts two
        ("a" * 159 + "€", Segments(GSM, 161, 2)),
        ("a" * 152 + "€" + "a" * 152, Segments(GSM, 306, 3)),  # an escape is not cut in two
        ("ñ¿é¡ü" * 32, Segments(GSM, 160, 1)),  # Spanish letters that GSM-7 holds
        ("á" + "a" * 69, Segments(UCS, 70, 1)),  # one á makes the whole message dear
        ("á" + "a" * 70, Segments(UCS, 71, 2)),
        ("中" * 134, Segments(UCS, 134, 2)),
        ("中" * 135, Segments(UCS, 135, 3)),
        ("😀" * 35, Segments(UCS, 70, 1)),  # a surrogate pair counts two
        ("😀" * 67, Segments(UCS, 134, 3)),  # 33 pairs fit a segment of 67: no pair is cut
        ("中" * 66 + "नि" + "中" * 10, Segments(UCS, 78, 2)),  # a letter stays with its vowel sign
        ("中" * 60 + FAMILY + "中" * 60, Segments(UCS, 128, 3)),  # an emoji stays with its parts
        ("中" * 65 + "🇺🇸" + "中" * 65, Segments(UCS, 134, 3)),  # a flag is two halves that stay together
    ],
)
def test_a_text_costs_what_twilios_calculator_shows(text: str, expected: Segments) -> None:
    assert measure(text) == expected


def test_offending_letters_are_named_once_and_in_order() -> None:
    assert offending_letters("¿Está aquí? Sí, así está.") == ("á", "í")


def test_the_letters_that_gsm_holds_offend_nothing() -> None:
    assert offending_letters("àèéìòùñÑäöüÄÖÜßåÅæÆøØÉÇ¿¡£¥€^{}[]~|\\\f\n") == ()


@given(st.text(max_size=400))
def test_the_count_always_suffices_for_the_units(text: str) -> None:
    size = measure(text)

    room = {GSM: (160, 153), UCS: (70, 67)}[size.encoding]

    assert size.count == 1 if size.units <= room[0] else size.count * room[1] >= size.units
