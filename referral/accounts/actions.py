"""Changing members and their people: new members, memberships given and ended, owners named."""

from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from uuid import UUID
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, select

from referral.accounts.hooks import LeftBehind, what_is_left
from referral.accounts.models import Member, Membership, Person
from referral.accounts.names import read_email
from referral.accounts.policies import ADMINISTRATORS
from referral.accounts.queries import administrators_of, may_own_to_dos, person_by_email
from referral.accounts.roles import CLINIC_ROLES, HEARS_PATIENTS, ROLES_OF, MemberKind, Role
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput, NotNow
from referral.kit.scope import ScopedSession
from resources_directory.db import native_insert, new_id

#: The calendar of a member that names none.
USUAL_TIMEZONE = "America/New_York"

#: Texts give the member's name this much room.
LONGEST_TEXTING_NAME = 20

_OWNS_NOT = _l(
    "Choose a clinician or a navigator who works here: whoever owns to-dos writes down what patients say, which an "
    "administrator may not."
)

_MEMBERS: Table = Member.metadata.tables[Member.__tablename__]


@dataclass(frozen=True)
class NewMember:
    """A clinic, community organization or network about to take part. `phone`: E.164; `timezone_name`: IANA."""

    kind: MemberKind
    name: str
    texting_name: str | None = None
    phone: str | None = None
    email: str | None = None
    timezone_name: str = USUAL_TIMEZONE
    zip_code: str | None = None
    listing_id: UUID | None = None


class HandOverFirst(Conflict):
    """Somebody still has things to do here: they leave only after these were handed over."""

    def __init__(self, left: LeftBehind) -> None:
        """Take what is left."""
        super().__init__(
            _l("This person still owns to-dos or planned contacts here. Hand them over first, then end the membership.")
        )
        self.left = left


class ListingFacts(TypedDict):
    """What is known of a listed organization that gets its first referral."""

    name: str
    email: str | None
    phone: str | None
    timezone_name: str | None


def create_member(session: ScopedSession, new: NewMember, *, member_id: UUID | None = None) -> Member:
    """Return the new member. `member_id` is the form's id: sent twice, it is one member.

    Raises InvalidInput. Flushes; the caller commits.
    """
    known = session.get(Member, member_id) if member_id else None
    if known is not None:
        return known
    if new.timezone_name not in available_timezones():
        raise InvalidInput(_l("This time zone is not known. Choose one from the list."), "timezone_name")
    texting_name = new.texting_name or new.name
    if len(texting_name) > LONGEST_TEXTING_NAME and new.texting_name:
        raise InvalidInput(_l("The name in texts has at most 20 letters."), "texting_name")
    member = Member(
        id=member_id or new_id(),
        kind=new.kind,
        name=new.name,
        texting_name=texting_name[:LONGEST_TEXTING_NAME].strip(),
        phone=new.phone,
        email=read_email(new.email) if new.email else None,
        timezone_name=new.timezone_name,
        zip_code=new.zip_code,
        listing_id=new.listing_id,
        created_at=clock.now(),
    )
    session.add(member)
    session.flush()
    record(session, AuditKind.MEMBER_MADE, clinic_id=member.id, subject_kind="member", subject_id=member.id)
    return member


def member_for_listing(session: ScopedSession, organization_id: UUID, **facts: Unpack[ListingFacts]) -> Member:
    """Return the member that is this organization of the directory, made now if it has no row: it needs no account.

    Two at once make one row. Flushes; the caller commits.
    """
    session.flush()
    values = {
        "id": new_id(),
        "kind": str(MemberKind.ORGANIZATION),
        "name": facts["name"],
        "texting_name": facts["name"][:LONGEST_TEXTING_NAME].strip(),
        "phone": facts["phone"],
        "email": facts["email"],
        "timezone_name": facts["timezone_name"] or USUAL_TIMEZONE,
        "listing_id": organization_id,
        "created_at": clock.now(),
    }
    session.execute(
        native_insert(session, _MEMBERS).values(**values).on_conflict_do_nothing(index_elements=["listing_id"])
    )
    return session.scalars(select(Member).where(Member.listing_id == organization_id)).one()


def add_person(session: ScopedSession, email: str, *, name: str, password_hash: str | None, language: str) -> Person:
    """Return the person with this e-mail address, made now if there is none. Raises InvalidInput. Flushes."""
    person = person_by_email(session, email)
    if person is None:
        person = Person(
            id=new_id(),
            email=read_email(email),
            name=name,
            password_hash=password_hash,
            language=language,
            created_at=clock.now(),
        )
        session.add(person)
        session.flush()
    return person


def add_membership(
    session: ScopedSession, member: Member, person: Person, role: Role, *, taken_up: bool = False
) -> Membership:
    """Return the person's membership in this role; an ended one lives again. It is written down.

    `taken_up`: they hold the link of an invitation, and act for themselves.

    A clinic's first two people become owner and deputy of its to-dos, so that none is nobody's. Raises InvalidInput
    when the kind of member does not give the role. Flushes; the caller commits.
    """
    check_role(member, role)
    membership = session.scalar(
        select(Membership).where(
            Membership.member_id == member.id, Membership.person_id == person.id, Membership.role == role
        )
    )
    if membership is None:
        membership = Membership(
            id=new_id(), member_id=member.id, person_id=person.id, role=role, created_at=clock.now()
        )
        session.add(membership)
        is_new = True
    else:
        is_new = membership.ended_at is not None
    membership.ended_at = None
    if member.kind == MemberKind.CLINIC and role in CLINIC_ROLES:
        _offer_ownership(session, member, person.id, role)
    session.flush()
    if is_new:
        actor = {"actor": "link", "person_id": person.id} if taken_up else {}
        _write_down(session, AuditKind.MEMBERSHIP_GIVEN, membership, **actor)
    return membership


def check_role(member: Member, role: Role) -> None:
    """Raise InvalidInput when members of this kind do not give the role."""
    if role not in ROLES_OF[MemberKind(member.kind)]:
        raise InvalidInput(_l("This kind of member does not have that role. Choose another one."), "role")


def end_membership(session: ScopedSession, membership: Membership) -> None:
    """End a membership; its sign-ins are dead from the next request on. Ending twice changes nothing more.

    Raises HandOverFirst while they own something to do, and Conflict when nobody would be left to look after the
    member's people, or to own its to-dos. Flushes.
    """
    lock_member(session, membership.member_id)
    if membership.ended_at is not None:
        return
    membership.ended_at = clock.now()
    session.flush()
    check_administrator_left(session, membership)
    others = select(Membership.id).where(
        Membership.member_id == membership.member_id,
        Membership.person_id == membership.person_id,
        Membership.ended_at.is_(None),
        Membership.role.in_(sorted(CLINIC_ROLES)),
    )
    if session.scalar(others.order_by(Membership.id).limit(1)) is None:
        left = what_is_left(session, membership.member_id, membership.person_id)
        if left is not None:
            raise HandOverFirst(left)
        _hand_over(session.get_one(Member, membership.member_id), membership.person_id)
    session.flush()
    _write_down(session, AuditKind.MEMBERSHIP_ENDED, membership)


def name_owners(session: ScopedSession, member: Member, *, owner: UUID, deputy: UUID | None) -> None:
    """Say who owns to-dos that nobody else does, and who stands in. Raises InvalidInput. Flushes."""
    allowed = may_own_to_dos(session, member.id)
    for person_id, field in ((owner, "owner"), (deputy, "deputy")):
        if person_id is not None and person_id not in allowed:
            raise InvalidInput(_OWNS_NOT, field)
    if owner == deputy:
        raise InvalidInput(
            _l("Owner and deputy are two people. Choose another one, or leave the deputy open."), "deputy"
        )
    member.owner_person_id, member.deputy_person_id = owner, deputy
    session.flush()
    record(session, AuditKind.OWNERS_NAMED, clinic_id=member.id, subject_kind="member", subject_id=member.id)


def lock_member(session: ScopedSession, member_id: UUID) -> Member:
    """Let one change of a member's people at a time through: two administrators cannot end each other at once."""
    return session.scalars(select(Member).where(Member.id == member_id).with_for_update(key_share=True)).one()


def check_administrator_left(session: ScopedSession, membership: Membership) -> None:
    """Raise NotNow if this change took the member's last administrator. One who never had any may go on without."""
    if membership.role in ADMINISTRATORS and not administrators_of(session, membership.member_id):
        raise NotNow(_l("Nobody else looks after the people of this member. Invite another administrator first."))


def _write_down(session: ScopedSession, kind: AuditKind, membership: Membership, **actor: Any) -> None:
    record(
        session,
        kind,
        clinic_id=membership.member_id,
        subject_kind="membership",
        subject_id=membership.id,
        detail={"role": str(membership.role)},
        **actor,
    )


def _offer_ownership(session: ScopedSession, member: Member, person_id: UUID, role: Role) -> None:
    """Let a new person own the to-dos where nobody does, or somebody who may not do all that they ask for."""
    owner, deputy = member.owner_person_id, member.deputy_person_id
    if person_id in (owner, deputy):
        return
    able = may_own_to_dos(session, member.id) if role in HEARS_PATIENTS else None
    if owner is None or (able is not None and owner not in able):
        member.owner_person_id, member.deputy_person_id = person_id, deputy or owner
    elif deputy is None or (able is not None and deputy not in able):
        member.deputy_person_id = person_id


def _hand_over(member: Member, person_id: UUID) -> None:
    if member.deputy_person_id == person_id:
        member.deputy_person_id = None
    if member.owner_person_id != person_id:
        return
    if member.deputy_person_id is None:
        raise NotNow(_l("This person owns the to-dos here. Name another owner or a deputy first."))
    member.owner_person_id, member.deputy_person_id = member.deputy_person_id, None
