"""Periods of reports."""

from datetime import UTC, datetime

import pytest

from referral.reports.periods import offered_periods, read_period

ZONE = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [
        ("2026-Q1", "2026-01-01T00:00:00-08:00", "2026-04-01T00:00:00-07:00"),
        ("2026-Q4", "2026-10-01T00:00:00-07:00", "2027-01-01T00:00:00-08:00"),
        ("2026", "2026-01-01T00:00:00-08:00", "2027-01-01T00:00:00-08:00"),
    ],
)
def test_a_period_begins_and_ends_at_midnight_of_the_place(code: str, start: str, end: str) -> None:
    period = read_period(code, ZONE)

    assert (period.start, period.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))


@pytest.mark.parametrize("code", [None, "", "all", "2026-Q5", "1999", "2026-11", "٢٠٢٦", "2026-Q1' OR 1"])
def test_anything_else_is_all_time(code: str | None) -> None:
    assert read_period(code, ZONE).code == "all"


def test_the_newest_quarter_on_offer_is_the_one_of_the_place() -> None:
    codes = [period.code for period in offered_periods(datetime(2026, 1, 1, 3, tzinfo=UTC), ZONE)]

    assert codes[:4] == ["all", "2025", "2024", "2025-Q4"]
