"""Recording what no watched row tells: sign-in, sign-out and what somebody was denied."""

from typing import Any

from sqlalchemy import insert

from referral.audit.models import AuditEvent, AuditKind
from referral.audit.recording import audit_row
from referral.kit.scope import Scope, ScopedSession
from referral.kit.transaction import Database


def record(session: ScopedSession, kind: AuditKind, **facts: Any) -> None:
    """Write one audit event in the caller's transaction. `facts`: columns of AuditEvent, never values of people."""
    session.execute(insert(AuditEvent), [audit_row(kind, session.scope, **facts)])


def record_apart(database: Database, scope: Scope, kind: AuditKind, **facts: Any) -> None:
    """Write one audit event in a transaction of its own: what was denied changed nothing else. `facts` as above.

    The caller holds no open transaction of its own, or SQLite would wait for it.
    """
    with database.writing(scope) as session:
        record(session, kind, **facts)
