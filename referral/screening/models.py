"""Tables of screening: one filling of an instrument, its answers, and needs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned
from referral.screening.states import NeedSource, NeedStatus, Respondent, ScreeningMode, WantsHelp
from resources_directory.db import Base
from resources_directory.needs import NeedDomain


class Screening(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """One filling of an instrument."""

    __tablename__ = "screening"
    __table_args__ = (one_of("mode", ScreeningMode), one_of("respondent", Respondent))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    #: The instrument's key and version, and the language its questions were read in.
    instrument: Mapped[str]
    instrument_version: Mapped[str]
    language: Mapped[str]
    #: How the questions were asked, and who answered.
    mode: Mapped[str] = mapped_column(default=ScreeningMode.STAFF, server_default=text("'staff'"))
    respondent: Mapped[str] = mapped_column(default=Respondent.PATIENT, server_default=text("'patient'"))
    #: Who asked, handed the tablet over, sent the link, or typed in the sheet.
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    #: The patient was alone, so the safety questions could be asked.
    alone: Mapped[bool]
    interpreter_sealed: Mapped[bytes | None]
    #: Who answered for the patient, where they are recorded. No foreign key: SQLite would copy the table to add one.
    proxy_id: Mapped[UUID | None]
    completed_at: Mapped[datetime]

    interpreter = sealed("interpreter_sealed")


class Answer(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """One reply, sealed. It also says that a question was passed over; one that was not asked has no row."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("screening_id", "item"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    screening_id: Mapped[UUID] = mapped_column(ForeignKey("screening.id"), index=True)
    item: Mapped[str]
    value_sealed: Mapped[bytes | None]

    value = sealed("value_sealed")


#: Help is wanted and the need is not over: the few among all needs that somebody must look after.
_WANTED = text("wants_help = 'yes' AND status IN ('unconfirmed', 'open', 'partly')")


class Need(Identified, ClinicOwned, PatientOwned, Base):
    """A domain in which the patient may lack something."""

    __tablename__ = "need"
    __table_args__ = (
        one_of("domain", NeedDomain),
        one_of("wants_help", WantsHelp),
        one_of("status", NeedStatus),
        one_of("source", NeedSource),
        Index("ix_need_wanted", "clinic_id", "created_at", sqlite_where=_WANTED, postgresql_where=_WANTED),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    domain: Mapped[str]
    wants_help: Mapped[str]
    status: Mapped[str] = mapped_column(default=NeedStatus.UNCONFIRMED)
    source: Mapped[str]
    screening_id: Mapped[UUID | None] = mapped_column(ForeignKey("screening.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    #: What the patient had confirmed (WantsHelp, since `confirmed_at`), while a newer answer waits to be confirmed.
    wanted_before: Mapped[str | None]
    #: When the answer came that waits to be confirmed, of a need that was written down before it.
    answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape
