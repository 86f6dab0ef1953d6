"""Whoever acts in a request: the person, the membership they act under, what it allows and whose rows it sees."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from flask import g

from referral.accounts.names import role_name
from referral.accounts.roles import CLINIC_ROLES, ORGANIZATION_ROLES, MemberKind, Role
from referral.kit import clock
from referral.kit.policy import SignInNeeded, policy
from referral.kit.scope import Scope, ScopeKind

#: A dangerous step asks again for password or factor when the last proof is older.
FRESH_FOR = timedelta(minutes=10)

#: Under this label stands in the audit whatever is done during emergency access.
EMERGENCY_LABEL = "break-glass"


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
    #: Every factor that the role asks for was given.
    complete: bool = True
    #: When password or factor was last proven, in machine time.
    confirmed_at: datetime | None = None
    #: The identity at a member's provider that let them in; they act for that member only.
    identity_id: UUID | None = None
    #: The emergency access they act under, and its end.
    break_glass_id: UUID | None = None
    break_glass_until: datetime | None = None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the person's id as text, which Flask-Login asks for."""
        return str(self.person_id)

    def allows(self, permission: str) -> bool:
        """Return True if the role acted under holds `permission`; with one factor of two, only what comes before."""
        reached = self.complete or str(permission) in policy.one_factor
        return reached and str(self.role) in policy.roles_with(permission)

    @property
    def fresh(self) -> bool:
        """True when they proved within FRESH_FOR who they are."""
        return self.confirmed_at is not None and clock.wall() - self.confirmed_at < FRESH_FOR

    @property
    def glass_seconds(self) -> int:
        """How many seconds of emergency access are left; 0 without any."""
        if self.break_glass_until is None:
            return 0
        return max(0, int((self.break_glass_until - clock.wall()).total_seconds()))

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return role_name(self.role)

    def scope(self) -> Scope:
        """Return whose rows this membership sees: its clinic's, those shared with its organization, or none.

        With one factor of two it sees none.
        """
        own = frozenset({self.member_id} if self.complete else ())
        if self.role is Role.EMERGENCY:
            return Scope(
                ScopeKind.MEMBERSHIP,
                EMERGENCY_LABEL,
                clinic_ids=own,
                person_id=self.person_id,
                membership_id=self.membership_id,
            )
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
