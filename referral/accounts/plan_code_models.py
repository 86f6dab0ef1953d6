"""The table behind the addresses of patients' own pages: addresses that took the place of the first one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base


class PlanCode(Identified, ClinicOwned, PatientOwned, Base):
    """A new address of a patient's page. The newest counts; a patient without a row still has the first address."""

    __tablename__ = "plan_code"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    #: Who gave the address before up; none where the patient did.
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
