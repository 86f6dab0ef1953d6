"""What an import says about itself: defects by file, row and column, counts by table, and refusals."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

#: How many defects are kept word for word: of one kind mended (or skipped, or kept) and in all.
#: Every one is counted.
KEPT_PER_CODE = 5_000
KEPT = 50_000

#: How much of an offending value is shown.
SHOWN_CHARACTERS = 80


class DefectCode(StrEnum):
    """The kinds of defect that an import finds."""

    ADDRESS_INCOMPLETE = "address_incomplete"
    ADDRESS_PRIVATE = "address_private"
    BLANK_VALUE = "blank_value"
    COORDINATES_HALF = "coordinates_half"
    COORDINATES_IN_METRES = "coordinates_in_metres"
    COORDINATES_OUT_OF_RANGE = "coordinates_out_of_range"
    COORDINATES_UNREADABLE = "coordinates_unreadable"
    COORDINATES_ZERO = "coordinates_zero"
    COUNTRY_UNKNOWN = "country_unknown"
    EMAIL_UNREADABLE = "email_unreadable"
    EMPTY_ID = "empty_id"
    EXCEL_ERROR = "excel_error"
    EXTENSION_NOT_A_NUMBER = "extension_not_a_number"
    EXTRA_CELLS = "extra_cells"
    FEWER_SERVICES = "fewer_services"
    HTML_ENTITY = "html_entity"
    LANGUAGE_LIST = "language_list"
    LANGUAGE_SENTENCE = "language_sentence"
    LITERAL_NEWLINE = "literal_newline"
    MANY_PARENTS = "many_parents"
    MARKER = "marker"
    MISSING_PARENT = "missing_parent"
    MISSING_VALUE = "missing_value"
    MOJIBAKE = "mojibake"
    NAME_IN_CAPITALS = "name_in_capitals"
    NOT_A_DATE = "not_a_date"
    NOT_A_NUMBER = "not_a_number"
    ORPHAN = "orphan"
    OUTSIDE_CODE_LIST = "outside_code_list"
    PADDED_VALUE = "padded_value"
    PHONE_ELEVEN_DIGITS = "phone_eleven_digits"
    PHONE_EXTENSION_INSIDE = "phone_extension_inside"
    PHONE_IN_ADDRESS = "phone_in_address"
    PHONE_SHORT_CODE = "phone_short_code"
    PHONE_UNREADABLE = "phone_unreadable"
    REPEATED_ID = "repeated_id"
    REPEATED_ROW = "repeated_row"
    SCHEDULE_WITHOUT_TIMES = "schedule_without_times"
    STATUS_ALL_INACTIVE = "status_all_inactive"
    STATUS_EMPTY = "status_empty"
    STATUS_UNKNOWN = "status_unknown"
    TEXT_KEPT_AS_DESCRIPTION = "text_kept_as_description"
    TIME_ALL_DAY = "time_all_day"
    TIME_IN_WORDS = "time_in_words"
    TIME_UNREADABLE = "time_unreadable"
    UNKNOWN_COLUMN = "unknown_column"
    UNKNOWN_FILE = "unknown_file"
    URL_UNREADABLE = "url_unreadable"
    URL_WITHOUT_SCHEME = "url_without_scheme"
    WEEKDAY_IN_WORDS = "weekday_in_words"
    WEEKDAY_UNREADABLE = "weekday_unreadable"


class Done(StrEnum):
    """What was done about a defect: the value was mended, the row or value skipped, or all kept as it was."""

    MENDED = "mended"
    SKIPPED = "skipped"
    KEPT = "kept"


@dataclass(frozen=True)
class Defect:
    """One defect and where it stands.

    `row` counts as a spreadsheet does, with the header as row 1; in JSON it is the number of the item, from 1, and
    `column` is the path inside the item. Row 0 means the whole file. `value` is shortened to 80 characters.
    """

    file: str
    row: int
    column: str
    code: DefectCode
    value: str
    done: Done


@dataclass(frozen=True)
class DefectCount:
    """How often one kind of defect was found, and what was done."""

    code: DefectCode
    done: Done
    count: int


@dataclass(frozen=True)
class TableCount:
    """What happened to the rows of one table. `retired` counts rows that the source no longer lists."""

    table: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    retired: int = 0


@dataclass(frozen=True)
class ImportReport:
    """The result of one import: counts by table, all defects counted, and the first of each kind word for word."""

    source_name: str
    dry_run: bool
    counts: tuple[TableCount, ...]
    defects: tuple[Defect, ...]
    defect_counts: tuple[DefectCount, ...]

    @property
    def created(self) -> int:
        """Rows that are new."""
        return sum(count.created for count in self.counts)

    @property
    def changed(self) -> int:
        """Rows that differ from what was stored."""
        return sum(count.changed for count in self.counts)

    @property
    def unchanged(self) -> int:
        """Rows that say what was stored."""
        return sum(count.unchanged for count in self.counts)

    @property
    def skipped(self) -> int:
        """Rows that were left out; each is named among the defects."""
        return sum(count.skipped for count in self.counts)

    @property
    def retired(self) -> int:
        """Rows of earlier imports that the source no longer lists."""
        return sum(count.retired for count in self.counts)

    def defects_of(self, code: DefectCode) -> int:
        """Return how often a kind of defect was found, kept word for word or not."""
        return sum(count.count for count in self.defect_counts if count.code is code)


class ImportRefused(Exception):
    """The input as a whole cannot be trusted; nothing of it may be kept. `file` and `reason` say where and why."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


@dataclass(frozen=True)
class Place:
    """Where a value stands in the input: file, row, and the path before the column (empty in tables)."""

    file: str
    row: int
    path: str = ""


class DefectLog:
    """Collects defects: counts all of them, keeps the first of each kind."""

    def __init__(self) -> None:
        self._kept: list[Defect] = []
        self._counts: Counter[tuple[DefectCode, Done]] = Counter()

    def add(self, place: Place, column: str, code: DefectCode, *, value: object = "", done: Done) -> None:
        """Note one defect."""
        self._counts[code, done] += 1
        if self._counts[code, done] > KEPT_PER_CODE or len(self._kept) >= KEPT:
            return
        self._kept.append(Defect(place.file, place.row, place.path + column, code, shortened(value), done))

    def kept(self) -> tuple[Defect, ...]:
        """Return the defects kept word for word, in the order of finding."""
        return tuple(self._kept)

    def counts(self) -> tuple[DefectCount, ...]:
        """Return all kinds found with their numbers, ordered by code and by what was done."""
        return tuple(DefectCount(code, done, count) for (code, done), count in sorted(self._counts.items()))


def shortened(value: object) -> str:
    """Return a value as one line of at most 80 characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
