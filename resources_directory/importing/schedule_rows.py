"""Turns the opening hours of a raw row into the parts of HSDS 3: weekdays, times, and what cannot be read as text."""

from collections.abc import Iterator
from datetime import time

from resources_directory.importing.cells import CellReader, Value, read_date
from resources_directory.importing.nested import RawRow
from resources_directory.importing.report import DefectCode, Done
from resources_directory.importing.weekly_hours import (
    CLOSES_ALL_DAY,
    DAYS,
    OPENS_ALL_DAY,
    Moment,
    days_of,
    is_all_day,
    offset_of,
    time_of,
)

#: HSDS 2.0 has no columns for times; its exporters put them where the dates belong.
TIMES_IN_DATES = {"opens_at": "dtstart", "closes_at": "until"}
#: No place on earth is further from UTC.
WIDEST_OFFSET_H = 14
CLOSED = frozenset({"true", "yes", "1", "y", "closed"})
#: Columns that alone do not say when something is open.
EMPTY_SAYING = frozenset({"byday", "freq", "wkst", "interval", "timezone"})


def schedule_values(row: RawRow, cells: CellReader, values: dict[str, Value]) -> Iterator[dict[str, Value]]:
    """Give the values of a schedule, or nothing for a row that only says "closed": HSDS 3 has no word for it.

    What cannot be read as days or times is kept in `description`, so that a person can read it.
    """
    left_over: list[str] = []
    _read_days(cells, values, left_over)
    _read_times(row, cells, values, left_over)
    _check_parts(cells, values)
    if row.cells.get("closed", "").strip().casefold() in CLOSED:
        cells.note("closed", DefectCode.SCHEDULE_WITHOUT_TIMES, done=Done.SKIPPED)
        return
    if left_over:
        described = [str(values["description"])] if values["description"] else []
        values["description"] = "\n".join(described + [text for text in left_over if text not in described])
    yield values


def says_nothing(values: dict[str, Value]) -> bool:
    """Return whether a schedule names weekdays at most, so that nobody learns when something is open."""
    return all(value is None for name, value in values.items() if name not in EMPTY_SAYING)


def _read_days(cells: CellReader, values: dict[str, Value], left_over: list[str]) -> None:
    text = values["byday"]
    if not isinstance(text, str):
        return
    days = days_of(text)
    if days is None:
        cells.note("byday", DefectCode.WEEKDAY_UNREADABLE, value=text, done=Done.KEPT)
        left_over.append(text)
        values["byday"] = None
        return
    if days.in_words:
        cells.note("byday", DefectCode.WEEKDAY_IN_WORDS, value=text)
    values["byday"] = days.byday
    values["freq"] = values["freq"] or ("MONTHLY" if days.monthly else "WEEKLY")


def _read_times(row: RawRow, cells: CellReader, values: dict[str, Value], left_over: list[str]) -> None:
    """Fill opens_at and closes_at, from their own columns or from the date columns where 2.0 puts them."""
    texts = {column: cells.text(column) for column in ("opens_at", "closes_at")}
    for column, dated in TIMES_IN_DATES.items():
        if (in_date := cells.text(dated)) and read_date(in_date) is None:
            texts[column] = texts[column] or in_date
    values["dtstart"], values["until"] = _dates(cells, "dtstart"), _dates(cells, "until")
    values |= {"opens_at": None, "closes_at": None}
    said = [text for text in texts.values() if text] or [cells.text("byday"), str(values["description"] or "")]
    if any(is_all_day(text) for text in said):
        cells.note("opens_at", DefectCode.TIME_ALL_DAY, value=" - ".join(filter(None, said)))
        values |= {"opens_at": OPENS_ALL_DAY.isoformat(), "closes_at": CLOSES_ALL_DAY.isoformat()}
        if values["byday"] is None and not left_over and values["freq"] is None:
            values |= {"byday": ",".join(DAYS), "freq": "WEEKLY"}
        return
    if values["timezone"] is None:
        values["timezone"] = offset_of(texts["opens_at"])
    opens = _read_time(cells, "opens_at", texts["opens_at"], left_over, None)
    closes = _read_time(cells, "closes_at", texts["closes_at"], left_over, opens)
    values["opens_at"] = opens.isoformat() if opens else None
    values["closes_at"] = closes.isoformat() if closes else None
    if values["byday"] and values["description"] and not (opens and closes):
        cells.note("description", DefectCode.TEXT_KEPT_AS_DESCRIPTION, done=Done.KEPT)


def _dates(cells: CellReader, column: str) -> str | None:
    found = read_date(cells.text(column))
    return found.isoformat() if found else None


def _read_time(cells: CellReader, column: str, text: str, left_over: list[str], after: time | None) -> time | None:
    if not text:
        return None
    moment: Moment | None = time_of(text, after=after)
    if moment is None:
        cells.note(column, DefectCode.TIME_UNREADABLE, value=text, done=Done.KEPT)
        left_over.append(text)
        return None
    if moment.in_words:
        cells.note(column, DefectCode.TIME_IN_WORDS, value=text)
    return moment.time


def _check_parts(cells: CellReader, values: dict[str, Value]) -> None:
    interval, zone = values["interval"], values["timezone"]
    if isinstance(interval, int) and interval < 1:
        cells.note("interval", DefectCode.NOT_A_NUMBER, done=Done.SKIPPED)
        values["interval"] = None
    if isinstance(zone, float) and abs(zone) > WIDEST_OFFSET_H:
        cells.note("timezone", DefectCode.NOT_A_NUMBER, done=Done.SKIPPED)
        values["timezone"] = None
