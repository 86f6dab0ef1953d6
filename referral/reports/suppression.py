"""Hides small numbers from readers who may not see patients: cells of 1 to 10, and what would give them away. Pure.

The threshold is that of CMS's cell size suppression policy (no cell of 1 to 10 may be reported directly, nor be
derivable from other reported cells).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from referral.reports.measures import Rate, Rates

SMALLEST_SHOWN = 11


def is_small(count: int) -> bool:
    """Return True for 1 to 10. Zero tells of nobody."""
    return 0 < count < SMALLEST_SHOWN


@dataclass(frozen=True)
class ShownRate:
    """A rate as a page may show it; what is hidden is None."""

    n: int | None
    of: int | None
    unknown: int | None


@dataclass(frozen=True)
class ShownRates:
    """The rates of one group as a page may show them."""

    of: int | None
    closed: ShownRate
    received: ShownRate
    met: ShownRate


def shown(rates: Rates) -> ShownRates:
    """Return the rates with nothing hidden, for readers who may see patients."""
    parts = [ShownRate(rate.n, rate.of, rate.unknown) for rate in (rates.closed, rates.received, rates.met)]
    return ShownRates(rates.of, *parts)


def suppressed(rates: Rates) -> ShownRates:
    """Return the rates without cells of 1 to 10 and without complements of that size."""
    if is_small(rates.of):
        return _nothing()
    closed, received, met = (_suppressed_rate(rate) for rate in (rates.closed, rates.received, rates.met))
    if is_small(rates.closed.n - rates.received.n):  # those whose loop was closed without help
        received = ShownRate(None, rates.of, None)
    return ShownRates(rates.of, closed, received, met)


def shown_count(count: int, *, small_cells: bool) -> int | None:
    """Return a count that stands alone, or None where it is small and the reader may not see small cells."""
    return count if small_cells or not is_small(count) else None


def suppressed_groups(total: Rates, groups: Sequence[Rates]) -> list[ShownRates]:
    """Return the groups as they may be shown beside their total, in the same order.

    In each column enough further cells are hidden that nothing hidden follows by subtracting from the total.
    """
    rows = [suppressed(rates) for rates in groups]
    sizes = _hidden_too([row.of for row in rows], [rates.of for rates in groups])
    rows = [_nothing() if size is None else row for row, size in zip(rows, sizes, strict=True)]
    whole = suppressed(total)
    columns = [
        _column(
            [getattr(row, name) for row in rows],
            [getattr(rates, name) for rates in groups],
            total=getattr(whole, name),
        )
        for name in ("closed", "received", "met")
    ]
    return [ShownRates(row.of, *parts) for row, *parts in zip(rows, *columns, strict=True)]


_HIDDEN = ShownRate(None, None, None)


def _nothing() -> ShownRates:
    return ShownRates(None, _HIDDEN, _HIDDEN, _HIDDEN)


def _suppressed_rate(rate: Rate) -> ShownRate:
    rest = rate.of - rate.n
    if is_small(rate.n) or is_small(rest):
        return ShownRate(None, rate.of, None)
    known_no = rest - rate.unknown
    unknown = None if is_small(rate.unknown) or is_small(known_no) else rate.unknown
    return ShownRate(rate.n, rate.of, unknown)


def _column(cells: Sequence[ShownRate], truth: Sequence[Rate], *, total: ShownRate) -> list[ShownRate]:
    """Return one rate of all groups; a sum that the total does not tell is not told by its parts either."""
    yes = _hidden_too([cell.n for cell in cells], [rate.n for rate in truth])
    unknown = _hidden_too([cell.unknown for cell in cells], [rate.unknown for rate in truth])
    return [
        ShownRate(None, cell.of, None)
        if n is None or total.n is None
        else ShownRate(n, cell.of, None if total.unknown is None else maybe)
        for cell, n, maybe in zip(cells, yes, unknown, strict=True)
    ]


def _hidden_too(cells: Sequence[int | None], truth: Sequence[int]) -> list[int | None]:
    """Hide the smallest further cells until the hidden ones are several and together no small number."""
    kept = list(cells)
    while True:
        hidden = [number for number, cell in enumerate(kept) if cell is None]
        several = len(hidden) > 1 and not is_small(sum(truth[number] for number in hidden))
        rest = [number for number, cell in enumerate(kept) if cell is not None]
        if not hidden or several or not rest:
            return kept
        kept[min(rest, key=lambda number: (truth[number] == 0, truth[number], number))] = None
