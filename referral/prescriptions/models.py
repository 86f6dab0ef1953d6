"""Tables of prescribing: what is signed for one patient, what they said about when, the clinic's usual services."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned
from referral.screening.states import WantsHelp
from resources_directory.db import Base

_STANDING = text("ended_at IS NULL")


class Prescription(Identified, ClinicOwned, PatientOwned, Base):
    """One signature over one or more referrals. Its id is the form's id: sent twice, it is one."""

    __tablename__ = "prescription"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    signed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape


class NeedPlan(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """When the patient wants help with a need, as they said while it was prescribed for. The newest one stands."""

    __tablename__ = "need_plan"
    __table_args__ = (
        one_of("wants", WantsHelp),
        Index("uq_need_plan_standing", "need_id", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),
        Index("ix_need_plan_offer_again_at", "offer_again_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), index=True)
    wants: Mapped[str]
    #: In the morning of the day on which help is offered again, by the clinic's clock.
    offer_again_at: Mapped[datetime | None]
    #: Who helps already, in the patient's words.
    helped_by_sealed: Mapped[bytes | None]
    stated_at: Mapped[datetime]
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    #: The to-do was made, or was not needed any more.
    offered_at: Mapped[datetime | None]
    #: The patient has said something else since.
    ended_at: Mapped[datetime | None]

    helped_by = sealed("helped_by_sealed")


class FavouriteService(Identified, ClinicOwned, Base):
    """A service that a clinic calls its usual one. It goes when somebody takes the star away."""

    __tablename__ = "favourite_service"
    __table_args__ = (UniqueConstraint("clinic_id", "service_id"),)

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    starred_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    starred_at: Mapped[datetime]
