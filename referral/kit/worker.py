"""The worker: a loop that runs small tasks, each in transactions of its own, and says that it is alive."""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

from sqlalchemy.exc import SQLAlchemyError

from referral.kit import clock
from referral.kit.installation import beat, follow_clock
from referral.kit.scope import job_scope
from referral.kit.transaction import Database

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0
IDLE_S = 0.5


@dataclass(frozen=True)
class Task:
    """Something the worker does again and again. `run(database)` returns how much it did; `every_s` apart."""

    name: str
    every_s: float
    run: Callable[[Database], int]


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
