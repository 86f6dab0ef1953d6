"""The table of screenings that are not finished: what was answered so far, and how it goes on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed, sealed_json
from referral.kit.scope import ClinicOwned
from referral.screening.states import Respondent, ScreeningMode
from resources_directory.db import Base


class StartedScreening(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """A screening on its way. When it is finished its answers move to rows of their own under the same id."""

    __tablename__ = "started_screening"
    __table_args__ = (
        one_of("mode", ScreeningMode),
        one_of("respondent", Respondent),
        Index("ix_started_screening_open", "patient_id", "ended_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    instrument: Mapped[str]
    instrument_version: Mapped[str]
    language: Mapped[str]
    #: How it is going on now; a tablet, a link and staff may take turns.
    mode: Mapped[str]
    respondent: Mapped[str]
    #: Who answers for the patient, where they are recorded. No foreign key: SQLite would copy the table to add one.
    proxy_id: Mapped[UUID | None]
    #: Questions on safety were answered, alone with staff.
    alone: Mapped[bool] = mapped_column(default=False)
    interpreter_sealed: Mapped[bytes | None]
    #: Link or want id to value; empty once it has ended.
    answers_sealed: Mapped[bytes | None]
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    #: Wrong birth years typed at its link.
    wrong_years: Mapped[int] = mapped_column(default=0)
    #: It was finished, or staff discarded it.
    ended_at: Mapped[datetime | None]

    interpreter = sealed("interpreter_sealed")
    answers = sealed_json("answers_sealed")
