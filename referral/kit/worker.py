"""The worker: a loop that runs small tasks, each in transactions of its own, and says that it is alive."""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import FrameType
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Row, Select, and_, or_
from sqlalchemy.exc import SQLAlchemyError

from referral.kit import clock
from referral.kit.installation import beat, follow_clock
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0
IDLE_S = 0.5

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Task:
    """Something the worker does again and again. `run(database)` returns how much it did; `every_s` apart."""

    name: str
    every_s: float
    run: Callable[[Database], int]


@dataclass(frozen=True)
class Turn:
    """Takes what is due in turn, at most `most` a round: the next round goes on behind the last, and begins anew after.

    So what fails, or waits for something else, at the head of the list keeps nobody behind it waiting for ever.
    """

    name: str
    most: int

    def take(
        self,
        database: Database,
        session: ScopedSession,
        due: Select[Any],
        *order: Any,
        but: Collection[UUID] = frozenset(),
    ) -> list[Row[Any]]:
        """Return the rows whose turn it is, in the order of two columns: a moment, and an id that tells ties apart.

        `but`: ids of rows that are passed over.
        """
        moment, row_id = order
        turns = _turns.setdefault(database, {})
        if self.name in turns:
            last_moment, last_id = turns.pop(self.name)
            due = due.where(or_(moment > last_moment, and_(moment == last_moment, row_id > last_id)))
        taken = due.add_columns(moment.label("turn_moment"), row_id.label("turn_id"))
        taken = taken.order_by(moment, row_id)
        found = session.execute(taken if but else taken.limit(self.most))
        rows = list(islice((row for row in found if row.turn_id not in but), self.most))
        found.close()
        if len(rows) == self.most:
            turns[self.name] = (rows[-1].turn_moment, rows[-1].turn_id)
        return rows


#: Where each task of a process goes on: the moment and the id of what it looked at last.
_turns: WeakKeyDictionary[Database, dict[str, tuple[datetime, UUID]]] = WeakKeyDictionary()


def one_by_one(name: str, things: Iterable[Thing], do: Callable[[Thing], int]) -> int:
    """Do each thing and return how much was done.

    One that fails is logged and tried again in the next round: it keeps none of the others waiting.
    """
    done = 0
    for thing in things:
        try:
            done += do(thing)
        except Exception as error:
            log.exception("one of a task failed", extra={"task": name, "error": type(error).__name__})
    return done


class Worker:
    """Runs tasks until told to stop. A failing task is logged and tried again; it stops no other."""

    def __init__(self, database: Database, tasks: Sequence[Task]) -> None:
        """Take the database and the tasks, in the order they run in."""
        self._database = database
        self._tasks = tasks
        self._due = {task.name: 0.0 for task in tasks}
        self._stop = threading.Event()
        self.name = f"{socket.gethostname()}:{os.getpid()}"

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Finish the task in hand, then return from run()."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped."""
        last_beat = -HEARTBEAT_S
        while not self._stop.is_set():
            if clock.monotonic_s() - last_beat >= HEARTBEAT_S and self._alive():
                last_beat = clock.monotonic_s()
            if not self.tick():
                self._stop.wait(IDLE_S)

    def tick(self) -> int:
        """Run each task that is due once, by the story's clock of this moment; return how much was done."""
        due = [task for task in self._tasks if clock.monotonic_s() >= self._due[task.name]]
        if not due or not self._follow_clock():
            return 0
        done = 0
        for task in due:
            if self._stop.is_set():
                break
            self._due[task.name] = clock.monotonic_s() + task.every_s
            done += self._run(task)
        return done

    def _run(self, task: Task) -> int:
        try:
            return task.run(self._database)
        except Exception as error:
            log.exception("task failed", extra={"task": task.name, "error": type(error).__name__})
            self._due[task.name] = clock.monotonic_s() + max(task.every_s, 1.0)
            return 0

    def _follow_clock(self) -> bool:
        try:
            with self._database.reading(job_scope("clock")) as session:
                follow_clock(session)
        except SQLAlchemyError as error:
            log.warning("no clock", extra={"error": type(error).__name__})
            return False
        return True

    def _alive(self) -> bool:
        try:
            with self._database.job("heartbeat") as session:
                beat(session, self.name)
        except SQLAlchemyError as error:
            log.warning("no heartbeat", extra={"error": type(error).__name__})
            return False
        return True


def obey_signals(worker: Worker) -> None:
    """Stop the worker on TERM and INT."""
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)


def die_with_parent(worker: Worker) -> None:
    """Stop the worker when the pipe on its standard input closes: the parent is gone, however it died."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):  # not buffered: no lock is held when the interpreter ends
            pass
        worker.stop()
        threading.Timer(5.0, os._exit, (1,)).start()

    threading.Thread(target=watch, daemon=True).start()
