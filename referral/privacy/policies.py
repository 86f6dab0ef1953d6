"""Who may see who looked at whom."""

from enum import StrEnum

from referral.accounts.roles import Role


class PrivacyPermission(StrEnum):
    """What somebody may see of the audit of their own clinic."""

    AUDIT = "privacy.audit"


RULES: dict[str, frozenset[Role]] = {
    PrivacyPermission.AUDIT: frozenset({Role.PRIVACY_OFFICER}),
}
