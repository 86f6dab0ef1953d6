"""Reads a CSV file row by row, and refuses what is no CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from resources_directory.importing.report import ImportRefused

#: A service area may carry a polygon; more than this in one cell is not a directory.
MOST_CELL_CHARACTERS = 4 * 1024**2
MOST_COLUMNS = 500


@dataclass(frozen=True)
class CsvRow:
    """One row: its number as a spreadsheet shows it (the header is row 1), its cells by column, and cells too many."""

    number: int
    cells: dict[str, str]
    extra: tuple[str, ...]


class CsvRows:
    """The rows of one CSV file. `columns` are known at once: in lower case, without spaces around."""

    def __init__(self, stream: TextIO, name: str) -> None:
        """Read the header. Raises ImportRefused where there is none, or where a column stands twice."""
        self._name = name
        csv.field_size_limit(MOST_CELL_CHARACTERS)
        self._reader = csv.reader(stream, strict=True, delimiter=_delimiter(stream))
        header = self._next()
        if header is None:
            raise ImportRefused(name, "is empty")
        self.columns = tuple(cell.strip().lower() for cell in header)
        if len(self.columns) > MOST_COLUMNS:
            raise ImportRefused(name, f"has more than {MOST_COLUMNS} columns")
        named = [column for column in self.columns if column]
        if len(set(named)) < len(named):
            twice = sorted({column for column in named if named.count(column) > 1})
            raise ImportRefused(name, f"names columns twice: {', '.join(twice)}")

    def __iter__(self) -> Iterator[CsvRow]:
        """Give the rows that are not empty. Raises ImportRefused where the file stops being CSV."""
        number = 1
        while (cells := self._next()) is not None:
            number += 1
            if not any(cells):
                continue
            extra = tuple(cell for cell in cells[len(self.columns) :] if cell)
            yield CsvRow(number, dict(zip(self.columns, cells, strict=False)), extra)

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise ImportRefused(self._name, f"is not CSV at line {self._reader.line_num}: {error}") from error


def _delimiter(stream: TextIO) -> str:
    """Return the sign between the columns of the header: comma, semicolon or tab."""
    start = stream.readline(64 * 1024)
    stream.seek(0)
    return max(",;\t", key=start.count) if start.count(",") == 0 else ","
