"""Finds the parents of records, drops the orphans, and gives services without an organization a stand-in."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from resources_directory.importing.cells import Value
from resources_directory.importing.columns import ALL_OR_NOTHING, ANY_TABLE, CORE, ORDER, OWNED, columns_of, links_of
from resources_directory.importing.identity import Identities
from resources_directory.importing.records import Record
from resources_directory.importing.report import DefectCode, DefectLog, Done, Place
from resources_directory.importing.schedule_rows import says_nothing
from resources_directory.importing.scratch import Kept, Scratch
from resources_directory.importing.staging import SECRET, STAND_IN


@dataclass(frozen=True)
class Linked:
    """A record whose links are ids of records that are there."""

    kept: Kept
    links: dict[str, UUID | None]


class Linker:
    """Turns the source's ids of parents into ours, batch by batch, parents' tables before children's."""

    def __init__(self, scratch: Scratch, identities: Identities, log: DefectLog) -> None:
        self._scratch = scratch
        self._identities = identities
        self._log = log
        self._noted_at: Place | None = None
        self._noted: set[tuple[str, str]] = set()

    def stand_in_organizations(self) -> None:
        """Keep an organization for every service whose organization is not in the source: named like the service.

        Losing the service would be worse: it has a phone, hours and a place. Each is named in the report.
        """
        for batch in self._scratch.batches("service"):
            ids = {kept.id: self._candidates("organization", kept.record, "organization_id") for kept in batch}
            named = [id_ for several in ids.values() for id_ in several]
            listed = self._scratch.present("organization", named)
            listed -= self._scratch.remarks("organization", named, name=STAND_IN).keys()
            for kept in batch:
                if listed.isdisjoint(ids[kept.id]):
                    self._stand_in(kept)

    def spread_secrets(self) -> None:
        """Carry what must stay secret from terms to services and from services to their places."""
        for table, from_, column, to, to_column in (
            ("attribute", "taxonomy_term", "taxonomy_term_id", "service", "link_id"),
            ("service_at_location", "service", "service_id", "location", "location_id"),
        ):
            for batch in self._scratch.batches(table):
                ids = {kept.number: self._identities.of(from_, kept.record.links[column]) for kept in batch}
                secret = self._scratch.remarks(from_, list(ids.values()), name=SECRET)
                for kept in batch:
                    if ids[kept.number] in secret and (table != "attribute" or kept.record.values["link_entity"] == to):
                        self._scratch.remark(to, self._identities.of(to, kept.record.links[to_column]), name=SECRET)

    def linked(self, batch: list[Kept]) -> list[Linked]:
        """Return the records of a batch whose parents are there; the others are dropped and named."""
        present = self._present(batch)
        linked = [self._link(kept, present) for kept in batch]
        orphans = [kept.number for kept, found in zip(batch, linked, strict=True) if found is None]
        self._scratch.drop(orphans)
        return [found for found in linked if found]

    def _link(self, kept: Kept, present: dict[str, set[UUID]]) -> Linked | None:
        """Return a record with its parents, or None where it is lost without one; each missing parent is noted."""
        record = kept.record
        links: dict[str, UUID | None] = {}
        missing = []
        for column, target in _targets(record):
            candidates = self._candidates(target, record, column)
            links[column] = next((id_ for id_ in candidates if id_ in present[target]), None)
            if candidates and links[column] is None:
                missing.append(column)
        alone = record.table in OWNED and not any(links.values())
        lost = alone or any(_is_vital(record.table, column) for column in missing)
        for column in missing:
            self._note(record, column, DefectCode.ORPHAN, done=Done.SKIPPED if lost else Done.KEPT)
        if not lost and record.table == "schedule" and says_nothing(record.values):
            self._note(record, "byday", DefectCode.SCHEDULE_WITHOUT_TIMES, done=Done.SKIPPED)
            lost = True
        return None if lost else Linked(kept, links)

    def _note(self, record: Record, column: str, code: DefectCode, *, done: Done) -> None:
        """Note a defect once for a row of the source, although the row may have become several records."""
        value = record.links.get(column, "")
        if record.place != self._noted_at:
            self._noted_at, self._noted = record.place, set()
        if (column, value) not in self._noted:
            self._noted.add((column, value))
            self._log.add(record.place, column, code, value=value, done=done)

    def _present(self, batch: list[Kept]) -> dict[str, set[UUID]]:
        wanted: defaultdict[str, set[UUID]] = defaultdict(set)
        for kept in batch:
            for column, target in _targets(kept.record):
                wanted[target].update(self._candidates(target, kept.record, column))
        return {target: self._scratch.present(target, ids) for target, ids in wanted.items()}

    def _candidates(self, target: str, record: Record, column: str) -> list[UUID]:
        text = record.links.get(column, "")
        parts: Iterable[str] = text.split(",") if record.table in CORE else [text]
        return [self._identities.of(target, part) for part in parts if part]

    def _stand_in(self, kept: Kept) -> None:
        record = kept.record
        own_id = record.links.get("organization_id", "").split(",")[0] or f"service:{record.source_record_id}"
        values: dict[str, Value] = {
            name: None for name, column in columns_of("organization").items() if not column.points_to
        }
        stand_in = Record("organization", record.place, own_id, values | {"name": record.values["name"]})
        id_ = self._identities.of("organization", own_id)
        self._scratch.add(id_, stand_in)
        self._scratch.remark("organization", id_, name=STAND_IN)
        if not record.links.get("organization_id"):
            self._scratch.replace(kept, _with_organization(record, own_id))
        self._log.add(
            record.place,
            "organization_id",
            DefectCode.ORPHAN if record.links.get("organization_id") else DefectCode.MISSING_PARENT,
            value=record.links.get("organization_id", ""),
            done=Done.MENDED,
        )


def _is_vital(table: str, column: str) -> bool:
    """Say whether a record means nothing, or something else, without this parent."""
    known = columns_of(table)[column]
    return table in ALL_OR_NOTHING or known.required or (table, column) in ANY_TABLE


def _targets(record: Record) -> list[tuple[str, str]]:
    """Return (column, table that it points to) of a record, in the order of the table."""
    targets = [(link.name, str(link.points_to)) for link in links_of(record.table)]
    for (table, column), entity in ANY_TABLE.items():
        if table == record.table:
            targets.append((column, _known(str(record.values[entity]))))
    return targets


def _known(table: str) -> str:
    return table if table in ORDER else "unknown"


def _with_organization(record: Record, own_id: str) -> Record:
    links = {**record.links, "organization_id": own_id}
    return Record(record.table, record.place, record.source_record_id, record.values, links)
