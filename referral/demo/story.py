"""Telling a story through the product's own actions: each act happens at its own moment, and the worker's tasks run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from sqlalchemy import Connection
from sqlalchemy.orm import sessionmaker

from referral.demo.moving import do_what_is_due, has_work
from referral.kit import clock
from referral.kit.scope import Scope, ScopedSession
from referral.kit.transaction import Database
from referral.kit.worker import Task

Act = Callable[[], None]

#: Tasks that the worker runs at least so often happen right after an act; the others wait for the next look.
AT_ONCE_S = 1.0


class OneTransaction(Database):
    """A database whose sessions all live in one transaction: a demo is made as a whole, or not at all.

    Each session works in a savepoint of its own, so that what it rolls back is gone and what it commits is seen by the
    next one; the caller's transaction commits everything at the end.
    """

    def __init__(self, database: Database, connection: Connection) -> None:
        """Take the database and the connection on which the transaction is open."""
        self.engine, self.read_engine = database.engine, database.read_engine
        self._info = database._info
        self._connection = connection
        self._sessions = sessionmaker(
            class_=ScopedSession, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )

    def open(self, scope: Scope, *, read: bool = False) -> ScopedSession:
        """Return a new session in a savepoint of the one transaction."""
        return self._sessions(bind=self._connection, info={"scope": scope, **self._info})

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[ScopedSession]:
        """Give a session that never writes; it takes no savepoint, and its end leaves the transaction alone."""
        session = ScopedSession(
            bind=self._connection,
            info={"scope": scope, **self._info},
            join_transaction_mode="rollback_only",
            autoflush=False,
        )
        try:
            yield session
        finally:
            session.close()


class Story:
    """Acts and their moments up to the present. The clock of this process shows the moment of the act being told."""

    def __init__(self, database: Database, tasks: Sequence[Task], present: datetime) -> None:
        """Take the database, what the worker does, and when the story ends (aware, UTC)."""
        self.database, self.present = database, present
        self._tasks = tasks
        self._at_once = [task for task in tasks if task.every_s <= AT_ONCE_S]
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = count()
        #: Called after every act, when its effects are done.
        self.listeners: list[Act] = []

    def at(self, moment: datetime, act: Act) -> None:
        """Let `act` happen at `moment`; what lies beyond the present never happens."""
        if moment <= self.present:
            heappush(self._acts, (moment, next(self._numbers), act))

    def tick(self, moment: datetime) -> None:
        """Let the worker look at what is due at `moment`."""
        self.at(moment, _nothing)

    def tell(self) -> None:
        """Let everything happen in its order; afterwards the clock shows the real time again."""
        try:
            while self._acts:
                moment, _number, act = heappop(self._acts)
                if moment > clock.now():
                    clock.set_offset(moment - clock.wall())
                act()
                self._let_the_worker_work(look_around=act is _nothing)
                for listener in self.listeners:
                    listener()
        finally:
            clock.set_offset(timedelta())

    def _let_the_worker_work(self, *, look_around: bool) -> None:
        """Do what the act has brought about; `look_around`: also what only time brings, and what nobody waits for."""
        if has_work(self.database):
            do_what_is_due(self.database, self._tasks if look_around else self._at_once)

    def begin(self, moment: datetime) -> None:
        """Turn the clock back to where the story begins."""
        clock.set_offset(moment - clock.wall())


def _nothing() -> None:
    """Nobody acts; only the worker does."""
