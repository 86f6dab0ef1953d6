"""The table of households: who lives together, as somebody of the clinic has put it together by hand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base


class HouseholdMember(Identified, ClinicOwned, PatientOwned, Base):
    """A patient is in a household, and in no other. Taken out, the row is deleted: only the audit remembers."""

    __tablename__ = "household_member"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), unique=True)
    #: The same for everybody in it; it names nothing else.
    household_id: Mapped[UUID] = mapped_column(index=True)
    added_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    #: A safety concern that was written down later ends the membership for every page.
    added_at: Mapped[datetime]
