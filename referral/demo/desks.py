"""Who acts in the demo's story: a clinic's clinician and navigator, an organization's person or its link."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Member, Membership, Person
from referral.accounts.roles import ORGANIZATION_ROLES, MemberKind, Role
from referral.kit.scope import Scope, ScopedSession, ScopeKind


@dataclass(frozen=True)
class Desk:
    """Somebody at work: the member they act for, who they are, and whose rows they see."""

    member_id: UUID
    person_id: UUID
    name: str
    scope: Scope


@dataclass(frozen=True)
class ClinicDesks:
    """The two who look after a clinic's patients, and the clinic's zone."""

    clinician: Desk
    navigator: Desk
    timezone_name: str


def clinic_desks(session: ScopedSession) -> dict[UUID, ClinicDesks]:
    """Return the desks of every clinic by its id."""
    clinics = session.scalars(select(Member).where(Member.kind == MemberKind.CLINIC).order_by(Member.id))
    return {
        clinic.id: ClinicDesks(
            _clinic_desk(session, clinic.id, Role.CLINICIAN),
            _clinic_desk(session, clinic.id, Role.NAVIGATOR),
            clinic.timezone_name,
        )
        for clinic in clinics.all()
    }


def organization_desk(session: ScopedSession, member_id: UUID) -> Desk | None:
    """Return who answers for an organization when signed in; None where it has only its links."""
    found = _first(session, member_id, tuple(sorted(ORGANIZATION_ROLES)))
    if found is None:
        return None
    membership, person = found
    return Desk(member_id, person.id, person.name, _scope(membership, receiver_ids=frozenset({member_id})))


def _clinic_desk(session: ScopedSession, clinic_id: UUID, role: Role) -> Desk:
    found = _first(session, clinic_id, (role,))
    if found is None:
        raise LookupError(f"a clinic of people.yaml has no {role}")
    membership, person = found
    return Desk(clinic_id, person.id, person.name, _scope(membership, clinic_ids=frozenset({clinic_id})))


def _first(session: ScopedSession, member_id: UUID, roles: tuple[str, ...]) -> tuple[Membership, Person] | None:
    row = session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.member_id == member_id, Membership.role.in_(roles))
        .order_by(Membership.created_at, Person.email)
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def _scope(
    membership: Membership,
    *,
    clinic_ids: frozenset[UUID] = frozenset(),
    receiver_ids: frozenset[UUID] = frozenset(),
) -> Scope:
    return Scope(
        ScopeKind.MEMBERSHIP,
        "membership",
        clinic_ids=clinic_ids,
        receiver_ids=receiver_ids,
        person_id=membership.person_id,
        membership_id=membership.id,
    )
