"""The question table: a check with the patient, planned, open on a phone, or answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.followups.states import QUESTION_MACHINE, QuestionKind
from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base

_OPEN = text("state IN ('opening', 'open')")


class Question(Identified, ClinicOwned, PatientOwned, Base):
    """One question about one referral. At most one is open on a phone, whoever shares it."""

    __tablename__ = "question"
    __table_args__ = (
        one_of("kind", QuestionKind),
        one_of("state", QUESTION_MACHINE.states()),
        UniqueConstraint("referral_id", "kind", "round_no"),
        Index("uq_question_open_phone", "phone_number_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_question_due", "state", "due_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    kind: Mapped[str]
    #: Counts repetitions of the same question: the reminder is round 2.
    round_no: Mapped[int] = mapped_column(default=1)
    #: Set when it is queued for a phone.
    phone_number_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone_number.id"), index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"))
    #: The digits offered.
    options: Mapped[list[str]]
    language: Mapped[str | None]
    state: Mapped[str]
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    #: When no answer makes a to-do.
    expires_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    inbound_message_id: Mapped[UUID | None] = mapped_column(unique=True)
    unclear_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape
