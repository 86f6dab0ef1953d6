"""What an open emergency access makes of whoever is signed in. Sessions ask here at every request."""

from dataclasses import replace
from uuid import UUID

from referral.accounts.glass_models import BreakGlass
from referral.accounts.models import Member
from referral.accounts.principal import Signed
from referral.accounts.roles import MemberKind, Role
from referral.kit import clock
from referral.kit.scope import ScopedSession

JOB = "emergency access"


def under_glass(session: ScopedSession, signed: Signed, break_glass_id: UUID) -> Signed:
    """Return the principal of a browser that opened emergency access: reading one clinic, until the hour is over.

    When it is over they are who they were before, with `break_glass_id` still set, so that its end is written.
    """
    with session.widened(JOB):  # the row belongs to the clinic opened, and nobody has a scope yet
        glass = session.get_one(BreakGlass, break_glass_id)
        clinic = session.get_one(Member, glass.clinic_id)
        is_over = glass.ended_at is not None or glass.until <= clock.wall()
        until = glass.until
    if is_over:
        return replace(signed, break_glass_id=break_glass_id)
    return replace(
        signed,
        role=Role.EMERGENCY,
        member_id=clinic.id,
        member_kind=MemberKind(clinic.kind),
        member_name=clinic.name,
        member_zip=clinic.zip_code,
        timezone_name=clinic.timezone_name,
        membership_count=1,
        break_glass_id=break_glass_id,
        break_glass_until=until,
    )


def is_lapsed(signed: Signed) -> bool:
    """Return True if the browser still points to an emergency access that is over."""
    return signed.break_glass_id is not None and signed.role is not Role.EMERGENCY
