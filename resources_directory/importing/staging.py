"""Reads a whole delivery into the scratch file: names every record, merges what belongs together, skips what is bad."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

from resources_directory.geo import zip_timezone
from resources_directory.importing.cells import CellReader, Value
from resources_directory.importing.columns import ALL_OR_NOTHING, ANY_TABLE, CORE, OWNED, links_of
from resources_directory.importing.confidential import names_confidential_term
from resources_directory.importing.identity import Identities
from resources_directory.importing.layouts import ALSO, ELIGIBILITY, LAYOUTS, PAYMENT_ACCEPTED
from resources_directory.importing.nested import RawRow
from resources_directory.importing.records import Record, records_of
from resources_directory.importing.report import DefectCode, DefectLog, Done, Place
from resources_directory.importing.scratch import Scratch

#: Names of remarks on records.
SECRET = "secret"  # noqa: S105 (a remark, not a password)
TIMEZONE = "timezone"
STAND_IN = "stand-in"
TOLD = {ELIGIBILITY: "eligibility_description", PAYMENT_ACCEPTED: "fees_description"}

#: Rows between two calls of the progress function.
STEP = 500


class Staging:
    """Takes raw rows in any order and keeps their records. `skipped` counts rows left out, by table."""

    def __init__(self, scratch: Scratch, identities: Identities, log: DefectLog) -> None:
        self.skipped: Counter[str] = Counter()
        self._scratch = scratch
        self._identities = identities
        self._log = log
        self._taxonomies: set[str] = set()

    def take(self, row: RawRow) -> None:
        """Read one raw row: mend it, name its records and keep them."""
        if row.table in TOLD:
            self._tell_service(row, TOLD[row.table])
            return
        if row.table == "address" and not row.cells.get("location_id") and row.cells.get("organization_id"):
            row = self._at_organization(row)
        records = list(records_of(row, self._log))
        if not records:
            self.skipped[row.table] += 1
        for record in records:
            linked = self._with_any_table(self._with_taxonomy(record))
            if self._has_parents(linked):
                self._keep(linked)
            else:
                self.skipped[row.table] += 1
        if row.table == "phone" and row.cells.get("language", "").strip():
            self._take_phone_language(row)

    def _take_phone_language(self, row: RawRow) -> None:
        """Keep the language that 1.1 and 2.0 have in a column of the phone."""
        spoken = row.cells["language"]
        if any(map(str.isalpha, spoken)) and row.cells.get("id"):
            cells = {"phone_id": row.cells["id"], "name": spoken}
            self.take(RawRow("language", replace(row.place, path="language."), cells))
        else:  # a number of a list of the exporter's own
            self._note(row.place, "language", DefectCode.OUTSIDE_CODE_LIST, spoken, done=Done.SKIPPED)

    def _at_organization(self, row: RawRow) -> RawRow:
        """Give an address that hangs on an organization, as it may in 1.1, a location of that organization."""
        type_, organization = row.cells.get("address_type", "postal"), row.cells["organization_id"].strip()
        own_id = f"{type_}:{organization}"
        cells = {"id": own_id, "organization_id": organization, "location_type": type_}
        self.take(RawRow("location", row.place, cells))
        return replace(row, cells={**row.cells, "location_id": own_id})

    def _keep(self, record: Record) -> None:
        id_ = self._id_of(record)
        if not self._scratch.add(id_, record):
            self._keep_again(id_, record)
        self._remark(id_, record)

    def _id_of(self, record: Record) -> UUID:
        if record.source_record_id:
            return self._identities.of(record.table, record.source_record_id)
        return self._identities.of_content(record.table, "", fingerprint=record.fingerprint())

    def _keep_again(self, id_: UUID, record: Record) -> None:
        """Keep a record whose id is taken: merged where both agree, under a name of its own where they do not."""
        kept = self._scratch.get(record.table, id_)
        if kept is None or kept.record.fingerprint() == record.fingerprint():
            self._leave_out(record, DefectCode.REPEATED_ROW)
            return
        merged = merge(kept.record, record)
        if merged:
            self._scratch.replace(kept, merged)
        elif record.table in CORE:
            self._leave_out(record, DefectCode.REPEATED_ID)
        else:
            own = self._identities.of_content(record.table, record.source_record_id, fingerprint=record.fingerprint())
            if self._scratch.add(own, record):
                self._note(record.place, "id", DefectCode.REPEATED_ID, record.source_record_id, done=Done.MENDED)
            else:
                self._leave_out(record, DefectCode.REPEATED_ROW)

    def _leave_out(self, record: Record, code: DefectCode) -> None:
        """Name a row that says again what is known. In JSON this is how nesting works, and no defect."""
        if code is DefectCode.REPEATED_ROW and not record.place.file.endswith(".csv"):
            return
        self.skipped[record.table] += 1
        self._note(record.place, "id", code, record.source_record_id, done=Done.SKIPPED)

    def _remark(self, id_: UUID, record: Record) -> None:
        """Note what a record says about another one, or about itself, that is needed when writing."""
        location = record.links.get("location_id", "")
        if record.secret:
            table, about = ("location", self._identities.of("location", location)) if location else (record.table, id_)
            self._scratch.remark(table, about, name=SECRET)
            self._note(record.place, "", DefectCode.ADDRESS_PRIVATE, record.source_record_id, done=Done.KEPT)
        if record.table == "taxonomy_term" and names_confidential_term(str(record.values["name"])):
            self._scratch.remark("taxonomy_term", id_, name=SECRET)
        if record.table == "address" and location:
            zone = zip_timezone(str(record.values["postal_code"] or ""))
            if zone:
                self._scratch.remark("location", self._identities.of("location", location), name=TIMEZONE, text=zone)

    def _has_parents(self, record: Record) -> bool:
        """Say whether a record names the parents that it cannot do without."""
        required = [link.name for link in links_of(record.table) if link.required]
        required += [column for table, column in ANY_TABLE if table == record.table]
        missing = [column for column in required if not record.links.get(column)]
        if record.table == "service":
            missing = []  # a stand-in is made for its organization
        if record.table in OWNED and not record.links:
            missing = [links_of(record.table)[0].name]
        for column in missing[:1]:
            self._note(record.place, column, DefectCode.MISSING_PARENT, record.source_record_id, done=Done.SKIPPED)
        return not missing

    def _with_any_table(self, record: Record) -> Record:
        """Write the table that an attribute or a change belongs to as we call it."""
        for (table, _), column in ANY_TABLE.items():
            if table == record.table:
                named = str(record.values[column] or "service").strip().lower()
                layout = LAYOUTS.get(ALSO.get(named, named))
                values: dict[str, Value] = {**record.values, column: layout.table if layout else named}
                return replace(record, values=values)
        return record

    def _with_taxonomy(self, record: Record) -> Record:
        """Give a term the list that it only names, as terms of 1.1 do."""
        name = record.values.get("taxonomy")
        if record.table != "taxonomy_term" or record.links.get("taxonomy_id") or not isinstance(name, str):
            return record
        own_id = f"name:{name}"
        if name not in self._taxonomies:
            self._taxonomies.add(name)
            values: dict[str, Value] = {"name": name, "description": None, "uri": None, "version": None}
            self._keep(Record("taxonomy", record.place, own_id, values))
        return replace(record, links={**record.links, "taxonomy_id": own_id})

    def _tell_service(self, row: RawRow, column: str) -> None:
        """Keep a text of 1.1 and 2.0 that became part of the service in 3.0."""
        text, service = CellReader(row, self._log).text(row.table), row.cells.get("service_id", "").strip()
        if not text or not service:
            self.skipped[row.table] += 1
            code = DefectCode.MISSING_VALUE if service else DefectCode.MISSING_PARENT
            self._note(row.place, row.table if service else "service_id", code, text, done=Done.SKIPPED)
            return
        self._scratch.remark("service", self._identities.of("service", service), name=column, text=text)

    def _note(self, place: Place, column: str, code: DefectCode, value: str, *, done: Done) -> None:
        self._log.add(place, column, code, value=value, done=done)


def merge(first: Record, second: Record) -> Record | None:
    """Return one record that says what both say, or None where they contradict each other."""
    values, links = dict(first.values), dict(first.links)
    if first.table not in CORE and values != second.values:
        return None
    if first.table in ALL_OR_NOTHING and first.place.file.endswith(".csv"):
        return None  # "of this service" and "of this place" are two rows there; one with both would say less
    for name, value in second.values.items():
        if values.get(name) is None:
            values[name] = value
        elif value is not None and values[name] != value:
            return None
    for name, target in second.links.items():
        if links.setdefault(name, target) != target:
            return None
    return replace(first, values=values, links=links, secret=first.secret or second.secret)
