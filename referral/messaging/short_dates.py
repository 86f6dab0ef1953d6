"""The day as texts write it, in each language: short, and never two numbers that could be read the wrong way round.

"11/12" is November to some readers and December to others, so the month is always told from the day, by its name or by
the signs for month and day.
"""

from datetime import date

from babel.dates import format_date

from referral.kit.i18n import LANGUAGES
from referral.messaging.plain_text import language_root

#: Patterns of Unicode's locale data (UTS 35, Date Field Symbols), by the root of a BCP-47 tag.
SHAPES = {"en": "MMM d", "zh": "M月d日", "ko": "M월 d일"}
DAY_AND_MONTH = "d MMM"

#: Months of our own, January first. Spanish: the locale data has "sept", one letter too long for the longest texts.
#: Haitian Creole: it has none, and the "û" of the French "août" would force a text into the dear encoding.
MONTHS = {
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
    "ht": ("jan", "fev", "mas", "avr", "me", "jen", "jiyè", "out", "sep", "okt", "nov", "des"),
}

#: The twelve days that are tried for the longest, one of two figures in each month of any year.
_DAYS = tuple(date(2026, month, 22) for month in range(1, 13))


def short_day(day: date, language: str) -> str:
    """Return the day for a BCP-47 tag: "Nov 12", "12 nov", "11月12日", "12 thg 11". The month has no full stop."""
    root = language_root(language)
    if root in MONTHS:
        return f"{day.day} {MONTHS[root][day.month - 1]}"
    known = LANGUAGES.get(language) or LANGUAGES.get(root) or LANGUAGES["en"]
    return format_date(day, SHAPES.get(root, DAY_AND_MONTH), locale=known.babel).replace(".", "")


def longest_day(language: str) -> str:
    """Return the longest day of a year as texts in this language write it; of several, the earliest."""
    return max((short_day(day, language) for day in _DAYS), key=len)
