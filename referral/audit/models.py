"""The audit table: append-only facts of who read, changed or was denied what. Sealed into a chain later."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.append_only import keep_append_only
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
    EXPORTED = "exported"
    LIST_MADE = "list_made"
    ERASED = "erased"
    HELD = "held"
    HOLD_LIFTED = "hold_lifted"
    GLASS_OPENED = "glass_opened"
    GLASS_ENDED = "glass_ended"
    GLASS_REVIEWED = "glass_reviewed"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTOR_FAILED = "factor_failed"
    FACTORS_RESET = "factors_reset"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word, no password
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word, no password
    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    MEMBERSHIP_GIVEN = "membership_given"
    MEMBERSHIP_ENDED = "membership_ended"
    OWNERS_NAMED = "owners_named"
    MEMBER_MADE = "member_made"
    SIGN_INS_ENDED = "sign_ins_ended"
    CODES_RENEWED = "codes_renewed"
    PERSON_SUSPENDED = "person_suspended"
    PERSON_RESTORED = "person_restored"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    PROVIDER_SET = "provider_set"
    PROVIDER_REMOVED = "provider_removed"
    DEMAND_RECORDED = "demand_recorded"
    DEMAND_ANSWERED = "demand_answered"
    KEYS_ROTATED = "keys_rotated"
    RETENTION_RAN = "retention_ran"
    LINK_OPENED = "link_opened"
    CODE_SENT = "code_sent"
    CODE_FAILED = "code_failed"


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
    #: Words that somebody gave as a reason, sealed with the patient's key, or the installation's.
    note_sealed: Mapped[bytes | None]
    #: Names of columns changed or tables read: {"columns": [...]} or {"tables": [...]}.
    detail: Mapped[dict[str, Any]]


keep_append_only(AuditEvent.__table__)
