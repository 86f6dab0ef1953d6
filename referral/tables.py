"""Imports every table of the product, so that the metadata is complete for migrations and tests."""

from referral.accounts import models as accounts
from referral.audit import models as audit
from referral.followups import models as followups
from referral.kit import crypto, installation
from referral.messaging import models as messaging
from referral.navigation import models as navigation
from referral.outbox import models as outbox
from referral.patients import consent_models as consents
from referral.patients import models as patients
from referral.prescriptions import models as prescriptions
from referral.referrals import models as referrals
from referral.screening import models as screening
from referral.todos import models as todos
from resources_directory import tables as directory
from resources_directory.db import Base

#: The modules that declare tables.
MODULES = (
    accounts,
    audit,
    consents,
    crypto,
    directory,
    followups,
    installation,
    messaging,
    navigation,
    outbox,
    patients,
    prescriptions,
    referrals,
    screening,
    todos,
)

metadata = Base.metadata
