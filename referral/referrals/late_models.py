"""The table of answers that came when nothing was waited for any more: kept beside the history, moving nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import Shared
from referral.referrals.states import ReferralEvent
from resources_directory.db import Base

#: What an organization can answer late. What happened is a testimony, late or not.
LATE_EVENTS = (ReferralEvent.ACCEPT, ReferralEvent.WAITLIST, ReferralEvent.DECLINE)


class LateAnswer(Identified, SealedRow, Shared, PatientOwned, Base):
    """What the organization answered after its time; append-only."""

    __tablename__ = "late_answer"
    __table_args__ = (one_of("event", LATE_EVENTS),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    event: Mapped[str]
    #: Where the referral stood, and still stands.
    state: Mapped[str]
    #: A DeclineReason.
    reason: Mapped[str | None]
    position: Mapped[int | None]
    estimate_sealed: Mapped[bytes | None]
    note_sealed: Mapped[bytes | None]
    #: membership, link or phone; who of our people, and the name given on the page.
    actor_kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    actor_name_sealed: Mapped[bytes | None]
    at: Mapped[datetime]

    estimate = sealed("estimate_sealed")
    note = sealed("note_sealed")
    actor_name = sealed("actor_name_sealed")
