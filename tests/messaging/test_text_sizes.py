"""The tables of segments and costs in docs/languages.md: those of today, and reckoned at any price."""

import pytest

from referral.messaging.catalog import shipped_catalog
from tests import text_sizes


def test_the_tables_in_the_page_are_those_of_today() -> None:
    page = text_sizes.PAGE.read_text("utf-8")

    assert text_sizes.written(page, shipped_catalog()) == page, "run `make languages`"


def test_an_ordinary_referral_costs_the_segments_of_its_texts_at_the_price_given() -> None:
    rows = text_sizes.cost_table(shipped_catalog(), cents_a_segment=2).splitlines()[2:]
    spanish = next(row for row in rows if "`es`" in row)

    assert len(rows) == 8
    assert spanish == "| Spanish (`es`) | GSM-7 | 5 | + 1 | 10 | 10.00 |"


def test_the_page_calls_the_price_an_example() -> None:
    assert "it is no carrier's price" in " ".join(text_sizes.PAGE.read_text("utf-8").split())


def test_a_page_without_marks_is_not_written() -> None:
    with pytest.raises(ValueError, match="costs"):
        text_sizes.replaced("no marks", "costs", "")


def test_another_price_is_shown_and_nothing_written(capsys: pytest.CaptureFixture[str]) -> None:
    before = text_sizes.PAGE.stat().st_mtime_ns

    text_sizes.main(["--cents", "0.5"])

    assert "| English (`en`) | GSM-7 | 5 | + 1 | 2.5 | 2.50 |" in capsys.readouterr().out
    assert text_sizes.PAGE.stat().st_mtime_ns == before
