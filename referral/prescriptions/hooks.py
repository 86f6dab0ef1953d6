"""What prescriptions ask the slices above: whether a patient's own page opens, before a paper leads to it."""

from flask_babel import LazyString

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient

#: Why the patient cannot open their own page now, in words for staff; None where it is on and something opens it.
why_no_plan_page: Hook[[ScopedSession, Patient], LazyString | None] = Hook("why_no_plan_page")
