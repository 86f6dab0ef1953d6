"""Who may look after accounts: their own, their member's people, and the members themselves."""

from enum import StrEnum

from referral.accounts.roles import GIVEN_ROLES, ORGANIZATION_ROLES, MemberKind, Role


class AccountPermission(StrEnum):
    """What somebody may do with accounts."""

    #: Change one's own password, see one's own sign-ins, choose a membership.
    OWN_ACCOUNT = "account.own"
    #: Prove who one is: give the second factor, have one, confirm a dangerous step.
    PROVE = "account.prove"
    #: Invite people to a member, end memberships, suspend people.
    LOOK_AFTER_PEOPLE = "account.people"
    #: Make clinics, community organizations and networks members, and invite their first administrators.
    LOOK_AFTER_MEMBERS = "account.members"
    #: Say on which days the member is closed.
    CLOSED_DAYS = "account.closed_days"


#: The role of whoever looks after a member's people, by kind of member.
ADMINISTRATOR_OF: dict[MemberKind, Role] = {
    MemberKind.CLINIC: Role.CLINIC_ADMINISTRATOR,
    MemberKind.ORGANIZATION: Role.ORGANIZATION_ADMINISTRATOR,
    MemberKind.NETWORK: Role.PLATFORM_ADMINISTRATOR,
}
ADMINISTRATORS = frozenset(ADMINISTRATOR_OF.values())

#: What somebody may do who has given one factor of two.
ONE_FACTOR = frozenset({str(AccountPermission.PROVE)})

RULES: dict[str, frozenset[Role]] = {
    AccountPermission.OWN_ACCOUNT: frozenset(GIVEN_ROLES),
    AccountPermission.PROVE: frozenset(GIVEN_ROLES),  # emergency access changes nothing, not even their own factors
    AccountPermission.LOOK_AFTER_PEOPLE: ADMINISTRATORS,
    AccountPermission.LOOK_AFTER_MEMBERS: frozenset({Role.PLATFORM_ADMINISTRATOR}),
    AccountPermission.CLOSED_DAYS: ORGANIZATION_ROLES | {Role.CLINIC_ADMINISTRATOR},
}
