"""Who may see screenings and needs, screen, and confirm needs."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, Role


class ScreeningPermission(StrEnum):
    """What somebody may do with the needs of their own clinic's patients."""

    VIEW = "screening.view"
    SCREEN = "screening.screen"
    CONFIRM = "screening.confirm_need"


RULES: dict[str, frozenset[Role]] = {
    ScreeningPermission.VIEW: CLINIC_ROLES | {Role.EMERGENCY},
    ScreeningPermission.SCREEN: CLINIC_ROLES,
    ScreeningPermission.CONFIRM: CLINIC_ROLES,
}
