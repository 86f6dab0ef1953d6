"""Lists in pages: how many there are, which one is meant, and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

#: Rows of a page, where a list says nothing else.
PAGE_SIZE = 25

Row = TypeVar("Row")
Shown = TypeVar("Shown")


def page_count(total: int, size: int) -> int:
    """Return how many pages of `size` rows `total` rows fill; at least one."""
    return max(1, -(-total // size))


def nearest_page(number: int, total: int, size: int) -> int:
    """Return the page that exists and is nearest to the one asked for. Pages count from 1."""
    return min(max(1, number), page_count(total, size))


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list. `number` counts from 1; `total` counts the rows of all pages."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def page_count(self) -> int:
        """How many pages there are; at least one."""
        return page_count(self.total, self.size)

    def showing(self, rows: Sequence[Shown]) -> "Page[Shown]":
        """Return the same page with its rows as they are shown."""
        return Page(rows, self.number, self.total, self.size)


def page_of(
    session: Session, found: Select[Row], number: int, *, order: Sequence[Any], size: int = PAGE_SIZE
) -> Page[Row]:
    """Return the page of what `found` selects (one entity), nearest to `number`; `order` ends with a tie-breaker."""
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = nearest_page(number, total, size)
    rows = session.scalars(found.order_by(*order).limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, total, size)
