"""Reads opening hours written for people: weekdays in words, times of day, and "24 hours"."""

import re
from dataclasses import dataclass
from datetime import time

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

#: The English words for a weekday, by their first letters; "s" and a full stop may follow.
DAY_WORD = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nes(?:day)?)?|thu(?:r(?:s(?:day)?)?)?"
    r"|fri(?:day)?|sat(?:ur(?:day)?)?|sun(?:day)?)s?\.?"
)
DAY = re.compile(rf"(?i)^{DAY_WORD}$")
DAY_RANGE = re.compile(rf"(?i)^({DAY_WORD})\s*(?:-|–|—|to|through|thru)\s*({DAY_WORD})$")
BYDAY_LIST = re.compile(
    r"^(?:[+-]?\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)(?:\s*,\s*(?:[+-]?\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU))*$"
)
LIST_SIGN = re.compile(r"(?i)\s*(?:,|;|/|&|\band\b)\s*")
EVERY_DAY = re.compile(r"(?i)^(?:daily|every\s*day|7\s+days(?:\s+a\s+week)?|24\s*[-/]\s*7)$")

ORDINAL = r"(first|second|third|fourth|last|1st|2nd|3rd|4th)"
ORDINALS = {"first": "1", "1st": "1", "second": "2", "2nd": "2", "third": "3", "3rd": "3", "fourth": "4", "4th": "4"}
NTH_WEEKDAY = re.compile(
    rf"(?i)^{ORDINAL}((?:\s*(?:,|&|and|, and)\s*{ORDINAL})*)\s+({DAY_WORD})(?:\s+of\s+(?:the|every|each)\s+month)?$"
)

#: "9am", "9:00am", "8:30 AM", "9:00a", "830am", "09:00", "10:00:00", "10:00Z", "10:00:00-05:00".
TIME = re.compile(
    r"(?i)^(\d{1,2})(?::?([0-5]\d))?(?::([0-5]\d)(?:\.\d+)?)?\s*(?:(a|p)\.?\s?(?:m\.?)?)?\s*(?:z|[+-]\d{2}:?\d{2})?$"
)
ISO_TIME = re.compile(r"^\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[zZ]|[+-]\d{2}:?\d{2})?$")
OFFSET = re.compile(r"^\d{1,2}:\d{2}(?::\d{2})?\s*([+-])(\d{2}):?(\d{2})$")
ALL_DAY = re.compile(
    r"(?i)^(?:open\s+)?(?:24\s*(?:hours?|hrs?)(?:\s+(?:a|per)\s+day)?|24\s*[-/]\s*7|all day|round the clock)"
    r"(?:,?\s*(?:7|seven) days a week)?\.?$"
)

OPENS_ALL_DAY = time(0, 0)
CLOSES_ALL_DAY = time(23, 59)


@dataclass(frozen=True)
class Days:
    """Weekdays as the RRULE parts of RFC 5545: `byday` such as "MO,TU" or "2SA", weekly or monthly."""

    byday: str
    monthly: bool
    in_words: bool


@dataclass(frozen=True)
class Moment:
    """A time of day, and whether it was written in another way than HH:MM."""

    time: time
    in_words: bool


def days_of(text: str) -> Days | None:
    """Return the weekdays that a text names, in the order of the week, or None where it says more than weekdays.

    Reads "MO,WE", "Monday", "Mon - Tue & Thur - Fri", "daily", "2nd & 4th Saturday", "First Saturday of the month".
    """
    tidy = " ".join(text.split())
    if BYDAY_LIST.fullmatch(tidy):
        parts = [part.strip() for part in tidy.split(",")]
        return Days(",".join(parts), any(len(part) > 2 for part in parts), in_words=False)
    if EVERY_DAY.fullmatch(tidy):
        return Days(",".join(DAYS), monthly=False, in_words=True)
    nth = _nth_weekday(tidy)
    if nth:
        return nth
    found: set[int] = set()
    for part in LIST_SIGN.split(tidy.rstrip(",;")):
        numbers = _range(part)
        if not numbers:
            return None
        found.update(numbers)
    return Days(",".join(DAYS[number] for number in sorted(found)), monthly=False, in_words=True)


def time_of(text: str, *, after: time | None = None) -> Moment | None:
    """Return the time of day in a text, or None where it says anything else.

    A time without "am" or "pm" and without a leading zero ("5:00") is ambiguous: it is read as afternoon only where
    it would otherwise lie before `after`, the time of opening.
    """
    tidy = " ".join(text.split())
    if tidy.casefold() in ("noon", "midnight"):
        return Moment(time(12 if tidy.casefold() == "noon" else 0), in_words=True)
    match = TIME.fullmatch(tidy)
    if not match or (match[2] is None and not match[4]):
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[4] or "").casefold()
    if hour > (12 if half else 24) or (hour == 24 and minute) or (half and hour == 0):
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    moment = time(hour % 24, minute, int(match[3] or 0))
    if not half and after and moment <= after and 0 < hour < 12 and len(match[1]) == 1:
        moment = moment.replace(hour=hour + 12)
    return Moment(moment, in_words=not ISO_TIME.fullmatch(tidy))


def offset_of(text: str) -> float | None:
    """Return the hours from UTC that are written behind a time ("10:00:00-05:00"), or None. A bare Z says nothing:
    exporters write it behind local times.
    """
    match = OFFSET.fullmatch(text.strip())
    if not match:
        return None
    hours = int(match[2]) + int(match[3]) / 60
    return -hours if match[1] == "-" else hours


def is_all_day(text: str) -> bool:
    """Return whether a text says "24 hours" and nothing more."""
    return ALL_DAY.fullmatch(" ".join(text.split())) is not None


def _number(word: str) -> int:
    return [day[:2].casefold() for day in DAYS].index(word[:2].casefold())


def _range(part: str) -> list[int]:
    if DAY.fullmatch(part):
        return [_number(part)]
    match = DAY_RANGE.fullmatch(part)
    if not match:
        return []
    first, last = _number(match[1]), _number(match[2])
    return [number % 7 for number in range(first, last + 1 if last >= first else last + 8)]


def _nth_weekday(tidy: str) -> Days | None:
    match = NTH_WEEKDAY.fullmatch(tidy)
    if not match:
        return None
    words = re.findall(rf"(?i){ORDINAL}", match[1] + " " + match[2])
    day = DAYS[_number(match[4])]
    return Days(",".join(ORDINALS.get(word.casefold(), "-1") + day for word in words), monthly=True, in_words=True)
