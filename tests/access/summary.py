"""The matrix in the last lines of a run: how many cells were asked, how many were denials, how long it took."""

from collections.abc import Iterator

import pytest

#: The name under which each test of the matrix reports its count; reports of xdist's workers carry it too.
PROPERTY = "access_matrix"


def counted(database: str, cells: int, denials: int, seconds: float) -> tuple[str, str]:
    """Return the property that a test records."""
    return PROPERTY, f"{database} {cells} {denials} {seconds:.3f}"


def matrix_lines(terminalreporter: pytest.TerminalReporter) -> Iterator[str]:
    """Give one line for each database on which the matrix ran. Seconds are summed over tests, not over processes."""
    sums: dict[str, list[float]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", ()):
                if name == PROPERTY:
                    database, *numbers = str(value).split()
                    known = sums.setdefault(database, [0.0] * len(numbers))
                    sums[database] = [before + float(more) for before, more in zip(known, numbers, strict=True)]
    for database, (cells, denials, seconds) in sorted(sums.items()):
        yield f"access matrix on {database}: {cells:.0f} cells, {denials:.0f} denials, {seconds:.1f} seconds"
