"""Who may take a whole record along, hold it, or erase it."""

from enum import StrEnum

from referral.accounts.roles import Role


class RecordPermission(StrEnum):
    """What somebody may do with the whole record of one patient of their own clinic."""

    FIND = "record.find"
    EXPORT = "record.export"
    HOLD = "record.hold"
    ERASE = "record.erase"


_OFFICE = frozenset({Role.CLINIC_ADMINISTRATOR, Role.PRIVACY_OFFICER})

RULES: dict[str, frozenset[Role]] = {
    RecordPermission.FIND: _OFFICE,
    RecordPermission.EXPORT: _OFFICE,
    RecordPermission.HOLD: _OFFICE,
    RecordPermission.ERASE: frozenset({Role.PRIVACY_OFFICER}),
}
