"""Small numbers stay hidden, and so does what would give them away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral.reports.measures import Exclusion, Rate, Rates
from referral.reports.suppression import is_small, shown, shown_count, suppressed, suppressed_groups


def rates(of: int, closed: int, received: int, met: int, unknown: int = 0) -> Rates:
    excluded = tuple((reason, 0) for reason in Exclusion)
    return Rates(Rate(closed, of, 0), Rate(received, of, unknown), Rate(met, of, 0), excluded, 0, 0)


@pytest.mark.parametrize(
    ("group", "n", "why"),
    [
        (rates(10, 5, 0, 0), None, "ten people are too few altogether"),
        (rates(40, 5, 0, 0), None, "five"),
        (rates(40, 35, 0, 0), None, "the other five"),
        (rates(40, 0, 0, 0), 0, "nobody is nobody"),
        (rates(40, 40, 0, 0), 40, "everybody leaves nobody out"),
        (rates(40, 20, 0, 0), 20, "twenty and twenty"),
    ],
)
def test_cells_of_one_to_ten_and_their_complements_are_hidden(group: Rates, n: int | None, why: str) -> None:
    assert suppressed(group).closed.n == n, why


def test_those_whose_loop_closed_without_help_are_no_small_cell_either() -> None:
    assert suppressed(rates(60, 30, 25, 0)).received.n is None


def test_who_may_see_patients_sees_small_cells() -> None:
    assert shown(rates(3, 2, 1, 1)).closed.n == 2
    assert shown_count(3, small_cells=True) == 3
    assert shown_count(3, small_cells=False) is None


def test_one_hidden_language_takes_another_with_it() -> None:
    groups = [rates(50, 20, 0, 0), rates(30, 15, 0, 0), rates(4, 2, 0, 0)]

    cells = suppressed_groups(rates(84, 37, 0, 0), groups)

    assert [cell.of for cell in cells] == [50, None, None]
    assert [cell.closed.n for cell in cells] == [20, None, None]


def test_hidden_cells_that_add_up_to_a_small_number_take_another_with_them() -> None:
    groups = [rates(50, 20, 0, 0), rates(30, 15, 0, 0), rates(2, 1, 0, 0), rates(3, 1, 0, 0)]

    cells = suppressed_groups(rates(85, 37, 0, 0), groups)

    assert [cell.of for cell in cells] == [50, None, None, None]


GROUP = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)).map(
    lambda numbers: rates(sum(numbers), numbers[0] + numbers[1], numbers[1], numbers[1])
)


@given(st.lists(GROUP, min_size=1, max_size=8))
def test_nothing_small_follows_by_subtraction(groups: list[Rates]) -> None:
    numbers = [(group.of, group.closed.n, group.received.n, group.met.n) for group in groups]
    total = rates(*(sum(column) for column in zip(*numbers, strict=True)))

    cells = suppressed_groups(total, groups)

    for name in ("closed", "received", "met"):
        hidden = [getattr(g, name).n for g, cell in zip(groups, cells, strict=True) if getattr(cell, name).n is None]
        assert not any(is_small(getattr(cell, name).n or 0) for cell in cells)
        everything_hidden = len(hidden) == len(groups)
        assert not hidden or everything_hidden or (len(hidden) > 1 and not is_small(sum(hidden)))
