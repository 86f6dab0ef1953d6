"""What a network's privacy officer sees: numbers of its clinics, and no record. Records belong to clinics.

Why numbers and not nothing: nobody else notices that a clinic has no privacy officer, or that emergency accesses wait
there for a review. They count what staff did, never patients.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from referral.accounts.glass_models import BreakGlass
from referral.accounts.models import Member, Membership, Person
from referral.accounts.roles import MemberKind, Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.scope import ScopedSession

COUNTED = timedelta(days=90)


@dataclass(frozen=True)
class ClinicNumbers:
    """One clinic's numbers of the last COUNTED days; `waiting` counts emergency accesses of any age not reviewed."""

    name: str
    officers: int
    emergencies: int
    waiting: int
    refused: int


def clinic_numbers(session: ScopedSession) -> list[ClinicNumbers]:
    """Return the numbers of every clinic, by name."""
    since = clock.now() - COUNTED
    with session.widened("numbers of clinics"):
        emergencies = _count(session, BreakGlass.clinic_id, BreakGlass.opened_at >= since)
        waiting = _count(session, BreakGlass.clinic_id, BreakGlass.reviewed_at.is_(None))
        refused = _count(session, AuditEvent.clinic_id, AuditEvent.kind == AuditKind.DENIED, AuditEvent.at >= since)
    officers = _officers(session)
    clinics = session.scalars(select(Member).where(Member.kind == MemberKind.CLINIC).order_by(Member.name, Member.id))
    return [
        ClinicNumbers(
            clinic.name,
            officers.get(clinic.id, 0),
            emergencies.get(clinic.id, 0),
            waiting.get(clinic.id, 0),
            refused.get(clinic.id, 0),
        )
        for clinic in clinics
    ]


def _count(session: ScopedSession, clinic_id: Any, *which: Any) -> dict[UUID, int]:
    rows = session.execute(select(clinic_id, func.count()).where(*which).group_by(clinic_id).order_by(clinic_id))
    return {row[0]: row[1] for row in rows}


def _officers(session: ScopedSession) -> dict[UUID, int]:
    rows = session.execute(
        select(Membership.member_id, func.count())
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.role == Role.PRIVACY_OFFICER, Membership.ended_at.is_(None), Person.suspended_at.is_(None))
        .group_by(Membership.member_id)
        .order_by(Membership.member_id)
    )
    return {row[0]: row[1] for row in rows}
