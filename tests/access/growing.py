"""Asks a count before and after a row is added, first to another clinic, then to the own one."""

from collections.abc import Callable, Iterator

from tests.access.tenants import Tenant
from tests.access.world import World


def count_faults(world: World, name: str, count: Callable[[], int], add: Callable[[Tenant], object]) -> Iterator[str]:
    """Say that a count about the own clinic counts a row of another one, or does not count its own.

    `add` makes and flushes one row of the tenant that would be counted.
    """
    before = count()
    add(world.foreign)
    if count() != before:
        yield f"{name} counts rows of another clinic"
    add(world.own)
    if count() != before + 1:
        yield f"{name} does not count one row of the clinic as one"
