"""Who may let their phone be told of referrals, and who sees which phones are."""

from enum import StrEnum

from referral.accounts.roles import ORGANIZATION_ROLES, Role


class StaffPhonePermission(StrEnum):
    """What somebody may do with staff phones."""

    #: Name one's own phone, agree to texts and stop them; see which phones of the organization are told.
    OWN = "staff_phone.own"
    #: Stop the phone of a colleague: it is lost, or they are away.
    STOP = "staff_phone.stop"
    #: See how many phones each organization has.
    COUNT = "staff_phone.count"


RULES: dict[str, frozenset[Role]] = {
    StaffPhonePermission.OWN: ORGANIZATION_ROLES,
    StaffPhonePermission.STOP: frozenset({Role.ORGANIZATION_ADMINISTRATOR}),
    StaffPhonePermission.COUNT: frozenset({Role.PLATFORM_ADMINISTRATOR}),
}
