"""A real web server process that kills itself with -9 at a chosen step of its work. Only for tests."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import configure_mappers
from waitress.server import create_server

from referral.app import create_app
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.prescriptions import actions

#: Forked from a clean process that has imported the product once: as separate as a new one, and started in an instant.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])
configure_mappers()


@dataclass(frozen=True)
class ServeOrder:
    """What to serve. `die_at`: the number, from 1, of the statement or commit before which the process is killed.

    One more than there are: killed after the last commit, before the answer. `in_two_transactions`: a wrong product,
    whose prescription is committed in the middle of being signed.
    """

    settings: Settings
    die_at: int | None = None
    in_two_transactions: bool = False


class ServerProcess:
    """A server on a free port of this machine."""

    def __init__(self, order: ServeOrder) -> None:
        self._says, child = _context.Pipe()
        self._process: BaseProcess = _context.Process(target=_serve, args=(order, child), daemon=True)
        self._process.start()
        child.close()
        self.port = int(self._says.recv())

    def steps(self) -> int:
        """Return how many statements and commits it has done since it began to serve."""
        self._says.send("steps?")
        return int(self._says.recv())

    def exit_code(self, seconds: float = 10) -> int | None:
        """Return the exit code, -9 when killed; None while it still runs."""
        self._process.join(seconds)
        return self._process.exitcode

    def end(self) -> None:
        """End it, if it still runs."""
        self._process.kill()
        self._process.join()


@contextmanager
def serving(order: ServeOrder) -> Iterator[ServerProcess]:
    """Give a server for as long as the block lasts."""
    server = ServerProcess(order)
    try:
        yield server
    finally:
        server.end()


class _Steps:
    """Counts what the process does to the database, and strikes before the step of the order."""

    def __init__(self, die_at: int | None) -> None:
        self._die_at, self.count = die_at, 0

    def __call__(self, *_event: object) -> None:
        self.count += 1
        if self.count == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _serve(order: ServeOrder, says: Connection) -> None:
    app = create_app(order.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    if order.in_two_transactions:
        actions.record_sharing_consent = _then_commit(actions.record_sharing_consent)
    steps = _Steps(order.die_at)
    _watch(app.extensions["database"], steps)
    server = create_server(app, host="127.0.0.1", port=0, threads=2)
    says.send(server.effective_port)
    _answer_in_background(says, steps)
    server.run()


def _watch(database: Database, steps: _Steps) -> None:
    event.listen(database.engine, "before_cursor_execute", steps)
    event.listen(database.engine, "commit", steps)
    event.listen(ScopedSession, "after_commit", steps)


def _answer_in_background(says: Connection, steps: _Steps) -> None:
    def answer() -> None:
        while says.recv():
            says.send(steps.count)

    Thread(target=answer, daemon=True).start()


def _then_commit(action: Callable[..., Any]) -> Callable[..., Any]:
    def committing(session: ScopedSession, *args: Any, **facts: Any) -> Any:
        done = action(session, *args, **facts)
        session.commit()
        return done

    return committing
