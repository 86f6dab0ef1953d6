"""The seals of audit events: one row per event, each holding the hash of everything before it in its chain."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.append_only import keep_append_only
from resources_directory.db import Base

#: The chain of events that concern no clinic: sign-ins, jobs.
NO_CLINIC = UUID(int=0)


class AuditSeal(Base):
    """One sealed event. Rows are only added; nothing changes the event itself."""

    __tablename__ = "audit_seal"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(hash) = 32", name="hash"),
        {"sqlite_with_rowid": False},  # read in the order of the chain
    )

    #: The clinic concerned, or NO_CLINIC.
    chain: Mapped[UUID] = mapped_column(primary_key=True)
    #: From 1, without gaps.
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    #: How the row was written down before it was hashed (audit/chain.py).
    form: Mapped[int]
    #: SHA-256 of the hash before, this row's place, and the event.
    hash: Mapped[bytes]
    #: Machine time; part of what is hashed.
    sealed_at: Mapped[datetime]


keep_append_only(AuditSeal.__table__)
