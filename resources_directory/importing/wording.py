"""Mends free text: mojibake, HTML entities, literal backslash-n, leftover markers and spreadsheet errors."""

import html
import re
from dataclasses import dataclass

from resources_directory.importing.report import DefectCode

#: UTF-8 punctuation and letters that were read as code page 437 and then squeezed into a Western code page:
#: Greek gamma became G, box lines became + and -. Seen in exports of 2019 made through a DOS code page.
CODE_PAGE_437 = {
    "GÇÖ": "’",
    "GÇÿ": "‘",
    "GÇ£": "“",
    "GÇ¥": "”",
    "GÇô": "–",
    "GÇö": "—",
    "GÇæ": "‑",
    "GÇª": "…",
    "GÇó": "•",
    "GÇï": "",
    "Gäó": "™",
    "+í": "á",
    "+á": "à",
    "+¬": "é",
    "+¡": "í",
    "+¦": "ó",
    "+º": "ç",
    "+ë": "É",
    "-á": " ",
    "-«": "®",
    "-¬": "©",
    "-Ç-£": "“",
    "-Ç-¥": "”",
    "-Ç-Ö": "’",
    "-ô": "“",
    "-ö": "”",
    "-Æ": "’",
    "-û": "–",
}
#: "+¦" stands for ó (most words) and for ñ; these are the words in which it is ñ.
ENYE = re.compile(r"(?i)(espa|ni|a|se|ma|pe|compa|ense|dise)\+¦(?=ol|o|a|u|e)")
MOJIBAKE_437 = re.compile("|".join(re.escape(key) for key in sorted(CODE_PAGE_437, key=len, reverse=True)))
#: UTF-8 read as Windows-1252 ("â€™", "Ã©"): a lead byte and its continuation bytes, as characters.
CONTINUATION = (
    "[\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019"
)
CONTINUATION += "\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
MOJIBAKE_1252 = re.compile(f"[\u00c2-\u00df]{CONTINUATION}|[\u00e0-\u00ef]{CONTINUATION}{{2}}")

#: HTML named and numbered entities that end with a semicolon; a bare "&copy" inside a URL is left alone.
ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
LITERAL_NEWLINE = re.compile(r"(?:\\r)?\\n")
#: Leftovers of an editor's macros such as ###MON###.
MARKER = re.compile(r"#{2,}[A-Z]{2,10}#{2,}")
EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b]")
BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


@dataclass(frozen=True)
class Mended:
    """A text made readable, and the kinds of defect that were in it, in the order of mending."""

    text: str
    codes: tuple[DefectCode, ...]


def mended_text(raw: str) -> Mended:
    """Return a text as its writer meant it.

    Blank and spreadsheet-error values become an empty text. Line ends become "\\n", three and more of them two.
    """
    if not raw.strip():
        return Mended("", (DefectCode.BLANK_VALUE,) if raw else ())
    if raw.strip().upper() in EXCEL_ERRORS:
        return Mended("", (DefectCode.EXCEL_ERROR,))
    codes = []
    text = CONTROL.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))
    for code, mend in MENDS:
        better = mend(text)
        if better != text:
            codes.append(code)
            text = better
    if MARKER.search(raw) or LITERAL_NEWLINE.search(raw):
        text = BLANK_LINES.sub("\n\n", text)
    return Mended(text.strip(), tuple(codes))


def without_mojibake(text: str) -> str:
    """Return the text with twice-decoded characters put right; ordinary accents stay as they are."""
    if text.isascii():
        return text
    text = ENYE.sub(r"\1ñ", text)
    text = MOJIBAKE_437.sub(lambda match: CODE_PAGE_437[match.group()], text)
    return MOJIBAKE_1252.sub(_decoded_again, text)


def is_shouted(name: str) -> bool:
    """Return whether a name of more than one word is written in capitals only (acronyms are not)."""
    letters = [letter for letter in name if letter.isalpha()]
    return len(letters) > 5 and name.isupper() and len(name.split()) > 1


def _decoded_again(match: re.Match[str]) -> str:
    raw = b"".join(_byte(character) for character in match.group())
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return match.group()


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")


def _without_entities(text: str) -> str:
    return ENTITY.sub(lambda match: html.unescape(match.group()), text)


def _with_newlines(text: str) -> str:
    return LITERAL_NEWLINE.sub("\n", text)


def _without_markers(text: str) -> str:
    return MARKER.sub("", text)


MENDS = (
    (DefectCode.MOJIBAKE, without_mojibake),
    (DefectCode.HTML_ENTITY, _without_entities),
    (DefectCode.LITERAL_NEWLINE, _with_newlines),
    (DefectCode.MARKER, _without_markers),
)
