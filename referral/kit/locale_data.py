"""What Babel's locale data (Unicode CLDR 47) lacks for patients: the days and months of Haitian Creole, and more.

The data has French names for Haitian Creole, two numbers for day and month in Arabic, Latin letters for the halves of
the day in Korean, and dates that end with a full stop in Russian, Ukrainian and Korean: at the end of a sentence there
would be two. They are put into Babel's own tables once, so that every date and time is right wherever it is
made.
"""

from typing import TypeVar

from babel import localedata
from babel.dates import DateTimePattern, parse_pattern

K = TypeVar("K")

#: Haitian Creole, January first, Monday first.
_MONTHS = ("janvye", "fevriye", "mas", "avril", "me", "jen", "jiyè", "out", "septanm", "oktòb", "novanm", "desanm")
_DAYS = ("lendi", "madi", "mèkredi", "jedi", "vandredi", "samdi", "dimanch")
_SHORT_DAYS = ("len", "mad", "mèk", "jed", "van", "sam", "dim")
_LANGUAGES = {
    "ar": "arab",
    "en": "anglè",
    "es": "panyòl",
    "fr": "franse",
    "ht": "kreyòl ayisyen",
    "ko": "koreyen",
    "ru": "ris",
    "vi": "vyetnamyen",
    "zh": "chinwa",
    "zh_Hans": "chinwa senplifye",
    "zh_Hant": "chinwa tradisyonèl",
}


#: The year as it is written with dates in words: the short word ends with a full stop, the whole one does not.
_YEARS = {"ru": ("'г'.", "'года'"), "uk": ("'р'.", "'року'")}


def complete_locale_data() -> None:
    """Put what is lacking into Babel's tables; done again, nothing changes.

    Only the tables of these languages change: Babel's tables of other languages share the parts beneath them.
    """
    creole = localedata.load("ht")
    months = dict(enumerate(_MONTHS, start=1))
    days, short_days = dict(enumerate(_DAYS)), dict(enumerate(_SHORT_DAYS))
    creole["months"] = _in_every_use({"wide": months, "abbreviated": months})
    creole["days"] = _in_every_use({"wide": days, "abbreviated": short_days, "short": short_days})
    creole["languages"] = {**creole["languages"], **_LANGUAGES}
    arabic = localedata.load("ar")
    arabic["date_formats"] = {**arabic["date_formats"], "medium": parse_pattern("d MMMM y")}
    korean = localedata.load("ko")
    wide = korean["day_periods"]["format"]["wide"]
    korean["day_periods"] = _in_every_use({"wide": wide, "abbreviated": wide})
    korean["date_formats"] = {**korean["date_formats"], "medium": korean["date_formats"]["long"]}
    for code, (short, whole) in _YEARS.items():
        data = localedata.load(code)
        for table in ("date_formats", "datetime_skeletons"):
            data[table] = {key: _with_year(pattern, short, whole) for key, pattern in data[table].items()}


def _with_year(pattern: DateTimePattern, short: str, whole: str) -> DateTimePattern:
    return parse_pattern(pattern.pattern.replace(short, whole)) if short in pattern.pattern else pattern


def _in_every_use(widths: dict[str, dict[K, str]]) -> dict[str, dict[str, dict[K, str]]]:
    narrow = {key: words[:1] for key, words in widths["wide"].items()}
    return {use: {"narrow": narrow, **widths} for use in ("format", "stand-alone")}
