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
    #: Whoever broke the glass, for an hour; nobody is invited to it.
    EMERGENCY = "emergency"


#: The roles that a membership may hold.
GIVEN_ROLES = tuple(role for role in Role if role is not Role.EMERGENCY)


CLINIC_ROLES = frozenset({Role.CLINICIAN, Role.NAVIGATOR, Role.CLINIC_ADMINISTRATOR})
#: Whoever may write down what a patient says; only they are chosen to own a clinic's to-dos, which ask for it.
HEARS_PATIENTS = frozenset({Role.CLINICIAN, Role.NAVIGATOR})
ORGANIZATION_ROLES = frozenset({Role.ORGANIZATION_STAFF, Role.ORGANIZATION_ADMINISTRATOR})

#: Whoever sees protected health information, or gives others access to it, proves twice who they are.
NEEDS_SECOND_FACTOR = (
    CLINIC_ROLES
    | ORGANIZATION_ROLES
    | {
        Role.PRIVACY_OFFICER,
        Role.PLATFORM_ADMINISTRATOR,
        Role.EMERGENCY,
    }
)

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
