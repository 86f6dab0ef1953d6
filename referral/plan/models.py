"""Tables of the patient's own page: the chosen word, which private needs it may name, what the patient thought of help.

The first two are events: the newest counts, and none is changed.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base

LOWEST, HIGHEST = 1, 5


class PlanWord(Identified, ClinicOwned, PatientOwned, Base):
    """The word that opens the page instead of the year of birth, chosen or taken away."""

    __tablename__ = "plan_word"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    #: Keyed index of the folded word; none where it was taken away. The word itself is not stored.
    word_index: Mapped[bytes | None]
    #: Who of our people wrote it down; none where the patient did.
    chosen_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class PlanNeed(Identified, ClinicOwned, PatientOwned, Base):
    """The patient's choice whether the page may name requests for one private need. Without a row it does not."""

    __tablename__ = "plan_need"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), index=True)
    shown: Mapped[bool]
    #: Who wrote down what the patient said.
    chosen_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ReferralRating(Identified, ClinicOwned, PatientOwned, Base):
    """What the patient thought of a finished request: 1 (bad) to 5 (good). No outcome, and no organization sees it."""

    __tablename__ = "referral_rating"
    __table_args__ = (CheckConstraint(f"stars BETWEEN {LOWEST} AND {HIGHEST}", name="stars"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), unique=True)
    stars: Mapped[int]
    at: Mapped[datetime]
