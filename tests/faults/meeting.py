"""Lets two requests meet: both arrive at the same statement before either goes on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def meeting_at(engine: Engine, start: str, people: int = 2) -> Iterator[None]:
    """Hold each thread at its first statement that begins with `start` until `people` have come there.

    SQLite lets one writer in at a time, so nobody waits there.
    """
    barrier, arrived = threading.Barrier(people, timeout=20), threading.local()

    def wait(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(start) and not hasattr(arrived, "here"):
            arrived.here = True
            barrier.wait()

    if engine.dialect.name == "sqlite":
        yield
        return
    event.listen(engine, "before_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", wait)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Return what each deed returns, all done at the same time in threads of their own."""
    results: list[object] = [None] * len(deeds)

    def do(number: int) -> None:
        results[number] = deeds[number]()

    threads = [threading.Thread(target=do, args=(number,)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
