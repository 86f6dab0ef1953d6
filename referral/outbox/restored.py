"""Noticing that the database is a restored copy, before anything of yesterday's queue is sent again.

Two marks inside the database are compared with what is outside of it. `marks` counts on as long as a worker lives, and
a file beside the database (or beside AUDIT_HEAD_FILE, in a second place) remembers the number: a database that counts
less is older than what was seen. `place` is where PostgreSQL keeps the rows: a dump that was read back lies elsewhere,
also on a machine that has no such file. Times of the copy alone would not do: after an outage they look the same.

What it costs: a SQLite database moved to another machine without its file, or a disk that lost what was committed,
start quarantined too. `flask outbox release` ends that; the other mistake, sending twice, nothing undoes.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url, select, text

from referral.kit.installation import Installation, installation
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.quarantine import RESTORED, quarantine_queue

log = logging.getLogger(__name__)

#: Where PostgreSQL keeps the installation's row: the database and the table, by numbers that no dump carries along.
_PLACE = text(
    "SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::text || ':' ||"
    " 'installation'::regclass::oid::text"
)


def marks_file(settings: Settings) -> Path | None:
    """Return where the number is remembered; None where no place outside of the database is known."""
    url = make_url(settings.database_url)
    folder = settings.second_place
    if folder is None or not url.database:
        return None
    return folder / f"{Path(url.database).name}.marks"


@dataclass
class RestoreWatch:
    """Looks whether the database went back in time, and marks that it goes on. One for each worker.

    `looked`: whether it has looked yet; before that, nothing may be sent.
    """

    file: Path | None
    looked: bool = False

    def look(self, database: Database) -> int:
        """Put a restored queue into quarantine; return how many messages that set aside. A worker's task."""
        with database.job("restore watch") as session:
            row = _locked(session)
            held, marks = (0, None) if row.demo else self._mark(session, row)
        if marks is not None and self.file is not None:
            _remember(self.file, marks)
        self.looked = True
        return held

    def _mark(self, session: ScopedSession, row: Installation) -> tuple[int, int]:
        place = session.scalar(_PLACE) if session.get_bind().dialect.name == "postgresql" else None
        seen = _remembered(self.file)
        held = 0
        if _is_restored(session, row, place, seen, remembers=self.file is not None):
            held = quarantine_queue(session, reason=RESTORED)
            log.error("database was restored, nothing is sent", extra={"state": "quarantined"})
        row.marks, row.place = max(row.marks, seen or 0) + 1, place
        session.flush()
        return held, row.marks


def _is_restored(
    session: ScopedSession, row: Installation, place: str | None, seen: int | None, *, remembers: bool
) -> bool:
    if row.marks == 0:  # no worker has marked it: new, or a copy from before there were marks
        return seen is not None and session.scalar(select(Message.id).limit(1)) is not None
    if place is not None and row.place is not None and place != row.place:
        return True
    if seen is not None:
        return row.marks < seen
    return place is None and remembers  # a SQLite file that this machine has never seen


def _locked(session: ScopedSession) -> Installation:
    installation(session)
    session.flush()
    return session.get_one(Installation, 1, with_for_update=True, populate_existing=True)


def _remembered(file: Path | None) -> int | None:
    """Return the number in the file; None where there is none that can be read."""
    try:
        written = file.read_text("ascii").strip() if file is not None else ""
    except (OSError, UnicodeDecodeError):
        return None
    return int(written) if written.isdecimal() else None


def _remember(file: Path, marks: int) -> None:
    """Write the number, whole or not at all. A file that cannot be written is said, and stops nothing."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(f"{marks}\n", "ascii")
        draft.replace(file)
    except OSError as error:
        log.error("marks not written", extra={"error": type(error).__name__})  # noqa: TRY400 - no trace is needed
