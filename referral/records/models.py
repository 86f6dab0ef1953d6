"""Tables of whole records: the list of erasures, which outlives them, and legal holds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned
from referral.kit.crypto import INSTALLATION, SealedRow, sealed
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base

_IN_FORCE = text("lifted_at IS NULL")


class Erasure(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """One erased record. A restored copy of the database is made to forget again what is listed here.

    `patient_id` names no row: a copy from before the patient was registered may lack them.
    """

    __tablename__ = "erasure"

    patient_id: Mapped[UUID] = mapped_column(unique=True)
    #: Why, in the words of whoever erased; sealed with the installation's key, because the patient's is destroyed.
    reason_sealed: Mapped[bytes | None]
    #: None when the erasure was done again after a restore.
    erased_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    erased_at: Mapped[datetime]
    #: When it was looked whether a legal hold stands; an erasure without this never was.
    hold_checked_at: Mapped[datetime]
    #: It was done again, because a restored copy had brought the record back.
    replayed_at: Mapped[datetime | None]
    #: Written to the list outside of the database.
    listed_at: Mapped[datetime | None]
    #: The database's files were rewritten, so that no byte is left in them.
    compacted_at: Mapped[datetime | None]

    reason = sealed("reason_sealed")

    def seal_owner_id(self) -> UUID:
        """Return the installation: the reason outlives the patient's key."""
        return INSTALLATION


class LegalHold(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """A record that must stay as it is. It protects from the moment it is placed; two persons end it."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> placed_by", name="two_persons_hold"),
        CheckConstraint("lifted_by IS NULL OR lifted_by <> lift_asked_by", name="two_persons_lift"),
        CheckConstraint(
            "lifted_at IS NULL OR (lift_asked_by IS NOT NULL AND lifted_by IS NOT NULL)", name="lift_asked"
        ),
        Index("uq_legal_hold_in_force", "patient_id", unique=True, sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    reason_sealed: Mapped[bytes | None]
    placed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime]
    #: The second person; until then the hold is provisional, and protects all the same.
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    lift_reason_sealed: Mapped[bytes | None]
    lift_asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    lift_asked_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]

    reason = sealed("reason_sealed")
    lift_reason = sealed("lift_reason_sealed")
