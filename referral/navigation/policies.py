"""Who sees the clinic's to-dos, and who does them."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, Role


class ToDoPermission(StrEnum):
    """What somebody may do with the to-dos of their clinic."""

    VIEW = "to_do.view"
    #: Finish one, take one over, record an attempt to reach the patient.
    WORK = "to_do.work"
    #: Write down what the patient said happened.
    RECORD = "to_do.record"


RULES: dict[str, frozenset[Role]] = {
    ToDoPermission.VIEW: CLINIC_ROLES,
    ToDoPermission.WORK: CLINIC_ROLES,
    ToDoPermission.RECORD: frozenset({Role.CLINICIAN, Role.NAVIGATOR}),
}
