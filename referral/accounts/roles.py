"""The roles of members' people, and which of them see protected health information."""

from enum import StrEnum


class MemberKind(StrEnum):
    """What a member (an account) is."""

    CLINIC = "clinic"
    ORGANIZATION = "organization"
    NETWORK = "network"


class Role(StrEnum):
    """What a person may be in one member."""

    CLINICIAN = "clinician"
    NAVIGATOR = "navigator"
    CLINIC_ADMINISTRATOR = "clinic_administrator"
    ORGANIZATION_STAFF = "organization_staff"
    ORGANIZATION_ADMINISTRATOR = "organization_administrator"
    DIRECTORY_EDITOR = "directory_editor"
    PRIVACY_OFFICER = "privacy_officer"
    ANALYST = "analyst"
    PLATFORM_ADMINISTRATOR = "platform_administrator"


CLINIC_ROLES = frozenset({Role.CLINICIAN, Role.NAVIGATOR, Role.CLINIC_ADMINISTRATOR})
ORGANIZATION_ROLES = frozenset({Role.ORGANIZATION_STAFF, Role.ORGANIZATION_ADMINISTRATOR})

#: Which roles a member of each kind may give.
ROLES_OF: dict[MemberKind, tuple[Role, ...]] = {
    MemberKind.CLINIC: (
        Role.CLINICIAN,
        Role.NAVIGATOR,
        Role.CLINIC_ADMINISTRATOR,
        Role.PRIVACY_OFFICER,
        Role.ANALYST,
        Role.DIRECTORY_EDITOR,
    ),
    MemberKind.ORGANIZATION: (Role.ORGANIZATION_STAFF, Role.ORGANIZATION_ADMINISTRATOR),
    MemberKind.NETWORK: (
        Role.PLATFORM_ADMINISTRATOR,
        Role.DIRECTORY_EDITOR,
        Role.ANALYST,
        Role.PRIVACY_OFFICER,
    ),
}
