"""Prints how many times the CPU of an empty answer each thing costs. Run by `make bench`; no figure is a gate yet."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, render_template_string
from sqlalchemy import event

from referral.app import create_app
from referral.followups.replies import read_reply
from referral.kit import clock
from referral.kit.policy import public
from referral.kit.scope import job_scope
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.tables import metadata
from resources_directory.importing.apply import import_directory
from resources_directory.search import find_services
from tests.bench import audit_chain, interactions, messages, pages

ROUNDS, CALLS = 9, 20
COUNTY = Path(__file__).resolve().parents[2] / "referral/demo/county"


def cpu_ms(work: Callable[[], object]) -> float:
    """Return the CPU milliseconds of one call, the median of nine rounds."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(CALLS):
            work()
        rounds.append((time.process_time() - started) * 1000 / CALLS)
    return statistics.median(rounds)


def make_app(folder: Path) -> Flask:
    """Return the product on a database with the demo county, a route that does nothing and a page without content."""
    key = "a2V5LW9mLXRoZS1iZW5jaC0tLTMyLWJ5dGVzLWxvbmc="
    app = create_app(Settings(f"sqlite:///{folder}/bench.sqlite3", "bench", key, "http://localhost"))

    @app.get("/empty")
    @public("the measure of everything else")
    def empty() -> str:
        return ""

    @app.get("/empty-page")
    @public("the measure of every page")
    def empty_page() -> str:
        return render_template_string('{% extends "layout.html" %}{% block title %}Empty{% endblock title %}')

    database: Database = app.extensions["database"]
    metadata.create_all(database.engine)
    with database.job("bench") as session:
        import_directory(session, COUNTY, source_name="bench", now=clock.now())
    return app


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Path(folder))
        database: Database = app.extensions["database"]
        client = app.test_client()
        statements: list[str] = []
        event.listen(database.engine, "before_cursor_execute", lambda *facts: statements.append(facts[2]))
        base = cpu_ms(lambda: client.get("/empty"))
        with database.reading(job_scope("bench")) as session:
            rows = {
                "an empty answer": base,
                "GET /healthz": cpu_ms(lambda: client.get("/healthz")),
                "GET /sign-in": cpu_ms(lambda: client.get("/sign-in")),
                "find_services by need and ZIP": cpu_ms(
                    lambda: find_services(session, need="food", near="93702", within_km=20, now=clock.now())
                ),
                "find_services by words": cpu_ms(lambda: find_services(session, text="food pantry", now=clock.now())),
                "reading a reply": cpu_ms(lambda: read_reply("2 nobody called me", ("1", "2", "3", "9"), "en")),
            }
    print(f"CPU of each, in multiples of an empty answer ({base:.2f} ms here; median of {ROUNDS} rounds)")  # noqa: T201 - a command for the terminal
    for name, value in rows.items():
        print(f"{value / base:8.2f}  {name}")  # noqa: T201 - a command for the terminal
    interactions.report()
    pages.report(make_app)
    audit_chain.report()
    messages.report()


if __name__ == "__main__":
    main()
