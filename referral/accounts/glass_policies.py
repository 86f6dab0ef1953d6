"""Who may open another clinic's records in an emergency, and which records that may be."""

from enum import StrEnum

from referral.accounts.roles import MemberKind, Role


class GlassPermission(StrEnum):
    """What somebody may do about emergency access of their own."""

    #: Say why, and read one clinic's records for an hour.
    OPEN = "glass.open"
    #: End it before its time.
    END = "glass.end"


#: These see no patient of their own clinic, and may in an emergency; no other clinic's.
OWN_CLINIC_ONLY = frozenset({Role.ANALYST, Role.DIRECTORY_EDITOR})
#: These see their own clinic's patients anyway.
OTHER_CLINICS = frozenset({Role.CLINICIAN, Role.CLINIC_ADMINISTRATOR})

RULES: dict[str, frozenset[Role]] = {
    GlassPermission.OPEN: OWN_CLINIC_ONLY | OTHER_CLINICS | {Role.PLATFORM_ADMINISTRATOR},
    GlassPermission.END: frozenset({Role.EMERGENCY}),
}


def may_open(role: Role, *, own: bool, own_kind: MemberKind) -> bool:
    """Return True if `role` may open a clinic's records; `own`: it is the clinic they act for."""
    if role in OWN_CLINIC_ONLY:
        return own and own_kind is MemberKind.CLINIC
    return role is Role.PLATFORM_ADMINISTRATOR or (role in OTHER_CLINICS and not own)
