"""The database locked, cut off, or not there at all: plain words, nothing lost, nothing half done."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from click import Command
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from referral import commands
from referral.accounts.commands import create_administrator
from referral.app import create_app
from referral.kit import clock
from referral.kit.installation import installation
from referral.kit.migrations import db_commands
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.kit.worker import Task, Worker
from referral.referrals.clocks import run_clocks
from resources_directory import db
from tests.faults.breaking import cut_at, cut_connections, locked_by_another
from tests.faults.prescribing import ALL_OF_IT, NOTHING, Visit, check_all_or_nothing, letters_of, standing_of
from tests.faults.rounds import points

BUSY = b"The database is busy or away. Nothing was changed."

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

#: No server listens on port 1 of this machine.
NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/nowhere"


@pytest.fixture
def impatient(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a locked database after a tenth of a second instead of ten."""
    monkeypatch.setattr(db, "SQLITE_PRAGMAS", (*db.SQLITE_PRAGMAS, "busy_timeout=100"))
    database.engine.dispose()


def says_busy(answer: TestResponse) -> bool:
    """Return True for the page that says it could not be saved, and when to try again."""
    return answer.status_code == 503 and answer.headers["Retry-After"] == "10" and BUSY in answer.data


@on_sqlite
@pytest.mark.usefixtures("impatient")
def test_a_locked_database_says_so_and_the_same_form_works_afterwards(
    clinician: FlaskClient, visits: Callable[[], Visit], settings: Settings
) -> None:
    visit = visits()
    with locked_by_another(settings.database_url):
        refused = clinician.post(visit.path, data=visit.form)

    assert says_busy(refused)
    assert standing_of(settings, visit) == NOTHING
    assert clinician.post(visit.path, data=visit.form).status_code == 303
    assert standing_of(settings, visit) == ALL_OF_IT


@on_sqlite
@pytest.mark.usefixtures("impatient")
def test_no_page_shows_a_patient_while_nobody_can_write_down_who_looked(
    clinician: FlaskClient, visits: Callable[[], Visit], settings: Settings
) -> None:
    visit = visits()
    with locked_by_another(settings.database_url):
        refused = clinician.get(visit.path)

    assert says_busy(refused)
    assert b"Molina" not in refused.data


@on_postgresql
def test_connections_lost_between_two_requests_are_not_noticed(
    clinician: FlaskClient, visits: Callable[[], Visit], settings: Settings
) -> None:
    visit = visits()
    assert clinician.get(visit.path).status_code == 200
    cut_connections(settings.database_url)

    assert clinician.post(visit.path, data=visit.form).status_code == 303
    assert standing_of(settings, visit) == ALL_OF_IT


@on_postgresql
def test_wherever_in_a_request_the_connection_is_lost_nothing_is_half_done_and_the_same_form_works_afterwards(
    clinician: FlaskClient, settings: Settings, database: Database, visits: Callable[[], Visit]
) -> None:
    whole = visits()
    with cut_at(database.engine, settings.database_url, step=0) as steps:
        clinician.post(whole.path, data=whole.form)

    for step in points(steps()):
        visit = visits()
        with cut_at(database.engine, settings.database_url, step):
            answer = clinician.post(visit.path, data=visit.form)
        assert says_busy(answer) or answer.status_code == 303
        assert check_all_or_nothing(standing_of(settings, visit)) == (answer.status_code == 303)
        assert clinician.post(visit.path, data=visit.form).status_code == 303
        assert standing_of(settings, visit) == ALL_OF_IT


def ask(database: Database) -> int:
    """Ask the database something in two statements, as every task does."""
    with database.job("ask") as session:
        session.execute(text("SELECT 1"))
        return session.scalar(text("SELECT 1")) or 0


@pytest.fixture
def time_flies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a minute pass at each look at the clock, so that no pause of the worker takes time."""
    monkeypatch.setattr(clock, "monotonic_s", itertools.count(0, 60).__next__)


@on_postgresql
@pytest.mark.usefixtures("time_flies")
def test_the_worker_survives_a_lost_connection_and_goes_on(database: Database, settings: Settings) -> None:
    worker = Worker(database, [Task("ask", 0, ask)])

    with cut_at(database.engine, settings.database_url, step=3):
        failed = worker.tick()

    assert (failed, worker.tick()) == (0, 1)


def signed_an_hour_ago(clinician: FlaskClient, visit: Visit, database: Database) -> None:
    """Sign the visit, and move the story's clock past its undo window."""
    assert clinician.post(visit.path, data=visit.form).status_code == 303
    with database.job("tests") as session:
        installation(session).clock_ahead_s += 3600


@on_postgresql
@pytest.mark.usefixtures("time_flies")
def test_wherever_the_worker_loses_its_connection_what_was_signed_leaves_once(
    clinician: FlaskClient, settings: Settings, database: Database, visits: Callable[[], Visit]
) -> None:
    worker = Worker(database, [Task("clocks", 0, run_clocks)])
    signed_an_hour_ago(clinician, visits(), database)
    with cut_at(database.engine, settings.database_url, step=0) as steps:
        worker.tick()

    for step in points(steps()):
        visit = visits()
        signed_an_hour_ago(clinician, visit, database)
        with cut_at(database.engine, settings.database_url, step):
            worker.tick()
        worker.tick()
        assert letters_of(settings, visit) == ["referral_new", "referral_new"]


@on_sqlite
@pytest.mark.usefixtures("impatient", "time_flies")
def test_the_worker_survives_a_locked_database_and_goes_on(database: Database, settings: Settings) -> None:
    worker = Worker(database, [Task("ask", 0, ask)])

    with locked_by_another(settings.database_url):
        failed, alive = worker.tick(), worker._alive()

    assert (failed, alive, worker.tick()) == (0, False, 1)


@pytest.fixture
def nowhere(settings: Settings) -> Flask:
    """The product, told of a PostgreSQL that is not there."""
    app = create_app(replace(settings, database_url=NOWHERE))
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@on_sqlite
@pytest.mark.parametrize("path", ["/healthz", "/sign-in"])
def test_without_its_database_the_product_starts_and_says_that_it_is_away(path: str, nowhere: Flask) -> None:
    assert says_busy(nowhere.test_client().get(path))


@on_sqlite
def test_serving_without_its_database_is_told_and_goes_on(nowhere: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[int] = []
    monkeypatch.setattr(commands, "run_server", lambda _app, _host, port, **_more: served.append(port))

    result = nowhere.test_cli_runner().invoke(commands.serve, ["--port", "8123", "--no-worker"])

    assert (result.exit_code, served) == (0, [8123])
    assert "nobody:***@127.0.0.1:1/nowhere does not answer" in result.stderr
    assert "Until it answers, every page says so." in result.stderr


@on_sqlite
def test_without_its_database_the_worker_waits(nowhere: Flask) -> None:
    worker = Worker(nowhere.extensions["database"], [Task("ask", 0, ask)])

    assert (worker._alive(), worker.tick()) == (False, 0)


@on_sqlite
@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (db_commands, ["upgrade"]),
        (create_administrator, ["ada@clinic.example", "Ada"]),
    ],
)
def test_a_command_without_its_database_ends_with_words(command: Command, arguments: list[str], nowhere: Flask) -> None:
    result = nowhere.test_cli_runner().invoke(command, arguments)

    assert result.exit_code == 1
    assert result.output.startswith("Error: The database postgresql://nobody:***@127.0.0.1:1/nowhere does not answer")
    assert "Nothing was changed." in result.output
