"""How long a need is left to whoever wrote it down, as versioned data: after that it is a row that asks for a place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.referrals.deadlines import calendar_of


@dataclass(frozen=True)
class NeedGrace:
    """A changed grace is a new version.

    `business_days`: of the clinic's calendar, after the day on which the need was written down or last spoken of, or a
    signature for it was taken back. 1: that day is the clinician's, on the next business day it is a row.
    """

    version: str
    business_days: int


GRACE = NeedGrace("2026-11", business_days=1)


def grace_ended(session: ScopedSession, clinic_ids: Iterable[UUID]) -> dict[datetime, list[UUID]]:
    """Return a moment (UTC) to the clinics where the grace is over of what was written before it.

    Two statements a clinic at the most; clinics with one calendar share a moment.
    """
    found: dict[datetime, list[UUID]] = {}
    for clinic_id in clinic_ids:
        calendar = calendar_of(session, clinic_id)
        began = calendar.business_day_began(clock.now(), days_back=GRACE.business_days - 1)
        found.setdefault(began, []).append(clinic_id)
    return found
