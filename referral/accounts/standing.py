"""Who may let whom into a member: its administrators anybody, somebody from outside its first administrator only."""

from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts.models import Invitation, Member, Membership, Person
from referral.accounts.policies import ADMINISTRATOR_OF, ADMINISTRATORS
from referral.accounts.queries import administrators_of
from referral.accounts.roles import ROLES_OF, MemberKind, Role
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession


def roles_to_give(session: ScopedSession, member: Member, *, by: UUID) -> tuple[Role, ...]:
    """Return the roles that `by` may give in the member.

    Its own administrators give every role of its kind. A platform administrator from outside gives the administrator's
    role while nobody living holds it, and none after that: who sees a clinic's patients, the clinic decides.
    """
    kind, administrators = MemberKind(member.kind), administrators_of(session, member.id)
    if by in administrators:
        return ROLES_OF[kind]
    return () if administrators else (ADMINISTRATOR_OF[kind],)


def check_invitation(session: ScopedSession, member: Member, role: Role, *, email: str, by: UUID) -> None:
    """Raise InvalidInput when `by` may not give the role, or is about to let themselves in from outside."""
    if role not in roles_to_give(session, member, by=by):
        raise InvalidInput(_l("Only an administrator of this member can invite people to it in that role."), "role")
    inviter = session.get_one(Person, by)
    if inviter.email == email and by not in administrators_of(session, member.id):
        raise InvalidInput(_l("You cannot invite yourself. Name somebody who works for this member."), "email")


def check_restoring(session: ScopedSession, membership: Membership, *, by: UUID) -> None:
    """Raise Conflict when `by` may not give the role that would come alive again."""
    member = session.get_one(Member, membership.member_id)
    if Role(membership.role) not in roles_to_give(session, member, by=by):
        raise Conflict(_l("Only an administrator of this member can let this person in again."))


def check_only_here(session: ScopedSession, membership: Membership, message: LazyString) -> None:
    """Raise Conflict with `message` when the person also works for another member, whose people they are too."""
    elsewhere = select(Membership.id).where(
        Membership.person_id == membership.person_id,
        Membership.member_id != membership.member_id,
        Membership.ended_at.is_(None),
    )
    if session.scalar(elsewhere.order_by(Membership.id).limit(1)) is not None:
        raise Conflict(message)


def is_overtaken(session: ScopedSession, invitation: Invitation, *, person_id: UUID) -> bool:
    """Return True if it came from outside and the member has an administrator by now, or would let its author in."""
    if invitation.invited_by is None:
        return False  # the command line: whoever runs the server
    inside = select(Membership.id).where(
        Membership.member_id == invitation.member_id,
        Membership.person_id == invitation.invited_by,
        Membership.role.in_(sorted(ADMINISTRATORS)),
    )
    if session.scalar(inside.order_by(Membership.id).limit(1)) is not None:
        return False
    return invitation.invited_by == person_id or bool(administrators_of(session, invitation.member_id))
