"""Who may search the directory, and say what a service needs to know."""

from enum import StrEnum

from referral.accounts.roles import ORGANIZATION_ROLES, Role


class DirectoryPermission(StrEnum):
    """What somebody may do with the directory."""

    SEARCH = "directory.search"
    #: Say which fields of a person a service needs: an organization for its own, an editor for any.
    DECLARE_FIELDS = "directory.declare_fields"
    #: See the list of one's own organization's services with what each needs.
    DECLARE_OWN_FIELDS = "directory.declare_own_fields"
    #: Correct what people read about one's own organization and its services.
    CORRECT_OWN = "directory.correct_own"


RULES: dict[str, frozenset[Role]] = {
    # It holds public facts of organizations, nobody's health.
    DirectoryPermission.SEARCH: frozenset(Role),
    DirectoryPermission.DECLARE_FIELDS: ORGANIZATION_ROLES | {Role.DIRECTORY_EDITOR},
    DirectoryPermission.DECLARE_OWN_FIELDS: ORGANIZATION_ROLES,
    DirectoryPermission.CORRECT_OWN: ORGANIZATION_ROLES,
}
