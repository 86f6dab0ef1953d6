"""One mutant put into a running product, and what notices it. Only what the matrix or a wall says counts as noticing.

The edit goes into the product of this process and out again: a guarded view is put in the place of the real one, the
code of any other function is exchanged. An accident (a database that is locked, a run that takes too long, an error of
the tools) is told as one and kills nothing.
"""

import ast
import importlib
import inspect
import logging
import re
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from jinja2 import FileSystemBytecodeCache
from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import DBAPIError

from referral.kit import scope
from tests.access.cells import Cell, wrong_cells
from tests.access.filters import filter_faults
from tests.access.mutants import NULL, ROOT, Mutant, enclosing_function, mutated_source
from tests.access.roles import EVERYBODY, enter
from tests.access.walls import scope_faults
from tests.access.world import World, build_world

LONGEST_S = 300
_ID = re.compile(r"\b[0-9a-f]{32}\b")

#: Rows of the matrix, most telling first. A removed guard shows on the first ones.
ROWS = (
    "anonymous", "clinician with one factor", "analyst", "organization_staff", "clinician", "privacy_officer",
    "clinic_administrator", "organization_administrator", "platform_administrator", "network privacy_officer",
    "navigator", "suspended", "emergency",
)  # fmt: skip
#: Whoever would see a foreign row first, with the scopes off.
READERS = (
    "clinician", "organization_staff", "privacy_officer", "clinic_administrator", "organization_administrator",
    "analyst", "platform_administrator",
)  # fmt: skip

#: Steps that answer with what they found, and steps about one's own account, which no scope guards.
ASKED_TOO = ("patients.search_patients", "records.find", "privacy_patients.look_up", "people.", "own_factors.",
             "account.", "single_sign_on.unlink", "inbox.", "navigation.", "calling.", "hand_over.",
             "closed_days.")  # fmt: skip


class TookTooLong(BaseException):
    """The alarm rang: nothing in the product may swallow it."""


@dataclass(frozen=True)
class Result:
    """What became of a mutant. `by`: what noticed it, if anything did; `accident`: why nobody can tell."""

    mutant: Mutant
    by: str
    seconds: float
    accident: str = ""


class Bench:
    """A world in which one mutant after another is tried, each from the same rows."""

    def __init__(self, template: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "world.sqlite3"
        path.write_bytes(Path(template).read_bytes())
        bytecode = FileSystemBytecodeCache(str(Path(template).parent))
        self.world = build_world(f"sqlite:///{path}", bytecode)
        self.locked: list[str] = []
        for engine in {self.world.database.engine, self.world.database.read_engine}:
            event.listen(engine, "handle_error", self._note)
        self._live = sqlite3.connect(path, isolation_level=None)
        self._first = sqlite3.connect(":memory:")
        self._live.backup(self._first)

    def restore(self) -> None:
        """Put every row back as it was first."""
        self.locked.clear()
        self._first.backup(self._live)
        self.world.keeper.keep()

    def _note(self, context: ExceptionContext) -> None:
        if isinstance(context.sqlalchemy_exception, DBAPIError) and "locked" in str(context.original_exception):
            self.locked.append(str(context.original_exception))


_benches: list[Bench] = []


def prepare(template: str) -> None:
    """Build this process's bench. `template`: path of an empty SQLite database with all tables."""
    logging.disable(logging.CRITICAL)
    _benches.append(Bench(template))


def try_mutant(job: tuple[Mutant, frozenset[str]]) -> Result:  # a tuple: the pool hands over one thing
    """Return what noticed the mutant; what was wrong without it, with the scopes off, notices nothing."""
    mutant, known = job
    bench, began, by, accident = _benches[0], time.monotonic(), "", ""
    signal.signal(signal.SIGALRM, _ring)
    signal.alarm(LONGEST_S)
    try:
        bench.restore()
        with put_in(bench.world, mutant):
            by = next((fault for fault in faults_of(bench.world, mutant) if told_apart(fault) not in known), "")
        if by and _said_without(bench, mutant, by, known):
            by, accident = "", f"said without the mutant too: {by}"
    except TookTooLong:
        accident = f"took longer than {LONGEST_S} s"
    except Exception as error:
        accident = f"{type(error).__name__}: {error}"[:300]
    finally:
        signal.alarm(0)
    return Result(mutant, by, time.monotonic() - began, accident or "".join(bench.locked[:1]))


def _said_without(bench: Bench, mutant: Mutant, by: str, known: frozenset[str]) -> bool:
    """Return True if the same cells (who, method, rule) find fault without the mutant: then it proves nothing."""
    bench.restore()
    with put_in(bench.world, replace(NULL, without_scopes=mutant.without_scopes)):
        asked = (row for row in (*ROWS, "") if by.startswith(f"{row}: ") or not row)
        row = next(asked)
        if not row:  # a wall said it: the mutant that changes nothing has met all of it before
            return False
        found = _row_faults(bench.world, row, lambda cell: by.startswith(f"{cell}".split("[")[0]))
        return any(told_apart(fault) not in known for fault in found)


def known_faults(_nothing: object) -> frozenset[str]:
    """Return what is wrong without any mutant while the scopes are off."""
    bench = _benches[0]
    bench.restore()
    with scopes_off():
        return frozenset(told_apart(fault) for row in READERS for fault in _row_faults(bench.world, row, reads))


def told_apart(fault: str) -> str:
    """Lengths of pages vary from run to run, and ids from process to process; what is wrong does not."""
    fault = _ID.sub("…", fault)
    return fault.split(": differs from")[0] + " differs" if ": differs from" in fault else fault


def _ring(_number: int, _frame: object) -> None:
    raise TookTooLong


def reads(cell: Cell) -> bool:
    """Return True for looking, and for steps that no scope guards or that answer with what they found."""
    return cell.method == "GET" or (cell.method == "POST" and cell.rule.endpoint.startswith(ASKED_TOO))


def faults_of(world: World, mutant: Mutant) -> Iterator[str]:
    """Ask the part of the matrix, or the wall, that must notice this mutant."""
    if mutant.view:
        asked = endpoints_of(world, mutant)
        for row in ROWS:
            yield from _row_faults(world, row, lambda cell: cell.rule.endpoint in asked)
    elif mutant.without_scopes:
        yield from filter_faults(world)
        if not mutant.module:
            return  # each kill by a cell is asked again without its mutant
        for row in READERS:
            yield from _row_faults(world, row, reads)
    else:
        yield from scope_faults(world)


def endpoints_of(world: World, mutant: Mutant) -> set[str]:
    """Return the endpoints that a mutant's view answers."""
    views, module = world.app.view_functions, mutant.dotted
    return {name for name, view in views.items() if (view.__module__, view.__name__) == (module, mutant.view)}


def _row_faults(world: World, row: str, wanted: Callable[[Cell], bool]) -> Iterator[str]:
    browser = enter(world, next(each for each in EVERYBODY if each.name == row))
    world.keeper.keep()
    yield from wrong_cells(world, browser, wanted)


@contextmanager
def put_in(world: World, mutant: Mutant) -> Iterator[None]:
    """Run the block with the mutant in the product, and the scopes off if it stands alone."""
    edit = _nothing() if not mutant.module else _view_in(world, mutant) if mutant.view else _code_in(mutant)
    with scopes_off() if mutant.without_scopes else _nothing(), edit:
        yield


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def scopes_off() -> Iterator[None]:
    """Run the block without the criteria of the scopes."""
    event.remove(scope.ScopedSession, "do_orm_execute", scope._filter_rows)
    try:
        yield
    finally:
        event.listen(scope.ScopedSession, "do_orm_execute", scope._filter_rows)


@contextmanager
def _view_in(world: World, mutant: Mutant) -> Iterator[None]:
    """Answer the endpoints of one view by what its edited module makes of it."""
    edited = ModuleType(mutant.dotted)
    exec(compile(mutated_source(mutant), str(ROOT / mutant.module), "exec"), edited.__dict__)
    views, endpoints = world.app.view_functions, endpoints_of(world, mutant)
    if not endpoints:
        raise LookupError(f"no route is answered by {mutant.view}")
    before = {name: views[name] for name in endpoints}
    views.update(dict.fromkeys(endpoints, getattr(edited, mutant.view)))
    try:
        yield
    finally:
        views.update(before)


@contextmanager
def _code_in(mutant: Mutant) -> Iterator[None]:
    """Give the function around the edit its edited code, wherever the product already holds it."""
    name = enclosing_function(mutant)
    real: Any = importlib.import_module(mutant.dotted)
    for part in name.split("."):
        real = getattr(real, part)
    real = inspect.unwrap(real.fget if isinstance(real, property) else real)
    before, after = real.__code__, _code_named(mutant, name)
    real.__code__ = after
    _forget_criteria()
    try:
        yield
    finally:
        real.__code__ = before
        _forget_criteria()


def _forget_criteria() -> None:
    """Let the scopes look anew at what is owned and what may be seen."""
    scope._criterion.cache_clear()
    scope._owned_by_shape.clear()


def _code_named(mutant: Mutant, name: str) -> CodeType:
    waiting = [compile(ast.parse(mutated_source(mutant)), str(ROOT / mutant.module), "exec")]
    while waiting:
        code = waiting.pop()
        if code.co_qualname == name:
            return code
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
    raise LookupError(f"{mutant}: no function {name}")
