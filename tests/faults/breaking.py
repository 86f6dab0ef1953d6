"""Ways to break a database while the product is using it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, event, make_url, text

#: Only the product's own: what the server runs for itself is nobody's to end.
_END_ALL_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
)


@contextmanager
def locked_by_another(url: str) -> Iterator[None]:
    """Hold SQLite's one write lock from another connection for as long as the block lasts."""
    other = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def cut_connections(url: str) -> None:
    """End every connection of the product's role to this PostgreSQL database, as a restart of the server does."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(_END_ALL_OTHERS)
    engine.dispose()


@contextmanager
def cut_at(engine: Engine, url: str, step: int) -> Iterator[Callable[[], int]]:
    """End every connection once, just before the engine's statement or commit number `step`, from 1.

    Gives a function that tells how many there have been.
    """
    count = 0

    def strike(*_event: object) -> None:
        nonlocal count
        count += 1
        if count == step:
            cut_connections(url)

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(engine, name, strike)
    try:
        yield lambda: count
    finally:
        for name in names:
            event.remove(engine, name, strike)
