"""What referrals tell the slices above: that one moved."""

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral, ReferralMove

#: A referral has moved, in the caller's transaction: questions are planned or dropped, the patient is told.
on_referral_moved: Hook[[ScopedSession, Referral, ReferralMove], None] = Hook("on_referral_moved")
