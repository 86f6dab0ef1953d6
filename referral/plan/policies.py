"""Who looks after the addresses of patients' own pages."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, Role


class PlanPermission(StrEnum):
    """What somebody may do with the pages of their own clinic's patients."""

    LOOK_AFTER = "plan.look_after"


RULES: dict[str, frozenset[Role]] = {PlanPermission.LOOK_AFTER: CLINIC_ROLES}
