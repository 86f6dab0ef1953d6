"""Imports every table of the product, so that the metadata is complete for migrations and tests."""

from referral.accounts import closed_days, identity_models, reset_models
from referral.accounts import factor_models as factors
from referral.accounts import glass_models as glass
from referral.accounts import link_models as links
from referral.accounts import models as accounts
from referral.accounts import plan_code_models as plan_codes
from referral.accounts import put_aside_models as put_aside
from referral.audit import models as audit
from referral.audit import seal_models as audit_seals
from referral.followups import models as followups
from referral.kit import crypto, installation, limits, row_security
from referral.messaging import models as messaging
from referral.navigation import household_models
from referral.navigation import models as navigation
from referral.outbox import models as outbox
from referral.patients import asked_field_models
from referral.patients import consent_models as consents
from referral.patients import models as patients
from referral.patients import pause_models as texting_pauses
from referral.patients import record_models as patient_records
from referral.patients import wish_models as patient_wishes
from referral.plan import models as plan
from referral.prescriptions import models as prescriptions
from referral.privacy import demand_models as demands
from referral.records import models as records
from referral.referrals import clock_models, desk_models, late_models, rerouting_models
from referral.referrals import models as referrals
from referral.screening import instrument_models as instruments
from referral.screening import models as screening
from referral.screening import started_models as started_screenings
from referral.staff_phones import models as staff_phones
from referral.todos import models as todos
from resources_directory import tables as directory
from resources_directory.db import Base

#: The modules that declare tables, and what guards them.
MODULES = (
    accounts,
    asked_field_models,
    audit,
    audit_seals,
    closed_days,
    clock_models,
    consents,
    crypto,
    demands,
    desk_models,
    directory,
    factors,
    followups,
    glass,
    household_models,
    identity_models,
    installation,
    instruments,
    limits,
    late_models,
    links,
    messaging,
    navigation,
    outbox,
    patient_records,
    patient_wishes,
    patients,
    plan,
    plan_codes,
    prescriptions,
    records,
    referrals,
    rerouting_models,
    reset_models,
    row_security,
    put_aside,
    screening,
    staff_phones,
    started_screenings,
    texting_pauses,
    todos,
)

metadata = Base.metadata
