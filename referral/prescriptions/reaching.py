"""Whether organizations can be asked, and which services can be reached at once: for a whole page in two statements."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select

from referral.accounts.models import Member, Membership, Person
from referral.accounts.roles import ORGANIZATION_ROLES
from referral.kit.scope import ScopedSession
from referral.referrals.receivers import addresses_of
from resources_directory.capacity import HALF_LIFE
from resources_directory.models.capacity import CapacityStatus
from resources_directory.service_hit import ServiceHit


def reachable_services(session: ScopedSession, hits: Sequence[ServiceHit]) -> frozenset[UUID]:
    """Return the services whose organization can be written to: it has an address or people who sign in."""
    open_hits = [hit for hit in hits if not hit.confidential]
    asked = {hit.service_id for hit in open_hits if hit.email and "@" in hit.email}
    others = [hit for hit in open_hits if hit.service_id not in asked]
    if others:
        members = _members_with_address(session, {hit.organization_id for hit in others})
        asked |= {hit.service_id for hit in others if hit.organization_id in members}
    broken = [hit for hit in others if hit.email and hit.service_id not in asked]  # the first address on file is none
    asked |= {hit.service_id for hit in broken if addresses_of(session, hit.organization_id, hit.service_id)}
    return frozenset(asked)


def reachable(session: ScopedSession, hit: ServiceHit) -> bool:
    """Return True if the organization can be asked: it has an e-mail address, people who sign in, or a phone."""
    return can_be_called(hit) or hit.service_id in reachable_services(session, [hit])


def can_be_called(hit: ServiceHit) -> bool:
    """Return True if somebody of the clinic may ask by phone: a confidential one is called only with the patient."""
    return bool(hit.phone) and not hit.confidential


def is_full(hit: ServiceHit, *, now: datetime) -> bool:
    """Return True while a request is refused because the service has said that it is full (referrals/room.py).

    Nobody writes to a confidential one: it is called, whatever it has said.
    """
    said = hit.capacity
    if said is None or said.status != CapacityStatus.NO_CAPACITY or hit.confidential:
        return False
    return said.until is not None or said.updated > now - HALF_LIFE


def reachable_today(hit: ServiceHit) -> bool:
    """Return True if somebody can be reached at once: it is open, or its hours are not known and it can be called."""
    return bool(hit.open_now) or (hit.open_now is None and bool(hit.phone))


def phone_first(hit: ServiceHit) -> tuple[bool, bool]:
    """Return the key that puts what is known to be open first, and of that whoever answers a phone."""
    return (not hit.open_now, not hit.phone)


def _members_with_address(session: ScopedSession, organization_ids: set[UUID]) -> set[UUID | None]:
    people = exists().where(
        Membership.member_id == Member.id,
        Membership.ended_at.is_(None),
        Membership.role.in_(sorted(ORGANIZATION_ROLES)),
        Person.id == Membership.person_id,
        Person.suspended_at.is_(None),
        Person.password_hash.is_not(None),
    )
    found = select(Member.listing_id).where(
        Member.listing_id.in_(sorted(organization_ids)), or_(Member.email.is_not(None), people)
    )
    return set(session.scalars(found))
