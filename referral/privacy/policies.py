"""Who may see who looked at whom, review emergency access, and keep the register of legal demands."""

from enum import StrEnum

from referral.accounts.roles import Role


class PrivacyPermission(StrEnum):
    """What somebody may do for the privacy of their own clinic's patients."""

    #: Read the audit, disclosures, exports, denials and emergency accesses.
    AUDIT = "privacy.audit"
    #: Find one patient by exact name and birth date, or by record number.
    LOOK_UP = "privacy.look_up"
    #: Write what one found about an emergency access, or end it.
    REVIEW = "privacy.review"
    #: Keep the register of legal demands.
    DEMANDS = "privacy.demands"


RULES: dict[str, frozenset[Role]] = {
    PrivacyPermission.AUDIT: frozenset({Role.PRIVACY_OFFICER}),
    PrivacyPermission.LOOK_UP: frozenset({Role.PRIVACY_OFFICER}),
    PrivacyPermission.REVIEW: frozenset({Role.PRIVACY_OFFICER}),
    PrivacyPermission.DEMANDS: frozenset({Role.PRIVACY_OFFICER}),
}
