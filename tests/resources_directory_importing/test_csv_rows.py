"""CSV row by row."""

import io

import pytest

from resources_directory.importing.csv_rows import CsvRows
from resources_directory.importing.report import ImportRefused


def rows(text: str) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, row.cells) for row in CsvRows(io.StringIO(text, newline=""), "services.csv")]


def test_rows_are_numbered_as_a_spreadsheet_shows_them_and_empty_ones_are_passed_over() -> None:
    assert rows("ID, Name \r\n1,a\r\n,\r\n2,b\r\n") == [(2, {"id": "1", "name": "a"}), (4, {"id": "2", "name": "b"})]


@pytest.mark.parametrize("text", ["id;name\n1;a, b\n", "id\tname\n1\ta, b\n", 'id,name\n1,"a, b"\n'])
def test_semicolons_and_tabs_are_understood(text: str) -> None:
    assert rows(text) == [(2, {"id": "1", "name": "a, b"})]


def test_a_cell_may_hold_line_ends() -> None:
    assert rows('id,name\n1,"a\nb"\n')[0][1]["name"] == "a\nb"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ('id,name\n1,"never closed\n2,b\n', "is not CSV at line"),
        ('id,name\n1,"a"b\n', "is not CSV at line 2"),
        ("id,name,id\n1,a,2\n", "names columns twice: id"),
        ("id,name\n1," + "x" * 5_000_000, "is not CSV at line"),
        (",".join(f"c{n}" for n in range(501)), "more than 500 columns"),
    ],
    ids=["empty", "open quote", "stray quote", "twice", "endless cell", "columns"],
)
def test_what_is_no_csv_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        rows(text)


def test_cells_beyond_the_header_are_given_apart() -> None:
    row = next(iter(CsvRows(io.StringIO("id,name\n1,a,b,\n"), "services.csv")))

    assert row.extra == ("b",)
