"""Tables of what a patient wants kept in mind: who speaks for them, and whom they barred."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed, sealed_json
from referral.kit.scope import ClinicOwned
from referral.patients.states import BarKind, ProxyRelation
from resources_directory.db import Base


class PatientProxy(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """Somebody who speaks for a patient. A changed one is a new row; the old one ends."""

    __tablename__ = "patient_proxy"
    __table_args__ = (one_of("relation", ProxyRelation),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    name_sealed: Mapped[bytes | None]
    relation: Mapped[str]
    #: The phone of the patient's that this person holds.
    patient_phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient_phone.id", ondelete="SET NULL"))
    #: Need domain to Reach; a domain that is not there is NOTHING.
    reach_sealed: Mapped[bytes | None]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    name = sealed("name_sealed")
    reach = sealed_json("reach_sealed")


class PatientBar(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """A person of the clinic who may not see a patient, or an organization that is never to be asked."""

    __tablename__ = "patient_bar"
    __table_args__ = (
        one_of("kind", BarKind),
        CheckConstraint("(person_id IS NULL) <> (organization_id IS NULL)", name="one_target"),
        Index(
            "uq_patient_bar_person",
            "patient_id",
            "person_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL AND person_id IS NOT NULL"),
            postgresql_where=text("lifted_at IS NULL AND person_id IS NOT NULL"),
        ),
        Index(
            "uq_patient_bar_organization",
            "patient_id",
            "organization_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL AND organization_id IS NOT NULL"),
            postgresql_where=text("lifted_at IS NULL AND organization_id IS NOT NULL"),
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: The organization of the directory.
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    #: Only if the patient wants to say.
    why_sealed: Mapped[bytes | None]
    barred_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    barred_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]

    why = sealed("why_sealed")
