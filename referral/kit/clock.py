"""The clock: the only place that reads the time.

`now()` is the time of the product's story (due dates, questions, quiet hours): a demo may move it on.
`wall()` is the time of machines (leases, sessions, throttles, heartbeats): nothing moves it.
"""

import time
from datetime import UTC, datetime, timedelta

_offset = timedelta()


def wall() -> datetime:
    """Return the real moment, aware, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return the moment of the product's story, aware, UTC."""
    return wall() + _offset


def set_offset(offset: timedelta) -> None:
    """Move `now()` on by `offset` from the real time, for this process. Only a demo database carries one."""
    global _offset
    _offset = offset


def monotonic_s() -> float:
    """Return seconds that only grow, for measuring durations."""
    return time.monotonic()


def sleep_s(seconds: float) -> None:
    """Wait `seconds`."""
    time.sleep(seconds)
