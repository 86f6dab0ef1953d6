"""Reads single cells into values: texts, numbers, dates, moments, web addresses, code lists; each defect is noted."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from math import isfinite

from resources_directory.importing.columns import ColumnKind, Kind, columns_of
from resources_directory.importing.nested import RawRow
from resources_directory.importing.report import DefectCode, DefectLog, Done
from resources_directory.importing.web_addresses import is_email, web_address
from resources_directory.importing.wording import is_shouted, mended_text

#: What a mended cell may be, as JSON knows it: dates and times are ISO 8601 texts.
Value = str | int | float | None

URLS = frozenset({"url", "website", "logo", "uri", "term_uri", "schedule_link"})
EMAILS = frozenset({"email", "assurer_email"})
#: Columns of few letters, where spaces around break a comparison; elsewhere they do no harm and are not reported.
SHORT = frozenset({"state_province", "country", "postal_code", "city", "region", "code", "number", "name", "status"})
#: Names that are reported, and kept, when they are written in capitals only.
NAMED = frozenset({"organization", "service", "program"})
CODE_LISTS = {
    ("location", "location_type"): ("physical", "postal", "virtual"),
    ("address", "address_type"): ("physical", "postal", "virtual"),
    ("schedule", "freq"): ("WEEKLY", "MONTHLY"),
    ("schedule", "wkst"): ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
}
#: Columns of a code list that a row must fill, and what it gets where the source says something else.
FALLBACKS = {("location", "location_type"): "physical", ("address", "address_type"): "physical"}

#: Cells that make sense only side by side.
READ_TOGETHER = frozenset(
    {
        ("location", "latitude"),
        ("location", "longitude"),
        ("schedule", "dtstart"),
        ("schedule", "until"),
        ("schedule", "opens_at"),
        ("schedule", "closes_at"),
    }
)

#: What an export writes before a text that a spreadsheet would run as a formula.
QUOTED_FORMULA = re.compile(r"^'[=+\-@\t\r]")
US_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
NUMBER = re.compile(r"^[-+]?(?:\d+\.?\d*|\.\d+)$")


class CellReader:
    """Reads the cells of one row and notes their defects."""

    def __init__(self, row: RawRow, log: DefectLog) -> None:
        self._row = row
        self._log = log
        self._read: dict[str, str] = {}

    def note(self, column: str, code: DefectCode, *, value: object = None, done: Done = Done.MENDED) -> None:
        """Note a defect of this row; the value shown is the cell as it was."""
        shown = self._row.cells.get(column, "") if value is None else value
        self._log.add(self._row.place, column, code, value=shown, done=done)

    def text(self, column: str) -> str:
        """Return a cell as readable text, "" for none. Its defects are noted at the first reading."""
        if column not in self._read:
            raw = self._row.cells.get(column, "")
            self._read[column] = self._mended(column, raw) if raw else ""
        return self._read[column]

    def _mended(self, column: str, raw: str) -> str:
        mended = mended_text(raw[1:] if QUOTED_FORMULA.match(raw) else raw)
        for code in mended.codes:
            self.note(column, code, done=Done.SKIPPED if code is DefectCode.EXCEL_ERROR else Done.MENDED)
        if column in SHORT and mended.text and raw != raw.strip():
            self.note(column, DefectCode.PADDED_VALUE)
        return mended.text

    def values(self) -> dict[str, Value]:
        """Return the values of the row's columns that are no links and that are read one by one."""
        return {
            name: self.value(column)
            for name, column in columns_of(self._row.table).items()
            if column.kind is not Kind.LINK and (self._row.table, name) not in READ_TOGETHER
        }

    def value(self, column: ColumnKind) -> Value:
        """Return the value of one cell; None where there is none or where it cannot be read."""
        text = self.text(column.name)
        if not text:
            return FALLBACKS.get((self._row.table, column.name))
        readers: dict[Kind, Callable[[str, str], Value]] = {
            Kind.NUMBER: self._number,
            Kind.WHOLE: self._whole,
            Kind.DATE: self._date,
            Kind.MOMENT: self._moment,
        }
        return readers.get(column.kind, self._words)(column.name, text)

    def _words(self, column: str, text: str) -> str | None:
        if column in URLS:
            return self._url(column, text)
        if column in EMAILS and not is_email(text):
            self.note(column, DefectCode.EMAIL_UNREADABLE, done=Done.KEPT)
        if column == "name" and self._row.table in NAMED and is_shouted(text):
            self.note(column, DefectCode.NAME_IN_CAPITALS, done=Done.KEPT)
        listed = CODE_LISTS.get((self._row.table, column))
        return self._listed(column, text, listed) if listed else text

    def _url(self, column: str, text: str) -> str:
        found = web_address(text)
        if column == "uri" and found.codes == (DefectCode.URL_UNREADABLE,):
            return text  # a URI need not be a web address
        for code in found.codes:
            self.note(column, code, done=Done.KEPT if code is DefectCode.URL_UNREADABLE else Done.MENDED)
        return found.address

    def _listed(self, column: str, text: str, listed: tuple[str, ...]) -> str | None:
        same = next((word for word in listed if word.casefold() == text.casefold()), None)
        if same != text:
            self.note(column, DefectCode.OUTSIDE_CODE_LIST, done=Done.MENDED if same else Done.SKIPPED)
        return same or FALLBACKS.get((self._row.table, column))

    def _number(self, column: str, text: str) -> float | None:
        tidy = text.replace(",", "").strip("$£€ ")
        if NUMBER.fullmatch(tidy) and isfinite(float(tidy)):
            return float(tidy)
        self.note(column, DefectCode.NOT_A_NUMBER, done=Done.SKIPPED)
        return None

    def _whole(self, column: str, text: str) -> int | None:
        number = self._number(column, text)
        if number is None or (number.is_integer() and abs(number) < 2**31):
            return None if number is None else int(number)
        self.note(column, DefectCode.NOT_A_NUMBER, done=Done.SKIPPED)
        return None

    def _date(self, column: str, text: str) -> str | None:
        found = read_date(text)
        if found is None:
            self.note(column, DefectCode.NOT_A_DATE, done=Done.SKIPPED)
        return found.isoformat() if found else None

    def _moment(self, column: str, text: str) -> str | None:
        try:
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
        except (ValueError, OverflowError):
            self.note(column, DefectCode.NOT_A_DATE, done=Done.SKIPPED)
            return None


def read_date(text: str) -> date | None:
    """Return the day in a text: ISO 8601, with or without a time, or month/day/year as in the United States."""
    american = US_DATE.fullmatch(text)
    try:
        if american:
            return date(int(american[3]), int(american[1]), int(american[2]))
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
