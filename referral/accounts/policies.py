"""Who may look after accounts: their own, their member's people, and the members themselves."""

from enum import StrEnum

from referral.accounts.roles import Role


class AccountPermission(StrEnum):
    """What somebody may do with accounts."""

    #: Change one's own password, see one's own sign-ins, choose a membership.
    OWN_ACCOUNT = "account.own"
    #: Invite people to a member, end memberships, suspend people.
    MANAGE_PEOPLE = "account.people"
    #: Make clinics, community organizations and networks members, and invite their first administrators.
    MANAGE_MEMBERS = "account.members"


RULES: dict[str, frozenset[Role]] = {
    AccountPermission.OWN_ACCOUNT: frozenset(Role),
    AccountPermission.MANAGE_PEOPLE: frozenset(
        {Role.CLINIC_ADMINISTRATOR, Role.ORGANIZATION_ADMINISTRATOR, Role.PLATFORM_ADMINISTRATOR}
    ),
    AccountPermission.MANAGE_MEMBERS: frozenset({Role.PLATFORM_ADMINISTRATOR}),
}

#: The role of whoever looks after a member's people, by kind of member.
ADMINISTRATORS = frozenset({Role.CLINIC_ADMINISTRATOR, Role.ORGANIZATION_ADMINISTRATOR, Role.PLATFORM_ADMINISTRATOR})
