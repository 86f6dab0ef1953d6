"""The list of erasures outside of the database: a restored copy is made to forget again what stands in it.

One line of JSON for each erasure: ids and times, no name and no reason. Each line proves that this installation wrote
it, so that nobody can have a record erased by adding a line. The file lies beside the heads of the audit chain
(AUDIT_HEAD_FILE), else beside the SQLite database; it must not be restored together with the database.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from referral.kit import lines_file
from referral.kit.crypto import Vault
from referral.kit.settings import Settings
from referral.records.models import Erasure

FILE_NAME = "erasures.jsonl"


class BrokenList(Exception):
    """A line of the list is not what we wrote; the text names it."""


@dataclass(frozen=True)
class Lines:
    """What a list holds: its erasures, in their order, and the numbers of lines that a power cut left unfinished."""

    listed: tuple["Listed", ...]
    torn: tuple[int, ...]


@dataclass(frozen=True)
class Listed:
    """One erasure as the list names it."""

    erasure_id: UUID
    patient_id: UUID
    clinic_id: UUID
    erased_at: datetime
    erased_by: UUID | None


def list_file(settings: Settings) -> Path | None:
    """Return where the list is kept; None where neither a second place nor a database file is known."""
    folder = settings.second_place
    return folder / FILE_NAME if folder is not None else None


def warn_without_list(settings: Settings) -> None:
    """Say on standard error that erasures are listed nowhere outside of the database. Whoever serves goes on."""
    if list_file(settings) is None:
        click.echo(
            "Erasures are listed nowhere outside of the database: a restored copy would bring erased records back. "
            "Set AUDIT_HEAD_FILE to a file in a second place; the list is kept beside it.",
            err=True,
        )


def append_lines(file: Path, vault: Vault, entries: Iterable[Erasure]) -> None:
    """Add erasures to the list, on the disk before this returns. A line that is there twice does no harm."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines_file.append_lines(file, [_line(vault, entry) for entry in entries])


def read_lines(file: Path, vault: Vault) -> Lines:
    """Return what the list names. Raises BrokenList at the first whole line that we did not write.

    A torn line is no reason to refuse the rest: its erasure was written once more when the worker came back.
    """
    listed, torn = [], []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        if lines_file.is_torn(line):
            torn.append(number)
        else:
            listed.append(_proven(line, number, vault))
    return Lines(tuple(listed), tuple(torn))


def _proven(line: bytes, number: int, vault: Vault) -> Listed:
    try:
        raw = json.loads(line)
        listed = Listed(
            erasure_id=UUID(raw["erasure"]),
            patient_id=UUID(raw["patient"]),
            clinic_id=UUID(raw["clinic"]),
            erased_at=datetime.fromisoformat(raw["at"]),
            erased_by=UUID(raw["by"]) if raw["by"] else None,
        )
        proven = raw["proof"] == _proof(vault, listed)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BrokenList(f"line {number} cannot be read") from error
    if not proven:
        raise BrokenList(f"line {number} was not written by this installation, or was changed")
    return listed


def _line(vault: Vault, entry: Erasure) -> str:
    listed = Listed(entry.id, entry.patient_id, entry.clinic_id, entry.erased_at, entry.erased_by)
    facts = {
        "erasure": str(listed.erasure_id),
        "patient": str(listed.patient_id),
        "clinic": str(listed.clinic_id),
        "at": listed.erased_at.isoformat(),
        "by": str(listed.erased_by) if listed.erased_by else None,
        "proof": _proof(vault, listed),
    }
    return json.dumps(facts)


def _proof(vault: Vault, listed: Listed) -> str:
    facts = (listed.erasure_id, listed.patient_id, listed.clinic_id, listed.erased_at.isoformat(), listed.erased_by)
    return vault.sign("erasure:" + "|".join(str(fact) for fact in facts))
