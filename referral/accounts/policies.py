"""Who may look after accounts: their own, their member's people, and the members themselves."""

from enum import StrEnum

from referral.accounts.roles import MemberKind, Role


class AccountPermission(StrEnum):
    """What somebody may do with accounts."""

    #: Change one's own password, see one's own sign-ins, choose a membership.
    OWN_ACCOUNT = "account.own"
    #: Invite people to a member, end memberships, suspend people.
    LOOK_AFTER_PEOPLE = "account.people"
    #: Make clinics, community organizations and networks members, and invite their first administrators.
    LOOK_AFTER_MEMBERS = "account.members"


#: The role of whoever looks after a member's people, by kind of member.
ADMINISTRATOR_OF: dict[MemberKind, Role] = {
    MemberKind.CLINIC: Role.CLINIC_ADMINISTRATOR,
    MemberKind.ORGANIZATION: Role.ORGANIZATION_ADMINISTRATOR,
    MemberKind.NETWORK: Role.PLATFORM_ADMINISTRATOR,
}
ADMINISTRATORS = frozenset(ADMINISTRATOR_OF.values())

RULES: dict[str, frozenset[Role]] = {
    AccountPermission.OWN_ACCOUNT: frozenset(Role),
    AccountPermission.LOOK_AFTER_PEOPLE: ADMINISTRATORS,
    AccountPermission.LOOK_AFTER_MEMBERS: frozenset({Role.PLATFORM_ADMINISTRATOR}),
}
