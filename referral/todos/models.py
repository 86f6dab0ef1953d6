"""Tables of to-dos: something a named person must do next, and when people are away."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base


class ToDoReason(StrEnum):
    """Why somebody must act."""

    CALL_INSTEAD_OF_TEXT = "call_instead_of_text"
    PATIENT_ASKED_FOR_CALL = "patient_asked_for_call"
    PATIENT_WROTE = "patient_wrote"
    PATIENT_STOPPED_TEXTS = "patient_stopped_texts"
    UNCLEAR_REPLY = "unclear_reply"
    NO_REPLY = "no_reply"
    NOT_HELPED = "not_helped"
    ANSWERS_DIFFER = "answers_differ"
    ORGANIZATION_SILENT = "organization_silent"
    ORGANIZATION_DECLINED = "organization_declined"
    ORGANIZATION_UNREACHABLE = "organization_unreachable"
    REFERRAL_EXPIRED = "referral_expired"
    MESSAGE_STUCK = "message_stuck"
    CRISIS = "crisis"
    WRONG_NUMBER = "wrong_number"
    LATE_ANSWER = "late_answer"
    CONFIRM_NEED = "confirm_need"
    #: The patient said "not now": it is time to offer help again.
    OFFER_AGAIN = "offer_again"
    ORGANIZATION_ASKS = "organization_asks"
    #: Another clinic moved the patient here.
    PATIENT_MOVED_HERE = "patient_moved_here"
    #: The next step of a contact plan.
    NEXT_CONTACT = "next_contact"
    #: The patient chose another place on their page; nothing is shared before somebody takes consent.
    CHOSE_OTHER_PLACE = "chose_other_place"
    OTHER = "other"


class ToDo(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """One thing to do, with an owner and a due time."""

    __tablename__ = "to_do"
    __table_args__ = (one_of("reason", ToDoReason), Index("ix_to_do_owner_due", "owner_person_id", "due_at"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    reason: Mapped[str]
    #: referral, message or inbound_message, and which.
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    #: A second to-do with the same key is not made.
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    #: A few sealed words for the person who does it.
    note_sealed: Mapped[bytes | None]
    owner_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    deputy_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    #: Who is away: the owner stands in, and it goes back when they return.
    covers_for_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    urgent: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    outcome_sealed: Mapped[bytes | None]
    version: Mapped[int] = mapped_column(default=1)

    note = sealed("note_sealed")
    outcome = sealed("outcome_sealed")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape


class Absence(Identified, Base):
    """Days on which one of a clinic's people is away: their to-dos are with whoever stands in."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="ends_after_it_begins"),
        Index("ix_absence_member_days", "member_id", "first_day", "last_day"),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    #: Days of the clinic's calendar, both included.
    first_day: Mapped[date]
    last_day: Mapped[date]
    noted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    #: Taken back: they are here after all, or came back earlier.
    ended_at: Mapped[datetime | None]
