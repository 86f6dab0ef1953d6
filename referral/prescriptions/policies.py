"""Who may prescribe, and who may see prescriptions."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, Role


class PrescriptionPermission(StrEnum):
    """What somebody may do with prescriptions."""

    VIEW = "prescription.view"
    SIGN = "prescription.sign"


RULES: dict[str, frozenset[Role]] = {
    PrescriptionPermission.VIEW: CLINIC_ROLES,
    PrescriptionPermission.SIGN: frozenset({Role.CLINICIAN, Role.NAVIGATOR}),
}
