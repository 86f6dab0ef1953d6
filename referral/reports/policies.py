"""Who may read the report pages, and who may see small numbers on them."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, Role


class ReportPermission(StrEnum):
    """What somebody may read of reports."""

    VIEW = "report.view"
    #: See counts of 1 to 10: only those who may see the patients behind them anyway.
    SMALL_CELLS = "report.small_cells"


RULES: dict[str, frozenset[Role]] = {
    ReportPermission.VIEW: CLINIC_ROLES | {Role.ANALYST, Role.PRIVACY_OFFICER, Role.PLATFORM_ADMINISTRATOR},
    ReportPermission.SMALL_CELLS: CLINIC_ROLES,
}
