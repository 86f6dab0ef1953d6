"""Who sees the clinic's to-dos, and who does them."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, HEARS_PATIENTS, Role


class ToDoPermission(StrEnum):
    """What somebody may do with the to-dos of their clinic."""

    VIEW = "to_do.view"
    #: See every to-do of the clinic, without naming anybody first.
    LIST = "to_do.list"
    #: Finish one, take one over, record an attempt to reach the patient.
    WORK = "to_do.work"
    #: Write down what the patient said happened.
    RECORD = "to_do.record"
    #: Hand to-dos from one person to another; say who is away.
    HAND_OVER = "to_do.hand_over"
    #: Put the clinic's patients together who live together, and see what is open for them.
    HOUSEHOLD = "household.keep"


RULES: dict[str, frozenset[Role]] = {
    ToDoPermission.LIST: CLINIC_ROLES,
    ToDoPermission.VIEW: CLINIC_ROLES | {Role.EMERGENCY},
    ToDoPermission.WORK: CLINIC_ROLES,
    ToDoPermission.RECORD: HEARS_PATIENTS,
    ToDoPermission.HAND_OVER: CLINIC_ROLES,
    ToDoPermission.HOUSEHOLD: frozenset({Role.CLINICIAN, Role.NAVIGATOR}),
}
