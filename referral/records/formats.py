"""The formats of an export: JSON, and a zip of one CSV for each table. Nothing is written to a disk."""

import csv
import io
import json
import zipfile
from datetime import datetime
from typing import Any
from uuid import UUID

from referral.records.gathering import WholeRecord

#: A cell that begins so would be run as a formula by a spreadsheet (OWASP, CSV injection; ASVS 5.0, 1.2.10).
_RUNS = ("=", "+", "-", "@", "\t", "\r")


def as_json(record: WholeRecord) -> bytes:
    """Return the document as UTF-8 JSON; its shape is described in gathering.py."""
    return json.dumps(record.document(), ensure_ascii=False, indent=1).encode()


def as_csv_zip(record: WholeRecord) -> bytes:
    """Return a zip with one CSV for each table, and `record.json` with what holds for the whole."""
    packed = io.BytesIO()
    about = {name: value for name, value in record.document().items() if name != "tables"}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.json", json.dumps(about, ensure_ascii=False, indent=1))
        for name, rows in record.tables.items():
            archive.writestr(f"{name}.csv", _table(rows))
    return packed.getvalue()


def file_name(export_id: UUID, made_at: datetime, ending: str) -> str:
    """Return the name of the file: a day and a number of ours, nothing of the patient."""
    return f"record-{made_at:%Y-%m-%d}-{export_id.hex[-8:]}.{ending}"


def harmless(value: Any) -> str:
    """Return a cell that no spreadsheet runs; lists and mappings stand as JSON."""
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
    return f"'{text}" if text.startswith(_RUNS) else text


def _table(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO(newline="")
    sheet = csv.writer(written)
    sheet.writerow(columns)
    sheet.writerows([[harmless(row.get(name)) for name in columns] for row in rows])
    return "﻿" + written.getvalue()  # a byte order mark, or spreadsheets misread every accent
