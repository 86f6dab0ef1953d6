"""Questions about members, their people, open invitations, and the accounts of a demo."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from referral.accounts.factor_models import SecondFactor
from referral.accounts.models import Invitation, LoginSession, Member, Membership, Person
from referral.accounts.names import fold_email, role_name
from referral.accounts.policies import ADMINISTRATORS
from referral.accounts.roles import HEARS_PATIENTS, MemberKind, Role
from referral.kit.installation import is_demo
from referral.kit.scope import ScopedSession
from resources_directory.geo import zip_names


@dataclass(frozen=True)
class MemberPerson:
    """One person in one role of a member, as its administrator sees them."""

    membership_id: UUID
    person_id: UUID
    name: str
    email: str
    role: Role
    suspended: bool
    #: They have a second factor.
    enrolled: bool = False

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return role_name(self.role)


@dataclass(frozen=True)
class OwnMembership:
    """One of a person's own memberships, to choose from."""

    membership_id: UUID
    member_id: UUID
    member_name: str
    role: Role

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return role_name(self.role)


@dataclass(frozen=True)
class DemoAccount:
    """An invented person whom anybody may be, in a demo."""

    membership_id: UUID
    name: str
    email: str
    role: Role
    member_name: str

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return role_name(self.role)


@dataclass(frozen=True)
class MemberRow:
    """One member in the list of the platform administrator."""

    member_id: UUID
    name: str
    kind: MemberKind
    people: int
    created_at: datetime


def local_words(member: Member) -> list[str]:
    """Return what the password of somebody who works for the member may not lean on: its names, town and county."""
    return [member.name, member.texting_name, *zip_names(member.zip_code or "")]


def person_by_email(session: ScopedSession, email: str) -> Person | None:
    """Return the person with this e-mail address, however it is capitalized."""
    return session.scalar(select(Person).where(Person.email == fold_email(email)))


def has_password(session: ScopedSession, person_id: UUID) -> bool:
    """Return True if the person chose a password; whom a member's provider lets in may have none."""
    return session.scalar(select(Person.password_hash).where(Person.id == person_id)) is not None


def enrolled(person_id: ColumnElement[UUID] | InstrumentedAttribute[UUID]) -> Exists:
    """Return the condition that a person has a second factor that counts."""
    return exists().where(
        SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None), SecondFactor.ended_at.is_(None)
    )


def names_of(session: ScopedSession, person_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return the names of people of ours by id. None may be among the ids, for nobody, and has no name."""
    wanted = {person_id for person_id in person_ids if person_id is not None}
    if not wanted:
        return {}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)).order_by(Person.id))
    return {row[0]: row[1] for row in rows}


def members(session: ScopedSession) -> list[MemberRow]:
    """Return every member with the number of its live memberships, by name."""
    people = func.count(Membership.id)
    rows = session.execute(
        select(Member, people)
        .outerjoin(Membership, (Membership.member_id == Member.id) & Membership.ended_at.is_(None))
        .group_by(Member.id)
        .order_by(Member.name, Member.id)
    )
    return [MemberRow(each.id, each.name, MemberKind(each.kind), n, each.created_at) for each, n in rows]


def people_of(session: ScopedSession, member_id: UUID) -> list[MemberPerson]:
    """Return the live memberships of a member with their people, by name."""
    rows = session.execute(
        select(Membership, Person, enrolled(Person.id).label("enrolled"))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.member_id == member_id, Membership.ended_at.is_(None))
        .order_by(Person.name, Person.email, Membership.role)
    )
    return [
        MemberPerson(
            membership.id,
            person.id,
            person.name,
            person.email,
            Role(membership.role),
            person.suspended_at is not None,
            has_factor,
        )
        for membership, person, has_factor in rows
    ]


def open_invitations(session: ScopedSession, member_id: UUID) -> list[Invitation]:
    """Return the invitations of a member that nobody took up or withdrew, newest first."""
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.member_id == member_id, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .order_by(Invitation.created_at.desc(), Invitation.id)
    )
    return list(rows)


def own_memberships(session: ScopedSession, person_id: UUID, *, member_id: UUID | None = None) -> list[OwnMembership]:
    """Return a person's live memberships, by the member's name. `member_id`: only those of this member."""
    where = [Membership.person_id == person_id, Membership.ended_at.is_(None)]
    if member_id is not None:
        where.append(Membership.member_id == member_id)
    rows = session.execute(
        select(Membership, Member)
        .join(Member, Member.id == Membership.member_id)
        .where(*where)
        .order_by(Member.name, Membership.role, Membership.id)
    )
    return [OwnMembership(each.id, member.id, member.name, Role(each.role)) for each, member in rows]


def usual_membership(session: ScopedSession, person_id: UUID, *, member_id: UUID | None = None) -> UUID | None:
    """Return the live membership a person acted under last, or their oldest; None when they have none.

    `member_id`: only memberships of this member.
    """
    where = [Membership.person_id == person_id, Membership.ended_at.is_(None)]
    if member_id is not None:
        where.append(Membership.member_id == member_id)
    last = (
        select(func.max(LoginSession.seen_at))
        .where(LoginSession.membership_id == Membership.id)
        .correlate(Membership)
        .scalar_subquery()
    )
    return session.scalar(
        select(Membership.id)
        .where(*where)
        .order_by(last.desc().nulls_last(), Membership.created_at, Membership.id)
        .limit(1)
    )


def may_own_to_dos(session: ScopedSession, member_id: UUID) -> frozenset[UUID]:
    """Return who of a clinic can be chosen to own its to-dos, or to stand in: whoever writes down what patients say."""
    able = select(Membership.person_id).where(
        Membership.member_id == member_id,
        Membership.ended_at.is_(None),
        Membership.role.in_(sorted(HEARS_PATIENTS)),
    )
    return frozenset(session.scalars(able))


def administrators_of(session: ScopedSession, member_id: UUID) -> list[UUID]:
    """Return the ids of people who look after a member's people and can sign in, oldest membership first."""
    rows = session.scalars(
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.member_id == member_id,
            Membership.ended_at.is_(None),
            Membership.role.in_(sorted(ADMINISTRATORS)),
            Person.suspended_at.is_(None),
        )
        .order_by(Membership.created_at, Membership.id)
    )
    return list(rows)


def has_administrator(session: ScopedSession) -> bool:
    """Return True if some platform administrator exists who can sign in."""
    found = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == Role.PLATFORM_ADMINISTRATOR,
            Membership.ended_at.is_(None),
            Person.suspended_at.is_(None),
        )
    )
    return session.scalar(found.order_by(Membership.id).limit(1)) is not None


def demo_accounts(session: ScopedSession) -> list[DemoAccount]:
    """Return the invented people to sign in as, by member and name; none where the database is no demo."""
    if not is_demo(session):
        return []
    rows = session.execute(
        select(Membership, Person, Member)
        .join(Person, Person.id == Membership.person_id)
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.ended_at.is_(None), Person.suspended_at.is_(None))
        .order_by(Member.kind, Member.name, Person.name, Membership.id)
    )
    return [
        DemoAccount(membership.id, person.name, person.email, Role(membership.role), member.name)
        for membership, person, member in rows
    ]
