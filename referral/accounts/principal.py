"""Whoever acts in a request: the person, the membership they act under, what it allows and whose rows it sees."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from flask import g

from referral.accounts.names import role_name
from referral.accounts.roles import CLINIC_ROLES, ORGANIZATION_ROLES, MemberKind, Role
from referral.kit.policy import SignInNeeded, policy
from referral.kit.scope import Scope, ScopeKind


@dataclass(frozen=True)
class Signed:
    """A signed-in person under one membership. It is also what Flask-Login calls `current_user`."""

    person_id: UUID
    name: str
    language: str
    membership_id: UUID
    member_id: UUID
    member_kind: MemberKind
    member_name: str
    role: Role
    member_zip: str | None
    timezone_name: str
    #: The sign-in of this browser.
    login_session_id: UUID
    #: How many live memberships the person has.
    membership_count: int = 1

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the person's id as text, which Flask-Login asks for."""
        return str(self.person_id)

    def allows(self, permission: str) -> bool:
        """Return True if the role acted under holds `permission`."""
        return str(self.role) in policy.roles_with(permission)

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return role_name(self.role)

    def scope(self) -> Scope:
        """Return whose rows this membership sees: its clinic's, those shared with its organization, or none."""
        own = frozenset({self.member_id})
        sees_clinic = self.member_kind is MemberKind.CLINIC and self.role in CLINIC_ROLES | {Role.PRIVACY_OFFICER}
        receives = self.member_kind is MemberKind.ORGANIZATION and self.role in ORGANIZATION_ROLES
        return Scope(
            ScopeKind.MEMBERSHIP,
            "membership",
            clinic_ids=own if sees_clinic else frozenset(),
            receiver_ids=own if receives else frozenset(),
            person_id=self.person_id,
            membership_id=self.membership_id,
        )


def current_person() -> Signed:
    """Return who is signed in. Raises SignInNeeded when nobody is."""
    principal = g.get("principal")
    if principal is None:
        raise SignInNeeded
    return cast("Signed", principal)
