"""The table of emergency access, break-glass (45 CFR 164.312(a)(2)(ii)): who opened which clinic's records, and why."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base


class GlassEnd(StrEnum):
    """How an emergency access ended."""

    BY_PERSON = "by_person"
    TIME_UP = "time_up"
    SIGNED_OUT = "signed_out"
    BY_OFFICER = "by_officer"


class Finding(StrEnum):
    """What the privacy officer found: was the access called for?"""

    APPROPRIATE = "appropriate"
    NOT_APPROPRIATE = "not_appropriate"


_OPEN = text("ended_at IS NULL")


class BreakGlass(Identified, SealedRow, ClinicOwned, Base):
    """One emergency access. `clinic_id` is the clinic whose records were opened: its privacy officer reads the row."""

    __tablename__ = "break_glass"
    __table_args__ = (
        one_of("ended_how", GlassEnd),
        one_of("finding", Finding),
        # One person opens one at a time, also when two windows ask at once.
        Index("uq_break_glass_open", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    #: Who opened it, and the membership they acted under before.
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("membership.id"))
    reason_sealed: Mapped[bytes | None]
    #: Story time, as the audit counts.
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[str | None]
    #: Machine time, as sessions count: after it nothing opens any more, whatever the other columns say.
    until: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    finding: Mapped[str | None]
    finding_words_sealed: Mapped[bytes | None]

    reason = sealed("reason_sealed")
    finding_words = sealed("finding_words_sealed")
