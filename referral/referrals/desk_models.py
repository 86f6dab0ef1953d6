"""Tables of what an organization and a clinic add to a referral without moving it: words, appointments, whose it is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import Shared
from resources_directory.db import Base


class ThreadMessage(Identified, SealedRow, Shared, PatientOwned, Base):
    """What one side wrote to the other about a referral; append-only. Its id is the id of the filled form."""

    __tablename__ = "thread_message"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    #: Which side wrote: the clinic, or else the organization.
    from_clinic: Mapped[bool]
    words_sealed: Mapped[bytes | None]
    #: membership, link or phone; who of our people, and the name given on the page.
    actor_kind: Mapped[str]
    author_name_sealed: Mapped[bytes | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    words = sealed("words_sealed")
    author_name = sealed("author_name_sealed")


class Appointment(Identified, SealedRow, Shared, PatientOwned, Base):
    """When the organization expects the person; append-only, the newest word counts."""

    __tablename__ = "appointment"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    starts_at: Mapped[datetime]
    #: None where nobody said.
    interpreter_booked: Mapped[bool | None]
    actor_kind: Mapped[str]
    author_name_sealed: Mapped[bytes | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]

    author_name = sealed("author_name_sealed")


class Assignment(Identified, Shared, PatientOwned, Base):
    """Which colleague at the organization looks after a referral. It moves nothing, so it has a version of its own."""

    __tablename__ = "assignment"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), unique=True)
    #: None: nobody in particular.
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    assigned_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape
