"""Imports a directory: `import_directory` reads a delivery, mends it, writes it, and reports every defect."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from resources_directory.importing.columns import ORDER
from resources_directory.importing.identity import Identities
from resources_directory.importing.linking import Linker
from resources_directory.importing.mapping import Mapping, read_mapping
from resources_directory.importing.package import Package
from resources_directory.importing.reading import raw_rows
from resources_directory.importing.report import DefectCode, DefectLog, Done, ImportReport, Place
from resources_directory.importing.rows import RowMaker
from resources_directory.importing.scratch import Scratch
from resources_directory.importing.staging import STEP, Staging
from resources_directory.importing.writing import Writer
from resources_directory.models.source import DirectorySource
from resources_directory.service_needs import derive_needs
from resources_directory.text_index import reindex

#: So many services must be in a source before "all are inactive" is taken for a fault of its exporter.
TOO_MANY_INACTIVE = 10

Progress = Callable[[str, int], None]


class _DryRun(Exception):
    """Rolls the savepoint back after everything was computed."""


def import_directory(
    session: Session,
    path: Path,
    *,
    source_name: str,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
    mapping: Path | None = None,
) -> ImportReport:
    """Bring a source's records in line with a delivery and return the report.

    `path`: a folder, a zip or one file with HSDS JSON 3.x, or tabular 3.x, 2.0 or 1.1. A delivery is taken for the
    whole of the source: services that it does not list any more are retired. `progress` is called with a name and the
    number of rows done; `mapping` is a file as `mapping.py` describes it. Raises ImportRefused for a broken delivery;
    then, and in a dry run, nothing is changed.
    Works in a savepoint; flushes; the caller commits.
    """
    log = DefectLog()
    session.flush()
    with Scratch() as scratch:
        identities = Identities(source_name)
        staging = Staging(scratch, identities, log)
        _read(path, staging, mapping=read_mapping(mapping), log=log, progress=progress or _silent)
        work = _Import(session, scratch, staging, Linker(scratch, identities, log), log)
        try:
            with session.begin_nested():
                report = work.write(source_name, now, progress=progress or _silent, dry_run=dry_run)
                _end(dry_run=dry_run)
        except _DryRun:
            pass
    session.expire_all()
    return report


def _end(*, dry_run: bool) -> None:
    if dry_run:
        raise _DryRun


def _read(path: Path, staging: Staging, *, mapping: Mapping, log: DefectLog, progress: Progress) -> None:
    package = Package(path)
    try:
        for number, row in enumerate(raw_rows(package, log, mapping=mapping), start=1):
            staging.take(row)
            if number % STEP == 0:
                progress(row.place.file, number)
    finally:
        package.close()


@dataclass(frozen=True)
class _Import:
    """The second half of an import: what was read is linked and written."""

    session: Session
    scratch: Scratch
    staging: Staging
    linker: Linker
    log: DefectLog

    def write(self, source_name: str, now: datetime, *, progress: Progress, dry_run: bool) -> ImportReport:
        """Write all tables, end what is not listed any more, and derive needs and the text index."""
        source = _source(self.session, source_name)
        source.last_import_at = now
        self.session.flush()
        writer = Writer(self.session, source.id, now)
        self.linker.stand_in_organizations()
        self.linker.spread_secrets()
        maker = RowMaker(self.scratch, all_inactive=self._all_inactive())
        for table in ORDER:
            self._write_table(table, writer, maker=maker, progress=progress)
        if self._is_whole(writer):
            for table in reversed(ORDER):
                if self.scratch.count(table):
                    writer.end_unlisted(table, self.scratch)
        counts = tuple(writer.count_of(table, self.staging.skipped[table]) for table in ORDER)
        report = ImportReport(source_name, dry_run, counts, self.log.kept(), self.log.counts())
        if report.created or report.changed or report.retired:
            self._derive(writer, progress)
        return report

    def _write_table(self, table: str, writer: Writer, *, maker: RowMaker, progress: Progress) -> None:
        done = 0
        for batch in self.scratch.batches(table):
            linked = self.linker.linked(batch)
            self.staging.skipped[table] += len(batch) - len(linked)
            writer.write(table, maker.rows(table, linked))
            done += len(batch)
            progress(table, done)

    def _all_inactive(self) -> bool:
        total = self.scratch.count("service")
        if total < TOO_MANY_INACTIVE or self.scratch.count_status("inactive") < total:
            return False
        place = Place("services", 0)
        value = f"{total} of {total}"
        self.log.add(place, "status", DefectCode.STATUS_ALL_INACTIVE, value=value, done=Done.MENDED)
        return True

    def _is_whole(self, writer: Writer) -> bool:
        """Say whether the delivery still lists at least half of the services known before: less is a fault."""
        live = listed = 0
        for ids in writer.ids_of("service", retired=False):
            live += len(ids)
            listed += len(self.scratch.present("service", ids))
        if listed * 2 >= live:
            return True
        value = f"{listed} of {live}"
        self.log.add(Place("services", 0), "", DefectCode.FEWER_SERVICES, value=value, done=Done.KEPT)
        return False

    def _derive(self, writer: Writer, progress: Progress) -> None:
        done = 0
        for ids in writer.ids_of("service", retired=True):
            derive_needs(self.session, ids)
            reindex(self.session, ids)
            done += len(ids)
            progress("text index", done)


def _source(session: Session, name: str) -> DirectorySource:
    found = session.scalars(select(DirectorySource).where(DirectorySource.name == name)).one_or_none()
    if found is None:
        found = DirectorySource(name=name)
        session.add(found)
    return found


def _silent(_name: str, _done: int) -> None:
    """Tell nobody."""
