"""Reads languages as directories write them: names, lists of names, and whole sentences about interpreters."""

import re
from dataclasses import dataclass

from resources_directory.importing.report import DefectCode

#: Codes of ISO 639-1, or 639-3 where there are none, by English name and some names in the language itself.
#: "Creole" alone means Haitian Creole: in directories of the United States nothing else is meant by it.
CODES = {
    "albanian": "sq", "american sign language": "ase", "amharic": "am", "arabic": "ar", "armenian": "hy",
    "asl": "ase", "bengali": "bn", "bosnian": "bs", "bulgarian": "bg", "burmese": "my", "cantonese": "yue",
    "chinese": "zh", "creole": "ht", "croatian": "hr", "czech": "cs", "danish": "da", "dari": "prs",
    "dutch": "nl", "english": "en", "español": "es", "estonian": "et", "farsi": "fa", "filipino": "fil",
    "finnish": "fi", "french": "fr", "french creole": "ht", "german": "de", "greek": "el", "gujarati": "gu",
    "haitian": "ht", "haitian creole": "ht", "haitian-creole": "ht", "hausa": "ha", "hebrew": "he", "hindi": "hi",
    "hmong": "hmn", "hungarian": "hu", "icelandic": "is", "igbo": "ig", "indonesian": "id", "italian": "it",
    "japanese": "ja", "karen": "kar", "kinyarwanda": "rw", "khmer": "km", "korean": "ko", "kreyol": "ht",
    "kreyòl": "ht", "kurdish": "ku", "lao": "lo", "latvian": "lv", "lithuanian": "lt", "malay": "ms",
    "mandarin": "zh", "marathi": "mr", "mongolian": "mn", "navajo": "nv", "nepali": "ne", "norwegian": "no",
    "oromo": "om", "pashto": "ps", "persian": "fa", "polish": "pl", "portuguese": "pt", "punjabi": "pa",
    "quechua": "qu", "rohingya": "rhg", "romanian": "ro", "russian": "ru", "samoan": "sm", "serbian": "sr",
    "sign language": "ase", "slovak": "sk", "somali": "so", "spanish": "es", "swahili": "sw", "swedish": "sv",
    "tagalog": "tl", "taiwanese": "nan", "tamil": "ta", "telugu": "te", "thai": "th", "tigrinya": "ti",
    "tongan": "to", "turkish": "tr", "twi": "tw", "ukrainian": "uk", "urdu": "ur", "uzbek": "uz",
    "vietnamese": "vi", "wolof": "wo", "yiddish": "yi", "yoruba": "yo", "zulu": "zu",
}  # fmt: skip
CODE = re.compile(r"^[a-z]{2,3}$")
BETWEEN = re.compile(r"(?i)\s*(?:[,;/&+\n.]|\band\b)\s*")
#: A name at the start and something more about it: "Spanish (limited)", "Creole with translators as needed".
BEGINS = re.compile(
    r"(?is)^[*\s]*(?P<name>" + "|".join(sorted(map(re.escape, CODES), key=len, reverse=True)) + r")\b(?P<rest>.*)$"
)


@dataclass(frozen=True)
class SpokenLanguage:
    """One language: its name as written, its code, and what else was said. Name and code are None for mere notes."""

    name: str | None
    code: str | None
    note: str | None


@dataclass(frozen=True)
class SpokenLanguages:
    """The languages that one cell names, and the kinds of defect in it."""

    languages: tuple[SpokenLanguage, ...]
    codes: tuple[DefectCode, ...]


def spoken_languages(text: str) -> SpokenLanguages:
    """Return the languages a cell names.

    A sentence that begins with a language keeps the sentence as its note. A sentence that only mentions one ("other
    languages upon request", "some Spanish") is kept as a note without a language: it must not promise one.
    """
    tidy = text.strip()
    parts = [part for part in BETWEEN.split(tidy.strip("*.,; ")) if part]
    if tidy and all(part.casefold() in CODES for part in parts):
        languages = tuple(SpokenLanguage(part, CODES[part.casefold()], None) for part in parts)
        return SpokenLanguages(languages, (DefectCode.LANGUAGE_LIST,) if len(parts) > 1 else ())
    begins = BEGINS.match(tidy)
    if begins:
        name = begins["name"]
        language = SpokenLanguage(name, CODES[name.casefold()], tidy)
        return SpokenLanguages((language,), (DefectCode.LANGUAGE_SENTENCE,))
    if re.fullmatch(r"[^\W\d_]+(?:[ -][^\W\d_]+)?(?: \([^)]*\))?", tidy) and tidy[:1].isupper():
        return SpokenLanguages((SpokenLanguage(tidy, None, None),), ())
    return SpokenLanguages((SpokenLanguage(None, None, tidy),), (DefectCode.LANGUAGE_SENTENCE,))


def language_code(text: str) -> str | None:
    """Return a code of ISO 639 for a code or a name, or None."""
    tidy = text.strip().casefold()
    return CODES.get(tidy) or (tidy if CODE.fullmatch(tidy) else None)
