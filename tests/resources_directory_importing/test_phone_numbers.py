"""Phone numbers as directories write them."""

import pytest

from resources_directory.importing.phone_numbers import phone_number
from resources_directory.importing.report import DefectCode


@pytest.mark.parametrize(
    ("text", "number", "extension", "code"),
    [
        ("305-555-0100 x57471", "305-555-0100", "57471", DefectCode.PHONE_EXTENSION_INSIDE),
        ("(202) 555-0100 ext 22", "(202) 555-0100", "22", DefectCode.PHONE_EXTENSION_INSIDE),
        ("305-555-0100 xOPT2", "305-555-0100", "OPT2", DefectCode.PHONE_EXTENSION_INSIDE),
        ("1 (202) 555-0100", "202-555-0100", "", DefectCode.PHONE_ELEVEN_DIGITS),
        ("12025550100", "202-555-0100", "", DefectCode.PHONE_ELEVEN_DIGITS),
        ("211", "211", "", DefectCode.PHONE_SHORT_CODE),
        ("9-1-1", "9-1-1", "", DefectCode.PHONE_SHORT_CODE),
        ("000-000-*347", "000-000-*347", "", DefectCode.PHONE_UNREADABLE),
        ("call the desk", "call the desk", "", DefectCode.PHONE_UNREADABLE),
        ("305-555-0100 or 305-555-0101", "305-555-0100 or 305-555-0101", "", DefectCode.PHONE_UNREADABLE),
    ],
)
def test_a_number_with_a_defect_is_mended_or_kept_and_named(
    text: str, number: str, extension: str, code: DefectCode
) -> None:
    found = phone_number(text)

    assert (found.number, found.extension, found.codes) == (number, extension, (code,))


@pytest.mark.parametrize("text", ["305-555-0100", "(202) 555-0100", "202.555.0100", "+44 1234 234567", "800-555-FOOD"])
def test_a_sound_number_stays_as_it_is(text: str) -> None:
    assert phone_number(text).number == text
    assert phone_number(text).codes == ()
