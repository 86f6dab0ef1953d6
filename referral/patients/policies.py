"""Who may see, register and correct patients, and take their consents."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, Role


class PatientPermission(StrEnum):
    """What somebody may do with the patients of their own clinic."""

    VIEW = "patient.view"
    #: See everybody without naming anybody first.
    LIST = "patient.list"
    REGISTER = "patient.register"
    CORRECT = "patient.correct"
    TAKE_CONSENT = "patient.take_consent"
    #: Answer a patient's texts by hand; let texts rest, and let them go again.
    TEXT = "patient.text"
    #: Say that two records are one person, and take that back.
    MERGE = "patient.merge"
    #: Offer a patient to another clinic, and take over one that is offered.
    MOVE = "patient.move"
    MARK_DECEASED = "patient.mark_deceased"
    #: Write down who speaks for a patient, what they keep to themselves, and whom they bar.
    NAME_WISHES = "patient.name_wishes"


RULES: dict[str, frozenset[Role]] = {
    PatientPermission.VIEW: CLINIC_ROLES | {Role.EMERGENCY},
    PatientPermission.LIST: CLINIC_ROLES,
    PatientPermission.REGISTER: CLINIC_ROLES,
    PatientPermission.CORRECT: CLINIC_ROLES,
    PatientPermission.TAKE_CONSENT: CLINIC_ROLES,
    PatientPermission.TEXT: CLINIC_ROLES,
    PatientPermission.MERGE: CLINIC_ROLES,
    PatientPermission.MOVE: CLINIC_ROLES,
    PatientPermission.MARK_DECEASED: CLINIC_ROLES,
    PatientPermission.NAME_WISHES: CLINIC_ROLES,
}
