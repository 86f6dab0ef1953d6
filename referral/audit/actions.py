"""Recording what no watched row tells: sign-in, sign-out and what somebody was denied."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert

from referral.audit.models import AuditEvent, AuditKind
from referral.audit.notes import sealed_note
from referral.audit.recording import audit_row
from referral.kit.scope import Scope, ScopedSession
from referral.kit.transaction import Database


def record(session: ScopedSession, kind: AuditKind, note: str | None = None, **facts: Any) -> None:
    """Write one audit event in the caller's transaction. `facts`: columns of AuditEvent, never values of people.

    `note`: the words that somebody gave as a reason; sealed with the key of the patient named in `facts`, or the
    installation's. `note_of` opens it.
    """
    row = audit_row(kind, session.scope, **facts)
    if note is not None:
        row["note_sealed"] = sealed_note(session, row["id"], note, patient_id=row["patient_id"])
    session.execute(insert(AuditEvent), [row])


def record_each(session: ScopedSession, kind: AuditKind, facts: Sequence[Mapping[str, Any]]) -> None:
    """Write one audit event for each of `facts` (columns of AuditEvent) in the caller's transaction, in one go."""
    rows = [audit_row(kind, session.scope, **each) for each in facts]
    if rows:
        session.execute(insert(AuditEvent), rows)


def record_apart(database: Database, scope: Scope, kind: AuditKind, *, note: str | None = None, **facts: Any) -> None:
    """Write one audit event in a transaction of its own: what was denied changed nothing else. `facts` as above.

    The caller holds no open transaction of its own, or SQLite would wait for it.
    """
    with database.writing(scope) as session:
        record(session, kind, note, **facts)
