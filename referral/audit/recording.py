"""Records every read and change of rows about patients, by watching the session: no view can forget it."""

from typing import Any, cast
from uuid import UUID

from flask import g, has_request_context, request
from sqlalchemy import Table, event, insert, inspect
from sqlalchemy.orm import QueryContext, Session, UOWTransaction

from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.scope import ClinicOwned, Scope, ScopedSession, ScopeKind
from resources_directory.db import new_id

#: The table itself: rows go in at every write, and the mapper has nothing to add to them.
_EVENTS = cast("Table", AuditEvent.__table__)

#: (patient, clinic) to the names of the tables read.
Reads = dict[tuple[UUID, UUID], set[str]]


def audit_row(kind: AuditKind, scope: Scope, **facts: Any) -> dict[str, Any]:
    """Return the column values of one audit event under `scope`."""
    in_request = has_request_context()
    row: dict[str, Any] = {
        "id": new_id(),
        "at": clock.now(),
        "kind": str(kind),
        "actor": scope.label,
        "person_id": scope.person_id,
        "membership_id": scope.membership_id,
        "clinic_id": None,
        "patient_id": None,
        "subject_kind": None,
        "subject_id": None,
        "place": (request.endpoint or "-") if in_request else scope.label,
        "request_id": g.get("request_id") if in_request else None,
        "note_sealed": None,
        "detail": {},
    }
    return row | facts


def write_reads(read_by: ScopedSession, write_into: ScopedSession) -> None:
    """Write one audit event per patient whose rows `read_by` loaded; `write_into` commits them."""
    reads: Reads = read_by.info.pop("reads", {})
    if not reads:
        return
    rows = [
        audit_row(
            AuditKind.READ,
            read_by.scope,
            patient_id=patient_id,
            clinic_id=clinic_id,
            detail={"tables": sorted(tables)},
        )
        for (patient_id, clinic_id), tables in sorted(reads.items())
    ]
    write_into.execute(insert(_EVENTS), rows)


def _patient_of(row: Any) -> UUID | None:
    return getattr(row, "patient_id", None)


@event.listens_for(ClinicOwned, "load", propagate=True)
@event.listens_for(ClinicOwned, "refresh", propagate=True)
def _note_read(row: Any, context: QueryContext | None, _attributes: object = None) -> None:
    if context is None:
        return  # an UPDATE of many rows writes into those at hand: nothing was read
    session = context.session
    if not isinstance(session, ScopedSession) or session.scope.kind is ScopeKind.JOB:
        return  # the product's own work shows nothing to anybody
    patient_id = _patient_of(row)
    if patient_id is None or row.clinic_id is None:
        return
    reads: Reads = session.info.setdefault("reads", {})
    reads.setdefault((patient_id, row.clinic_id), set()).add(row.__tablename__)


@event.listens_for(ScopedSession, "after_flush")
def _record_changes(session: Session, _context: UOWTransaction) -> None:
    if not isinstance(session, ScopedSession):
        return
    rows = [
        *(_change(session, row, AuditKind.CREATED) for row in session.new if isinstance(row, ClinicOwned)),
        *(
            _change(session, row, AuditKind.CHANGED)
            for row in session.dirty
            if isinstance(row, ClinicOwned) and session.is_modified(row)
        ),
        *(_change(session, row, AuditKind.DELETED) for row in session.deleted if isinstance(row, ClinicOwned)),
    ]
    if rows:
        session.execute(insert(_EVENTS), rows)


def _change(session: ScopedSession, row: Any, kind: AuditKind) -> dict[str, Any]:
    columns = sorted(
        attribute.key
        for attribute in inspect(row).attrs
        if attribute.history.has_changes() and not attribute.key.endswith("version")
    )
    return audit_row(
        kind,
        session.scope,
        patient_id=_patient_of(row),
        clinic_id=row.clinic_id,
        subject_kind=row.__tablename__,
        subject_id=row.id,
        detail={"columns": columns} if kind is AuditKind.CHANGED else {},
    )
