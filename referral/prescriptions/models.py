"""The prescription: what a clinician signs for one patient."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base


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
