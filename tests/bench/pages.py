"""CPU outside SQL of every page that people of the demo open, in a clinic of 100,000 patients. Part of `make bench`.

BENCH_PATIENTS chooses another number.
"""

import os
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from referral.accounts.models import Member, Membership, Person
from referral.accounts.roles import Role
from referral.demo.commands import prepare_demo
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from tests.bench.crowd import add_patients
from tests.scan.pages import Page
from tests.sign_in import sign_in

PATIENTS = int(os.environ.get("BENCH_PATIENTS", "100000"))
ROUNDS, CALLS = 9, 4
GOAL = 10.0
ROLES = (
    Role.CLINICIAN,
    Role.CLINIC_ADMINISTRATOR,
    Role.PRIVACY_OFFICER,
    Role.ORGANIZATION_ADMINISTRATOR,
    Role.ANALYST,
    Role.PLATFORM_ADMINISTRATOR,
)
MOST_PAGES = 80
LEFT_ALONE = ("/simulator", "/static")


@dataclass
class SqlTime:
    """CPU seconds spent inside SQLite, of this process: executing, and stepping through what was found."""

    spent: float = 0.0
    statements: int = 0

    def watch(self, database: Database) -> None:
        """Count from now on."""
        database.engine.dispose()
        event.listen(database.engine, "do_connect", self._connect_counted)
        event.listen(database.engine, "before_cursor_execute", self._count)

    def _connect_counted(
        self, _dialect: object, _entry: object, _arguments: object, parameters: dict[str, Any]
    ) -> None:
        parameters["factory"] = partial(_CountedConnection, self)

    def _count(self, *_facts: object) -> None:
        self.statements += 1


class _CountedConnection(sqlite3.Connection):
    def __init__(self, sql: SqlTime, *arguments: Any, **parameters: Any) -> None:
        super().__init__(*arguments, **parameters)
        self._sql = sql

    def cursor(self, *_factory: Any) -> sqlite3.Cursor:
        cursor = super().cursor(_CountedCursor)
        cursor.sql = self._sql
        return cursor


class _CountedCursor(sqlite3.Cursor):
    sql: SqlTime

    def execute(self, *arguments: Any) -> Self:
        with self._counted():
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> Self:
        with self._counted():
            return super().executemany(*arguments)

    def fetchall(self) -> list[Any]:
        with self._counted():
            return super().fetchall()

    def fetchmany(self, *arguments: Any) -> list[Any]:
        with self._counted():
            return super().fetchmany(*arguments)

    def fetchone(self) -> Any:
        with self._counted():
            return super().fetchone()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        began = time.process_time()
        try:
            yield
        finally:
            self.sql.spent += time.process_time() - began


def report(make_app: Callable[[Path], Flask]) -> None:
    """Print, for each page, the CPU outside SQL as a multiple of an empty signed-in answer, dearest first."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Path(folder))
        database: Database = app.extensions["database"]
        sql = SqlTime()
        sql.watch(database)
        people = _people(app, database)
        shapes: dict[str, tuple[FlaskClient, str]] = {}
        for person in people:
            client = app.test_client()
            sign_in(client, person)
            for shape, path in _pages(app, client).items():
                shapes.setdefault(shape, (client, path))
        signed_in = next(iter(shapes.values()))[0]
        nothing, _statements = outside_sql(sql, signed_in, "/empty")
        empty, _statements = outside_sql(sql, signed_in, "/empty-page")
        rows = sorted(
            ((*outside_sql(sql, client, path), shape) for shape, (client, path) in shapes.items()), reverse=True
        )
    dear = [shape for spent, _n, shape in rows if spent / empty > GOAL]
    told = [
        f"\nCPU outside SQL of {len(rows)} signed-in pages at {PATIENTS:,} patients ({database.engine.dialect.name}),",
        f"in multiples of a page of the layout without content ({empty * 1000:.2f} ms; median of {ROUNDS} rounds;",
        f"an answer of no bytes to the same person: {nothing * 1000:.2f} ms)",
        *(f"{spent / empty:8.2f}  {statements:3d} statements  {shape}" for spent, statements, shape in rows[:15]),
        f"goal: at most {GOAL:.0f} each; {len(rows) - len(dear)} of {len(rows)} keep it",
    ]
    sys.stdout.write("\n".join(told) + "\n")


def outside_sql(sql: SqlTime, client: FlaskClient, path: str) -> tuple[float, int]:
    """Return (median CPU seconds outside SQL, statements) of one GET."""
    client.get(path)
    rounds = []
    for _ in range(ROUNDS):
        before_sql, before = sql.spent, time.process_time()
        for _ in range(CALLS):
            client.get(path)
        rounds.append((time.process_time() - before - (sql.spent - before_sql)) / CALLS)
    counted = sql.statements
    client.get(path)
    return statistics.median(rounds), sql.statements - counted


def _people(app: Flask, database: Database) -> list[Person]:
    prepare_demo(app, None)
    with database.job("bench") as session:
        clinic = session.scalars(select(Member).where(Member.kind == "clinic").order_by(Member.name).limit(1)).one()
        add_patients(session, clinic.id, PATIENTS)
    with database.reading(job_scope("bench")) as session:
        found = []
        for role in ROLES:
            people = select(Person).join(Membership, Membership.person_id == Person.id).where(Membership.role == role)
            found += session.scalars(people.order_by(Membership.member_id != clinic.id, Person.id).limit(1)).all()
        return found


def _pages(app: Flask, client: FlaskClient) -> dict[str, str]:
    """Return one path for each page that can be reached by links, by its pattern."""
    seen, waiting, found = set[str](), ["/"], dict[str, str]()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        shape = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", urlsplit(path).path)
        if shape in found or path in seen or path.startswith(LEFT_ALONE):
            continue
        seen.add(path)
        answer = client.get(path)
        if answer.status_code in (302, 303):
            waiting.append(urlsplit(answer.location).path)
        elif answer.status_code == 200 and answer.mimetype == "text/html":
            found[shape] = path
            waiting += [link for link in Page(answer.text).links if link not in seen]
    return found
