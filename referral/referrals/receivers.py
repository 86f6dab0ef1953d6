"""Who receives a referral: the organization as a member, and the e-mail addresses at which it is reached."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from referral.accounts.actions import member_for_listing
from referral.accounts.models import Member, Membership, Person
from referral.accounts.roles import ORGANIZATION_ROLES
from referral.kit.scope import ScopedSession
from referral.kit.zones import FALLBACK_ZONE
from referral.referrals.models import Referral
from resources_directory.models.organization import Contact, Organization
from resources_directory.models.service import Service


@dataclass(frozen=True)
class Address:
    """An e-mail address of the receiver and the language (BCP 47) that its reader wants."""

    email: str
    language: str = "en"


def receiver_of(session: ScopedSession, referral: Referral) -> Member:
    """Return the organization as a member; one without an account gets its row on the first referral. Flushes."""
    known = member_of_organization(session, referral.organization_id)
    if known is not None:
        return known
    facts = referral.service_facts
    clinic = session.get_one(Member, referral.clinic_id)
    addresses = addresses_of(session, referral.organization_id, referral.service_id)
    return member_for_listing(
        session,
        referral.organization_id,
        name=str(facts.get("organization_name") or ""),
        email=addresses[0].email if addresses else None,
        phone=facts.get("phone"),
        timezone_name=str(facts.get("timezone_name") or clinic.timezone_name or FALLBACK_ZONE),
    )


def member_of_organization(session: ScopedSession, organization_id: UUID) -> Member | None:
    """Return the member that is this organization of the directory, if it has a row."""
    return session.scalar(select(Member).where(Member.listing_id == organization_id))


def addresses_of(session: ScopedSession, organization_id: UUID, service_id: UUID) -> list[Address]:
    """Return where the organization is reached, best first: the member's own address, its people, then the directory's.

    Each address once. Empty when nothing is known.
    """
    found: dict[str, Address] = {}
    member = member_of_organization(session, organization_id)
    if member is not None:
        for address in (*([Address(member.email)] if member.email else []), *_people(session, member.id)):
            found.setdefault(address.email.casefold(), address)
    for email in _listed(session, organization_id, service_id):
        found.setdefault(email.casefold(), Address(email))
    return list(found.values())


def is_called(session: ScopedSession, referral: Referral) -> bool:
    """Return True if nothing can be mailed to the organization now: no address of it is known."""
    return not addresses_of(session, referral.organization_id, referral.service_id)


def _people(session: ScopedSession, member_id: UUID) -> list[Address]:
    rows = session.execute(
        select(Person.email, Person.language)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.member_id == member_id,
            Membership.ended_at.is_(None),
            Membership.role.in_(sorted(ORGANIZATION_ROLES)),
            Person.suspended_at.is_(None),
            Person.password_hash.is_not(None),
        )
        .order_by(Membership.created_at, Person.email)
    )
    return [Address(email, language) for email, language in rows]


def _listed(session: ScopedSession, organization_id: UUID, service_id: UUID) -> list[str]:
    service = session.get(Service, service_id)
    organization = session.get(Organization, organization_id)
    contacts = session.scalars(
        select(Contact.email)
        .where(or_(Contact.service_id == service_id, Contact.organization_id == organization_id))
        .where(Contact.email.is_not(None))
        .order_by(Contact.id)
    )
    first = [service.email if service else None, organization.email if organization else None]
    return [email.strip() for email in (*first, *contacts) if email and "@" in email]
