"""Who may see, sign, answer and testify about referrals."""

from enum import StrEnum

from referral.accounts.roles import CLINIC_ROLES, ORGANIZATION_ROLES, Role
from referral.referrals import states


class ReferralPermission(StrEnum):
    """What somebody may do with referrals. The names in `states.py` are the machine's."""

    #: See the referrals of one's own clinic.
    VIEW = "referral.view"
    #: See every referral of the clinic, without naming anybody first.
    LIST = "referral.list"
    #: Write down what an organization or a patient said by phone or in person.
    RECORD = "referral.record"
    #: See and answer the requests sent to one's own organization.
    INBOX = "referral.inbox"
    #: See the clock policy and make a new version of it.
    CLOCKS = "referral.clocks"
    SIGN = states.SIGN
    ANSWER = states.ANSWER
    PATIENT_SAYS = states.PATIENT_SAYS
    TESTIFY = states.TESTIFY


_SIGNERS = frozenset({Role.CLINICIAN, Role.NAVIGATOR})

RULES: dict[str, frozenset[Role]] = {
    ReferralPermission.LIST: CLINIC_ROLES,
    ReferralPermission.VIEW: CLINIC_ROLES | {Role.EMERGENCY},
    ReferralPermission.RECORD: _SIGNERS,
    ReferralPermission.INBOX: ORGANIZATION_ROLES,
    ReferralPermission.CLOCKS: frozenset({Role.PLATFORM_ADMINISTRATOR}),
    ReferralPermission.SIGN: _SIGNERS,
    # The clinic's people write down what an organization answered by phone.
    ReferralPermission.ANSWER: _SIGNERS | ORGANIZATION_ROLES,
    ReferralPermission.PATIENT_SAYS: _SIGNERS,
    ReferralPermission.TESTIFY: _SIGNERS | ORGANIZATION_ROLES,
}
