"""What the databases write down of an event: the same bytes on both."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from referral.audit.chain import FORMS, NEWEST_FORM, link
from referral.audit.models import AuditEvent
from referral.audit.stored import EVENT, as_bytes, event_rows, reading_bytes, written_moment
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from tests.audit.conftest import Tampering

FULL: dict[str, Any] = {
    "id": UUID("01976f00-0000-7000-8000-0000000000ab"),
    "at": datetime(2026, 11, 20, 10, 0, 0, 5, UTC),
    "kind": "read",
    "actor": "membership",
    "person_id": UUID(int=1),
    "membership_id": UUID(int=2),
    "clinic_id": UUID(int=3),
    "patient_id": UUID(int=4),
    "subject_kind": "patient",
    "subject_id": UUID(int=5),
    "place": "Straße 'x' \\ 你好",
    "request_id": "",
    "note_sealed": b"\x00\xffnote",
    "detail": {"tables": ["patient"], "a": "ü"},
}
BARE = FULL | dict.fromkeys(
    ("person_id", "membership_id", "clinic_id", "patient_id", "subject_kind", "subject_id", "request_id", "note_sealed")
)


def reference(event: dict[str, Any]) -> bytes:
    """The rule once more, in plain Python."""
    written = b""
    for name in FORMS[NEWEST_FORM][:-1]:
        value = event[name]
        if value is None:
            written += b"-"
        elif isinstance(value, bytes):
            written += b"x%d:%s" % (len(value), value.hex().upper().encode())
        elif isinstance(value, datetime):
            written += written_moment(value)
        else:
            text = value.hex.encode() if isinstance(value, UUID) else value.encode()
            written += b"%d:%s" % (len(text), text)
    return written


def stored(database: Database) -> tuple[bytes, bytes]:
    """What the database writes of its one event, and its JSON."""
    with database.reading(job_scope("tests")) as session:
        connection = session.connection()
        with reading_bytes(connection):
            (row,) = as_bytes(connection.execute(event_rows(connection.dialect.name)).all(), connection.dialect.name)
    return row[2], row[3]


@pytest.mark.parametrize("event", [FULL, BARE])
def test_both_databases_write_an_event_by_the_same_rule(database: Database, event: dict[str, Any]) -> None:
    with database.job("tests") as session:
        session.execute(insert(AuditEvent), [event])

    written, _detail = stored(database)

    assert written == reference(event)


def test_both_databases_come_to_the_same_link(database: Database) -> None:
    with database.job("tests") as session:
        session.execute(insert(AuditEvent), [FULL])

    hashed = link(bytes(32), (1, b"0" * 32, 1), *stored(database))

    assert hashed.hex() == "15e898464bbb6573b42bc820f112c41a478b170b6d9a8d06404c593603fa3546"


@pytest.mark.parametrize("name", FORMS[NEWEST_FORM][3:-2])
def test_a_value_of_another_type_is_written_otherwise(database: Database, tampering: Tampering, name: str) -> None:
    if database.engine.dialect.name != "sqlite":
        return  # PostgreSQL refuses such a value
    with database.job("tests") as session:
        session.execute(insert(AuditEvent), [FULL])
    before = stored(database)
    with tampering() as connection:
        connection.exec_driver_sql(f"UPDATE {EVENT.name} SET {name} = CAST({name} AS BLOB)")

    assert stored(database) != before
