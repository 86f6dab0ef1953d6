"""The audit table: append-only facts of who read, changed or was denied what. Sealed into a chain later."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, one_of
from resources_directory.db import Base


class AuditKind(StrEnum):
    """What happened."""

    READ = "read"
    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    DENIED = "denied"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"


class AuditEvent(Identified, Base):
    """One fact. It holds ids, tables and column names, never values of people."""

    __tablename__ = "audit_event"
    __table_args__ = (one_of("kind", AuditKind), Index("ix_audit_event_patient", "patient_id", "at"))

    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    #: membership, link, or the job's name.
    actor: Mapped[str]
    person_id: Mapped[UUID | None]
    membership_id: Mapped[UUID | None]
    #: The member whose rows were concerned.
    clinic_id: Mapped[UUID | None] = mapped_column(index=True)
    patient_id: Mapped[UUID | None]
    #: Table and row, where it is about one.
    subject_kind: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    #: The endpoint of the page, or the job's name.
    place: Mapped[str]
    request_id: Mapped[str | None]
    #: Names of columns changed or tables read: {"columns": [...]} or {"tables": [...]}.
    detail: Mapped[dict[str, Any]]
