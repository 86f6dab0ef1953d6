"""The table of other places for a need whose referral was declined or not answered, and of those left out."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed_json
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base


class LeftOut(StrEnum):
    """Why a service that fits is not offered instead."""

    #: This need had a referral to it already.
    TRIED = "tried"
    #: The patient wants nothing to do with the organization.
    BARRED = "barred"
    #: It said lately that it has no room.
    NO_ROOM = "no_room"
    #: It is reached only by a call made together.
    CONFIDENTIAL = "confidential"


class RerouteAlternative(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """A place found after a decline or an expiry, as it was then; either it has a rank, or a reason to be left out."""

    __tablename__ = "reroute_alternative"
    __table_args__ = (
        one_of("left_out", LeftOut),
        CheckConstraint("(rank IS NULL) <> (left_out IS NULL)", name="rank_or_left_out"),
        UniqueConstraint("referral_id", "service_id"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    #: The referral that came to nothing.
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    #: 1 fits best.
    rank: Mapped[int | None]
    left_out: Mapped[str | None]
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    #: As it was found: service_name, organization_name, distance_km, reasons (codes), room_said_at.
    facts_sealed: Mapped[bytes | None]
    #: Found because somebody of the clinic asked: only they see it.
    staff_only: Mapped[bool] = mapped_column(default=False)
    offered_at: Mapped[datetime]
    chosen_at: Mapped[datetime | None]
    #: ActorKind of whoever chose, and who of our people.
    chosen_by_kind: Mapped[str | None]
    chosen_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    facts = sealed_json("facts_sealed")
