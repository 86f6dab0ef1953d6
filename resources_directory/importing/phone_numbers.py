"""Reads phone numbers as directories write them: extensions inside, eleven digits, short codes such as 211."""

import re
from dataclasses import dataclass

from resources_directory.importing.report import DefectCode

#: "305-573-4200 x57471", "(202) 540-9862 ext. 22", "305-891-8850 xOPT2", "202-555-0100, option 2".
EXTENSION = re.compile(
    r"(?i)^(?P<number>.*?\d[\d\s().+/-]{5,}?)[\s,;]*(?:extension|ext\.?|x|#|option|opt\.?)\s*\.?:?\s*"
    r"(?P<extension>[\w*#]+(?:[ /,-][\w*#]+)*)\s*$"
)
SHORT_CODE = re.compile(r"^\d{3}$|^\d-\d-\d$")
ELEVEN = re.compile(r"^1\d{10}$")
#: What an E.164 number may have (ITU-T E.164: at most 15 digits); fewer than 7 is a local fragment.
LEAST_DIGITS, MOST_DIGITS = 7, 15


@dataclass(frozen=True)
class PhoneNumber:
    """A number and its extension, both as they may be shown, and the kinds of defect that were in the text."""

    number: str
    extension: str
    codes: tuple[DefectCode, ...]


def phone_number(text: str) -> PhoneNumber:
    """Return the number and the extension that a text holds.

    A number of eleven digits that begins with 1 loses the 1 (North American Numbering Plan). Short codes such as
    211 and texts that are no number are kept as they are and named.
    """
    number, extension, codes = text.strip(" \t\n\"'"), "", []
    match = EXTENSION.match(number)
    if match:
        number, extension = match["number"].strip(), match["extension"].strip()
        codes.append(DefectCode.PHONE_EXTENSION_INSIDE)
    digits = re.sub(r"\D", "", number)
    if ELEVEN.fullmatch(digits) and not number.startswith("+"):
        number = f"{digits[1:4]}-{digits[4:7]}-{digits[7:]}"
        codes.append(DefectCode.PHONE_ELEVEN_DIGITS)
    elif SHORT_CODE.fullmatch(number):
        codes.append(DefectCode.PHONE_SHORT_CODE)
    elif _is_no_number(number, digits):
        codes.append(DefectCode.PHONE_UNREADABLE)
    return PhoneNumber(number, extension, tuple(codes))


def _is_no_number(number: str, digits: str) -> bool:
    odd = re.sub(r"[\d\s().+/\-]", "", number)
    if odd and not re.fullmatch(r"[A-Za-z]{1,8}", odd):  # 1-800-FLOWERS is dialled by its letters
        return True
    return not LEAST_DIGITS <= len(digits) + len(odd) <= MOST_DIGITS
