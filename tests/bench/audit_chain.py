"""Seconds to seal and to verify a million audit events, beside the seconds of hashing alone. Part of `make bench`.

BENCH_AUDIT_ROWS chooses another number. PostgreSQL takes part with a fifth of it, where the tests find a server.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from referral.audit.sealing import seal_new_events
from referral.audit.verifying import verify
from referral.kit.crypto import Vault
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.tables import metadata
from tests.databases import find_postgres

ROWS = int(os.environ.get("BENCH_AUDIT_ROWS", "1000000"))
CLINICS, STRETCH = 20, 20_000
FIRST_MS = 1_767_225_600_000
COLUMNS = (
    "id, at, kind, actor, person_id, membership_id, clinic_id, patient_id, subject_kind, subject_id, place, "
    "request_id, note_sealed, detail"
)


def stretches(rows: int) -> Iterator[list[tuple[Any, ...]]]:
    """Give `rows` events of twenty clinics, a tenth of a second apart, as most are: somebody read a patient's rows."""
    for start in range(0, rows, STRETCH):
        yield [_event(number) for number in range(start, min(start + STRETCH, rows))]


def _event(number: int) -> tuple[Any, ...]:
    made_ms = FIRST_MS + number * 100
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=made_ms)
    person, clinic, patient = (f"{number % count + 1:032x}" for count in (97, CLINICS, 5_000))
    return (
        f"{made_ms:012x}7000800{number:013x}",
        at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        *("read", "membership", person, person, clinic, patient, None, None, "patients.show"),
        *(f"{number:032x}", None, '{"tables": ["need", "patient", "referral"]}'),
    )


def write(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Store events as fast as the database takes them."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.executemany(f"INSERT INTO audit_event ({COLUMNS}) VALUES ({', '.join('?' * 14)})", rows)
        return
    with driver.cursor().copy(f"COPY audit_event ({COLUMNS}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((row[0], f"{row[1]}+00", *row[2:]))


def hashing_s(rows: int) -> float:
    """Return the seconds of as many SHA-256 over as many bytes, and nothing else: the floor."""
    row, previous = b"x" * 420, bytes(32)
    started = time.perf_counter()
    for _ in range(rows):
        previous = hashlib.sha256(previous + row).digest()
    return time.perf_counter() - started


def measure(url: str, rows: int) -> tuple[float, ...]:
    """Return the seconds to write, seal and verify `rows` events in an empty database, and our CPU of verifying."""
    database = Database(url, Vault(b"k" * 32))
    metadata.create_all(database.engine)
    started = time.perf_counter()
    for stretch in stretches(rows):
        with database.job("bench") as session:
            write(session.connection(), stretch)
    written = time.perf_counter()
    while seal_new_events(database):
        pass
    sealed = time.perf_counter()
    cpu = time.process_time()
    with database.reading(job_scope("bench")) as session:
        found = verify(session, {})
    verified, cpu = time.perf_counter(), time.process_time() - cpu
    database.engine.dispose()
    if (found.bad, found.events) != (None, rows):
        raise SystemExit(f"the chain of the bench is not whole: {found}")
    return written - started, sealed - written, verified - sealed, cpu


def report(rows: int = ROWS) -> None:
    """Measure and print, for SQLite and where there is one for PostgreSQL."""
    hashing = hashing_s(rows)
    print(f"\nSeconds for audit events in {CLINICS} chains (hashing {rows:,} alone: {hashing:.1f})")  # noqa: T201 - a command for the terminal
    print(f"{'events':>10}{'write':>8}{'seal':>8}{'verify':>8}{'CPU':>8}")  # noqa: T201 - a command for the terminal
    with tempfile.TemporaryDirectory() as folder:
        _print("SQLite", rows, measure(f"sqlite:///{Path(folder) / 'audit.sqlite3'}", rows))
    server = find_postgres()
    if server is not None:
        _print("PostgreSQL", rows // 5, measure(server.new_database(), rows // 5))
        server.close()


def _print(name: str, rows: int, seconds: tuple[float, ...]) -> None:
    print(f"{rows:10,}" + "".join(f"{each:8.1f}" for each in seconds) + f"  {name}")  # noqa: T201 - a command for the terminal
