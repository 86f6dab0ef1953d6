"""What a person typed, made plain enough to compare: one form of each letter, digit and space.

Pure. Nothing here decides what a text means; keywords and replies compare its results.
"""

import re
import unicodedata
from collections.abc import Iterable

#: Marks that people of es, pt, fr, ht leave out without changing a word: grave, acute, circumflex, tilde, diaeresis,
#: cedilla. The Vietnamese horn, hook and dot below stay: "đúng" (right) must never become "dừng" (stop).
_FREE_MARKS = frozenset("\u0300\u0301\u0302\u0303\u0308\u0327")

#: Any of these says that the text is Vietnamese, where every mark changes the word: nothing is taken away then.
_VIETNAMESE = frozenset("đăơư\u031b\u0309\u0323")

_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ`´＇"), "'")
_INVISIBLE = dict.fromkeys((0x20E3, 0xFE0E, 0xFE0F, 0x00AD, 0x034F, 0x3164, 0x115F, 0x1160))

#: Letters that keyboards and hurried writers exchange. Arabic: alef with and without hamza, yeh, kaf, teh marbuta;
#: vowel signs and stretching marks go. Russian: yo.
_EXCHANGED = {ord(letter): "ا" for letter in "أإآٱ"} | {ord("ى"): "ی", ord("ي"): "ی", ord("ك"): "ک", 0x0640: None}
_EXCHANGED |= {ord("ة"): "ه", ord("ё"): "е"} | dict.fromkeys(range(0x064B, 0x0656))

_SINGLE_LETTERS = re.compile(r"(?:[^\W\d_] ){2,}[^\W\d_]")
_UNSPACED = re.compile("[\u3040-\u9fff\uac00-\ud7a3\u1780-\u17ff]")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


def visible(text: str) -> str:
    """The text in NFKC without the characters that nobody sees; capitals and lines are kept."""
    kept = "".join(_kept(letter) for letter in unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)))
    return kept.translate(_INVISIBLE)


def plain(text: str) -> str:
    """The text in one spelling: NFKC, invisible characters gone, digits of every script as 0-9, casefolded, trimmed."""
    folded = unicodedata.normalize("NFKC", visible(text).casefold()).translate(_EXCHANGED)
    return "".join(_digit(letter) for letter in folded).strip()


def words(plain_text: str) -> str:
    """The words of a plain text with one space between, apostrophes closed up: "don't, stop!" gives "dont stop"."""
    letters = (letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in plain_text.replace("'", ""))
    joined = " ".join("".join(letters).split())
    return joined.replace(" ", "") if _SINGLE_LETTERS.fullmatch(joined) else joined


def unstretched(spaced_words: str) -> str:
    """The words with letters that stand three times or more written once: "nooo" gives "no"."""
    return _STRETCHED.sub(r"\1", spaced_words)


def without_accents(spaced_words: str) -> str:
    """The words without the marks that writers of es, pt, fr and ht leave out. Vietnamese stays as it is."""
    apart = unicodedata.normalize("NFD", spaced_words)
    if _VIETNAMESE.intersection(apart) or _VIETNAMESE.intersection(spaced_words):
        return spaced_words
    return unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in _FREE_MARKS))


def said(phrase: str, spaced_words: str) -> bool:
    """Whether the words hold the phrase: whole words where words are spaced, anywhere in Chinese and its like."""
    if is_unspaced(phrase):
        return phrase.replace(" ", "") in spaced_words.replace(" ", "")
    return f" {phrase} " in f" {spaced_words} "


def says_any(phrases: Iterable[str], spaced_words: str) -> bool:
    """Whether the words hold at least one of the phrases."""
    return any(said(phrase, spaced_words) for phrase in phrases)


def is_unspaced(phrase: str) -> bool:
    """Whether a phrase is in a script without spaces between words, or with endings tied on (Han, Hangul, Khmer)."""
    return _UNSPACED.search(phrase) is not None


def language_root(language: str) -> str:
    """The language of the word tables for a BCP-47 tag: "es-MX" gives "es", "tl" gives "fil", "prs" gives "fa"."""
    root = language.replace("_", "-").split("-")[0].strip().casefold()
    return {"tl": "fil", "prs": "fa", "yue": "zh", "cmn": "zh"}.get(root, root)


def _kept(letter: str) -> str:
    """Nothing for formatting and control characters, a space for other white space; lines are kept."""
    if letter in "\n\r\u2028\u2029":
        return "\n"
    if letter.isspace():
        return " "
    return "" if unicodedata.category(letter) in {"Cf", "Cc", "Cs", "Co"} else letter


def _digit(letter: str) -> str:
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)
