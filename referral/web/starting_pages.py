"""Where each role's work starts."""

from collections.abc import Mapping

from flask import url_for

from referral.accounts.roles import Role

#: Endpoint of the first page, by role.
STARTING_PAGES: Mapping[Role, str] = {
    Role.CLINICIAN: "clinician.home",
    Role.NAVIGATOR: "navigation.list_to_dos",
    Role.CLINIC_ADMINISTRATOR: "navigation.list_to_dos",
    Role.ORGANIZATION_STAFF: "inbox.inbox",
    Role.ORGANIZATION_ADMINISTRATOR: "inbox.inbox",
    Role.DIRECTORY_EDITOR: "directory.search",
    Role.PRIVACY_OFFICER: "privacy.latest_reads",
    Role.ANALYST: "reports.overview",
    Role.PLATFORM_ADMINISTRATOR: "people.all_members",
    Role.EMERGENCY: "patients.list_patients",
}


def starting_page(role: Role) -> str:
    """Return the address of the page that the role's work starts on."""
    return url_for(STARTING_PAGES[role])
