"""What prescriptions ask the slices above: whether a patient's own page opens, before a paper leads to it."""

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient

#: Whether the patient can open their own page now: it is on, and they know something that opens it.
plan_page_opens: Hook[[ScopedSession, Patient], bool] = Hook("plan_page_opens")
