"""What the worker does for whole records: finishes erasures, and removes what was kept long enough."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.scope import job_scope
from referral.kit.settings import settings_of
from referral.kit.transaction import Database
from referral.kit.worker import one_by_one
from referral.records.compacting import compact_sqlite
from referral.records.erasure_list import append_lines, list_file
from referral.records.models import Erasure
from referral.records.removing import run_schedule
from referral.records.scrubbing import scrub

#: How long the file is not rewritten again after somebody was reading it; doubled each time.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(hours=1)

#: Nobody who was sending when a record was erased writes anything about it after this.
SETTLED_AFTER = timedelta(hours=1)


class ErasureFinisher:
    """The worker's task: finishes erasures; while somebody reads, it rewrites the file ever more seldom."""

    def __init__(self) -> None:
        """Start with nothing put off."""
        self._pause_s = 0.0
        self._compact_at_s = 0.0

    def finish_due(self, database: Database) -> int:
        """Write new erasures to the list outside, and rewrite the database's file; return how many were looked at.

        For an hour, what a sender wrote about a message that was on its way during the erasure is emptied too. On
        PostgreSQL the owner rewrites the tables: `flask records vacuum`.
        """
        on_sqlite = database.engine.dialect.name == "sqlite"
        found = _under_way(database, on_sqlite=on_sqlite)
        settled = _settle(database, found)
        to_compact = [erasure_id for erasure_id, patient_id in found.to_compact.items() if patient_id in settled]
        if on_sqlite and to_compact and clock.monotonic_s() >= self._compact_at_s:
            self._compact(database, to_compact)
        return len(found.patients)

    def _compact(self, database: Database, erasure_ids: list[UUID]) -> None:
        if compact_sqlite(database.engine):
            mark_compacted(database, erasure_ids)
            self._pause_s = 0.0
            return
        self._pause_s = min(max(2 * self._pause_s, FIRST_PAUSE.total_seconds()), LONGEST_PAUSE.total_seconds())
        self._compact_at_s = clock.monotonic_s() + self._pause_s


def finish_erasures(database: Database) -> int:
    """Finish erasures at once; return how many were looked at."""
    return ErasureFinisher().finish_due(database)


def mark_compacted(database: Database, ids: list[UUID]) -> None:
    """Write down that the files hold nothing any more of these erasures."""
    with database.job("erasures") as session:
        session.execute(update(Erasure).where(Erasure.id.in_(ids)).values(compacted_at=clock.now()))


def remove_old(database: Database) -> int:
    """Remove what the schedule of retention names, in small transactions; return how many rows."""
    return run_schedule(database)


@dataclass(frozen=True)
class _UnderWay:
    """Erasures to finish. `listed`: those that stand in the list outside since just now.

    `to_compact`: erasure to patient, of those whose bytes may still stand in the database's file.
    """

    patients: list[UUID]
    listed: list[UUID]
    to_compact: dict[UUID, UUID]


def _under_way(database: Database, *, on_sqlite: bool) -> _UnderWay:
    """Return what is to be finished, after writing new erasures to the list outside.

    They are committed by then, and no writer waits for the disk. Were the machine to stop before they are marked as
    listed, their lines would be written twice, which does no harm.
    """
    with database.reading(job_scope("erasures")) as session:
        file = list_file(settings_of(session))
        since = clock.now() - SETTLED_AFTER
        wanted = [Erasure.erased_at > since, Erasure.replayed_at > since]
        wanted += [Erasure.listed_at.is_(None)] if file else []
        wanted += [Erasure.compacted_at.is_(None)] if on_sqlite else []
        entries = list(session.scalars(select(Erasure).where(or_(*wanted)).order_by(Erasure.erased_at, Erasure.id)))
        new = [entry for entry in entries if entry.listed_at is None] if file else []
        if file is not None and new:
            append_lines(file, vault_of(session), new)
        return _UnderWay(
            patients=[entry.patient_id for entry in entries],
            listed=[entry.id for entry in new],
            to_compact={entry.id: entry.patient_id for entry in entries if entry.compacted_at is None},
        )


def _settle(database: Database, found: _UnderWay) -> set[UUID]:
    """Return the patients of whom nothing is left; one that fails is tried again in the next round."""
    settled: set[UUID] = set()

    def settle(patient_id: UUID) -> int:
        with database.job("erasures") as session:
            scrub(session, patient_id)
        settled.add(patient_id)
        return 1

    if found.listed:
        with database.job("erasures") as session:
            session.execute(update(Erasure).where(Erasure.id.in_(found.listed)).values(listed_at=clock.now()))
    one_by_one("erasures", found.patients, settle)
    return settled
