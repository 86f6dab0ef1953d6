"""Who may see, register and correct patients, and take their consents."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, Role


class PatientPermission(StrEnum):
    """What somebody may do with the patients of their own clinic."""

    VIEW = "patient.view"
    REGISTER = "patient.register"
    CORRECT = "patient.correct"
    TAKE_CONSENT = "patient.take_consent"


RULES: dict[str, frozenset[Role]] = {
    PatientPermission.VIEW: CLINIC_ROLES,
    PatientPermission.REGISTER: CLINIC_ROLES,
    PatientPermission.CORRECT: CLINIC_ROLES,
    PatientPermission.TAKE_CONSENT: CLINIC_ROLES,
}
