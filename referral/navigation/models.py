"""Tables of navigation: attempts to reach a patient, the next one planned, and what was handed over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned
from referral.navigation.states import ContactChannel, PlannedChannel
from resources_directory.db import Base


class ContactAttempt(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """One try to reach a patient; append-only. Its id is the form's id: sent twice, it is one."""

    __tablename__ = "contact_attempt"
    __table_args__ = (one_of("channel", ContactChannel), CheckConstraint("minutes >= 0", name="minutes_not_negative"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    to_do_id: Mapped[UUID | None] = mapped_column(ForeignKey("to_do.id"), index=True)
    channel: Mapped[str]
    reached: Mapped[bool]
    #: BCP 47; the language that was spoken, or tried.
    language: Mapped[str | None]
    #: Who interpreted; none when nobody did.
    interpreter_sealed: Mapped[bytes | None]
    minutes: Mapped[int | None]
    note_sealed: Mapped[bytes | None]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    interpreter = sealed("interpreter_sealed")
    note = sealed("note_sealed")


class ContactPlan(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """The next try to reach a patient, at a day and hour: then it becomes a to-do, or a text. Its id is the form's."""

    __tablename__ = "contact_plan"
    __table_args__ = (one_of("channel", PlannedChannel), Index("ix_contact_plan_waiting", "settled_at", "at"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    #: The to-do that it came out of, and what that was about.
    to_do_id: Mapped[UUID | None] = mapped_column(ForeignKey("to_do.id"), index=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    channel: Mapped[str]
    at: Mapped[datetime]
    note_sealed: Mapped[bytes | None]
    owner_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    planned_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    #: When it became a to-do or a text, or was taken back.
    settled_at: Mapped[datetime | None]
    taken_back: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    note = sealed("note_sealed")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape


class HandOver(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """A to-do or a planned contact went from one person to another; append-only."""

    __tablename__ = "hand_over"
    __table_args__ = (
        UniqueConstraint("filling_id", "to_do_id"),
        UniqueConstraint("filling_id", "contact_plan_id"),
        CheckConstraint("(to_do_id IS NULL) != (contact_plan_id IS NULL)", name="one_thing"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    #: The form that was sent: what was handed over together.
    filling_id: Mapped[UUID]
    to_do_id: Mapped[UUID | None] = mapped_column(ForeignKey("to_do.id"), index=True)
    contact_plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact_plan.id"), index=True)
    from_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    to_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    note_sealed: Mapped[bytes | None]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    note = sealed("note_sealed")
