"""The table of pauses: no text goes to a patient, or to one of their phones, until a person decides."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned
from referral.patients.states import PauseCause
from resources_directory.db import Base


class TextingPause(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """A time without texts. Nobody is told of it by text; it ends when a person ends it, never by itself."""

    __tablename__ = "texting_pause"
    __table_args__ = (one_of("cause", PauseCause),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    #: The only number that rests; none: every number of the patient.
    phone_number_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone_number.id"), index=True)
    cause: Mapped[str]
    #: The text that may have asked for no more texts. No foreign key: it lies in a higher slice.
    inbound_message_id: Mapped[UUID | None]
    #: Why, in the words of whoever paused.
    why_sealed: Mapped[bytes | None]
    #: The day on which somebody looks whether texts may go again, on the clinic's calendar.
    look_on: Mapped[date]
    #: None where the reader of replies paused.
    paused_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    paused_at: Mapped[datetime]
    #: None where the patient's own STOP or START decided.
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    why = sealed("why_sealed")
