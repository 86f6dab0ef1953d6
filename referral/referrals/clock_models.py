"""The table of clock policies: each version that an administrator made, with its waits; rows are only ever added."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified
from resources_directory.db import Base


class ClockPolicyVersion(Identified, Base):
    """One version of the clock policy. The one that the product is shipped with stands in `clock_policy.SHIPPED`."""

    __tablename__ = "clock_policy"

    #: The name under which referrals remember it, such as 2026-12-01.
    version: Mapped[str] = mapped_column(unique=True)
    #: Referrals signed from then on run by it.
    effective_from: Mapped[datetime] = mapped_column(index=True)
    #: ClockPolicy.facts(): waits by pace and step, paces by need.
    facts: Mapped[dict[str, Any]]
    #: Why it was changed, in a sentence.
    why: Mapped[str]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
