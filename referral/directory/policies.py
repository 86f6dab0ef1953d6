"""Who may search the directory."""

from enum import StrEnum

from referral.accounts.roles import Role


class DirectoryPermission(StrEnum):
    """What somebody may do with the directory."""

    SEARCH = "directory.search"


RULES: dict[str, frozenset[Role]] = {
    # It holds public facts of organizations, nobody's health.
    DirectoryPermission.SEARCH: frozenset(Role),
}
