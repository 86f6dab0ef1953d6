"""Who may prescribe, and who may see prescriptions."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, Role


class PrescriptionPermission(StrEnum):
    """What somebody may do with prescriptions."""

    VIEW = "prescription.view"
    SIGN = "prescription.sign"
    #: See one's own patients and what became of one's prescriptions.
    FOLLOW = "prescription.follow"
    #: Say which services are the clinic's usual ones.
    STAR = "prescription.star"


_SIGNERS = frozenset({Role.CLINICIAN, Role.NAVIGATOR})

RULES: dict[str, frozenset[Role]] = {
    PrescriptionPermission.VIEW: CLINIC_ROLES | {Role.EMERGENCY},
    PrescriptionPermission.SIGN: _SIGNERS,
    PrescriptionPermission.FOLLOW: _SIGNERS,
    PrescriptionPermission.STAR: _SIGNERS,
}
