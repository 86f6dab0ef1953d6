"""Rewriting the database's files, so that what was erased stands in no byte of them."""

import logging

from sqlalchemy import Engine, text

from referral.kit import clock
from referral.records.scrubbing import scrubbed_tables

log = logging.getLogger(__name__)

#: Beside the tables that are emptied: those that lose rows.
_ALSO = ("answer", "patient_name_token", "patient_phone", "texting_consent", "inbound_message", "patient", "data_key")
_AND = ("started_screening", "phone_number", "opt_out_event", "message_attempt", "provider_event")


def compact_sqlite(engine: Engine) -> bool:
    """Rewrite the file and empty its journal; False while somebody else is reading, and it must be tried again.

    Outside of any transaction. Writers wait meanwhile: about a second for each 100 MB.
    """
    started = clock.monotonic_s()
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        busy, _frames, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    finally:
        raw.close()
    log.info("database compacted", extra={"state": "busy" if busy else "done", "ms": _since(started)})
    return not busy


def compact_postgresql(owner: Engine) -> list[str]:
    """Rewrite every table that an erasure touches; return their names. The engine must be the tables' owner.

    VACUUM FULL writes a new file: a plain VACUUM leaves the bytes in the pages until they are used again.
    """
    names = sorted({table.name for table in scrubbed_tables()} | {*_ALSO, *_AND})
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in names:
            connection.execute(text(f"VACUUM (FULL, ANALYZE) {connection.dialect.identifier_preparer.quote(name)}"))
        connection.execute(text("CHECKPOINT"))
    return names


def _since(started: float) -> int:
    return int((clock.monotonic_s() - started) * 1000)
