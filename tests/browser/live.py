"""A running product for the browser: web server and worker as threads, on a database that the test chose."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import update
from waitress.server import create_server

from referral.accounts.models import Person
from referral.accounts.passwords import hash_password
from referral.accounts.roles import Role
from referral.app import create_app
from referral.kit import clock
from referral.kit.installation import installation
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.kit.worker import Worker
from referral.tasks import worker_tasks
from resources_directory.importing.apply import import_directory
from resources_directory.models.organization import Organization
from tests.factories import Town

PASSWORD = "alder-county-demo"
MASTER_KEY = "a2V5LW9mLXRoZS10ZXN0cy0tLTMyLWJ5dGVzLWxvbmc="
CLINICIAN, NAVIGATOR = "clinician@clinic.example", "navigator@clinic.example"
MORNING = datetime(2026, 12, 1, 10, tzinfo=ZoneInfo("America/Los_Angeles"))


def furnish(database: Database, directory: Path, zip_code: str, timezone_name: str) -> None:
    """Import a directory and make one clinic with a clinician and a navigator, in a database marked as a demo.

    The story starts on a Tuesday morning, when texts may leave.
    """
    with database.job("tests") as session:
        home = installation(session)
        home.demo = True
        home.clock_ahead_s = int((MORNING.replace(tzinfo=ZoneInfo(timezone_name)) - clock.wall()).total_seconds())
    with database.job("tests") as session:
        import_directory(session, directory, source_name="tests", now=clock.now())
        # The real Miami directory names no e-mail address; the clinic would have asked each desk for its own.
        session.execute(
            update(Organization).where(Organization.email.is_(None)).values(email="desk@organization.example")
        )
    with database.job("tests") as session:
        town = Town(session)
        clinic = town.member(name="Hazel Family Practice", texting_name="Hazel Practice", zip_code=zip_code)
        clinic.timezone_name = timezone_name
        for role, email in ((Role.CLINICIAN, CLINICIAN), (Role.NAVIGATOR, NAVIGATOR)):
            person: Person = town.person(clinic, role, name=f"Robin {role.title()}")
            person.email, person.password_hash = email, hash_password(PASSWORD)
        clinic.owner_person_id = person.id


@contextmanager
def running(database_url: str) -> Iterator[tuple[str, Flask]]:
    """Give the address of the running product and the application; stop both threads afterwards."""
    probe = create_server(lambda _e, _s: [], host="127.0.0.1", port=0)
    port = probe.effective_port
    probe.close()
    address = f"http://localhost:{port}"
    app = create_app(Settings(database_url, "tests-only", MASTER_KEY, address, message_gateway="simulator"))
    server = create_server(app, host="127.0.0.1", port=port, threads=6)
    worker = Worker(app.extensions["database"], worker_tasks(app))

    def serve() -> None:
        with suppress(OSError):  # closing takes the sockets from under its loop
            server.run()

    threads = [threading.Thread(target=serve, daemon=True), threading.Thread(target=worker.run, daemon=True)]
    for thread in threads:
        thread.start()
    try:
        yield address, app
    finally:
        worker.stop()
        server.close()
        for thread in threads:
            thread.join(timeout=10)
        app.extensions["database"].engine.dispose()
        clock.set_offset(timedelta())
