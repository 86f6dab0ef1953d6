"""The contact attempt: somebody tried to reach a patient, and whether they did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned
from referral.navigation.states import ContactChannel
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
