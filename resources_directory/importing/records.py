"""Turns a raw row of any table into the records that will be written, with every defect mended or named."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

from resources_directory.importing.cells import CellReader, Value
from resources_directory.importing.columns import ANY_TABLE, CORE, columns_of, links_of
from resources_directory.importing.confidential import asked_to_hide, is_confidential
from resources_directory.importing.language_names import language_code, spoken_languages
from resources_directory.importing.nested import RawRow
from resources_directory.importing.phone_numbers import phone_number
from resources_directory.importing.places import coordinates, country_code, has_phone, says_private
from resources_directory.importing.report import DefectCode, DefectLog, Done, Place
from resources_directory.importing.schedule_rows import schedule_values

#: Most rows that one row with lists of parents is spread over.
MOST_COPIES = 200
STATUSES = ("active", "inactive", "defunct", "temporarily closed")
STATUS_WORDS = {"temporarily_closed": "temporarily closed", "open": "active", "closed": "inactive"}


@dataclass(frozen=True)
class Record:
    """One row to be written, still linked by the source's ids. `secret`: the words say that it is confidential."""

    table: str
    place: Place
    source_record_id: str
    values: dict[str, Value]
    links: dict[str, str] = field(default_factory=dict)
    secret: bool = False

    def fingerprint(self) -> str:
        """Return a name for the content of the record: equal for equal records, whatever their place."""
        content = json.dumps([self.values, self.links], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:32]


def records_of(row: RawRow, log: DefectLog) -> Iterator[Record]:
    """Give the records that a raw row holds: none for a bad row, several where it lists several parents."""
    cells = CellReader(row, log)
    own_id = row.cells.get("id", "").strip()
    if row.table in CORE and row.table != "service_at_location" and not own_id:
        cells.note("id", DefectCode.EMPTY_ID, done=Done.SKIPPED)
        return
    for values, secret in _values(row, cells):
        if not _is_complete(row, cells, values):
            continue
        for links in _links(row, cells):
            yield Record(row.table, row.place, own_id, values, links, secret)


def _values(row: RawRow, cells: CellReader) -> Iterator[tuple[dict[str, Value], bool]]:
    values = cells.values()
    if row.table == "language":
        yield from ((language, False) for language in _languages(cells, values))
    elif row.table == "schedule":
        yield from ((schedule, False) for schedule in schedule_values(row, cells, values))
    else:
        mend = MENDS.get(row.table)
        secret = mend(row, cells, values) if mend else False
        yield values, secret or asked_to_hide(row.cells) is not None


def _is_complete(row: RawRow, cells: CellReader, values: dict[str, Value]) -> bool:
    """Say whether all columns that must be filled are, and whether a child says anything at all."""
    for name, column in columns_of(row.table).items():
        if column.required and name in values and values[name] is None:
            if row.table == "metadata" and name.endswith("_value"):
                values[name] = ""
                continue
            cells.note(name, DefectCode.MISSING_VALUE, done=Done.SKIPPED)
            return False
    if row.table in ("address", "accessibility", "service_area", "required_document", "contact", "funding"):
        told = [value for name, value in values.items() if value is not None and name != "address_type"]
        if not told:
            cells.note("", DefectCode.MISSING_VALUE, done=Done.SKIPPED)
            return False
    return True


def _links(row: RawRow, cells: CellReader) -> Iterator[dict[str, str]]:
    """Give the parents by the source's ids; a cell that lists several makes several children of a child table."""
    single: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    for column in [*(link.name for link in links_of(row.table)), *_any_link(row.table)]:
        text = row.cells.get(column, "").strip()
        if "," in text:
            cells.note(column, DefectCode.MANY_PARENTS, done=Done.KEPT if row.table in CORE else Done.MENDED)
            several[column] = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        elif text:
            single[column] = text
    if row.table in CORE:  # the first one that is there is taken
        yield single | {column: ",".join(ids) for column, ids in several.items()}
        return
    for number, choice in enumerate(product(*several.values())):
        if number >= MOST_COPIES:
            return
        yield single | dict(zip(several, choice, strict=True))


def _any_link(table: str) -> list[str]:
    return [column for known, column in ANY_TABLE if known == table]


def _service(row: RawRow, cells: CellReader, values: dict[str, Value]) -> bool:
    values["status"] = _status(cells, cells.text("status"))
    for column in ("minimum_age", "maximum_age"):
        age = values[column]
        if isinstance(age, float) and not 0 <= age <= 150:
            cells.note(column, DefectCode.NOT_A_NUMBER, done=Done.SKIPPED)
            values[column] = None
    texts = [str(values[name] or "") for name in ("alternate_name", "description", "application_process", "alert")]
    return is_confidential(str(values["name"] or ""), texts)


def _status(cells: CellReader, text: str) -> str:
    if not text:
        cells.note("status", DefectCode.STATUS_EMPTY)
        return "active"
    tidy = text.casefold()
    status = STATUS_WORDS.get(tidy, tidy)
    if status not in STATUSES:
        cells.note("status", DefectCode.STATUS_UNKNOWN)
        return "active"
    if status != text:
        cells.note("status", DefectCode.OUTSIDE_CODE_LIST)
    return status


def _location(row: RawRow, cells: CellReader, values: dict[str, Value]) -> bool:
    found = coordinates(row.cells.get("latitude", "").strip(), row.cells.get("longitude", "").strip())
    shown = f"{row.cells.get('latitude', '')}, {row.cells.get('longitude', '')}"
    for code in found.codes:
        done = Done.MENDED if code is DefectCode.COORDINATES_IN_METRES else Done.SKIPPED
        cells.note("latitude", code, value=shown, done=done)
    values |= {"latitude": found.latitude, "longitude": found.longitude}
    return any(says_private(str(values[name] or "")) for name in ("name", "alternate_name"))


def _address(row: RawRow, cells: CellReader, values: dict[str, Value]) -> bool:
    country = values["country"]
    if isinstance(country, str):
        code = country_code(country)
        if code != country:
            cells.note("country", DefectCode.COUNTRY_UNKNOWN, done=Done.MENDED if code else Done.KEPT)
        values["country"] = code or country
    more = [cells.text(column) for column in ("address_3", "address_4")]
    lines = [line for line in (str(values["address_2"] or ""), *more) if line]
    values["address_2"] = ", ".join(lines) or None
    whole = [values[name] for name in ("address_1", "city", "state_province", "postal_code")]
    if None in whole and any(whole):
        cells.note("", DefectCode.ADDRESS_INCOMPLETE, done=Done.KEPT)
    street = [str(values[name] or "") for name in ("attention", "address_1", "address_2")]
    if any(has_phone(line) for line in street):
        cells.note("address_1", DefectCode.PHONE_IN_ADDRESS, done=Done.KEPT)
    return any(says_private(line) for line in street)


def _phone(row: RawRow, cells: CellReader, values: dict[str, Value]) -> bool:
    if not isinstance(values["number"], str):
        return False
    found = phone_number(values["number"])
    for code in found.codes:
        kept = code in (DefectCode.PHONE_SHORT_CODE, DefectCode.PHONE_UNREADABLE)
        cells.note("number", code, done=Done.KEPT if kept else Done.MENDED)
    values["number"] = found.number or None
    values["extension"] = values["extension"] or found.extension or None
    extension = str(values["extension"] or "")
    if extension and not extension.isdigit():
        cells.note("extension", DefectCode.EXTENSION_NOT_A_NUMBER, value=extension, done=Done.KEPT)
    return False


def _term(row: RawRow, cells: CellReader, values: dict[str, Value]) -> bool:
    values["code"] = values["code"] or row.cells.get("id", "").strip()
    return False


def _languages(cells: CellReader, values: dict[str, Value]) -> Iterator[dict[str, Value]]:
    name, code = values["name"], values["code"]
    if isinstance(code, str):
        values["code"] = language_code(code) or code
    if not isinstance(name, str) or code:
        if name or code or values["note"]:
            yield values
        else:
            cells.note("name", DefectCode.MISSING_VALUE, done=Done.SKIPPED)
        return
    found = spoken_languages(name)
    for defect in found.codes:
        cells.note("name", defect)
    for language in found.languages:
        notes = [note for note in (language.note, str(values["note"] or "")) if note]
        yield values | {"name": language.name, "code": language.code, "note": "\n".join(notes) or None}


MENDS: dict[str, Callable[[RawRow, CellReader, dict[str, Value]], bool]] = {
    "address": _address,
    "location": _location,
    "phone": _phone,
    "service": _service,
    "taxonomy_term": _term,
}
