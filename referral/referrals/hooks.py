"""What referrals tell the slices above: that one moved, and that somebody testified."""

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral, ReferralMove, Testimony

#: A referral has moved, in the caller's transaction: questions are planned or dropped, the patient is told.
on_referral_moved: Hook[[ScopedSession, Referral, ReferralMove], None] = Hook("on_referral_moved")

#: Somebody testified, in the caller's transaction, after the closing rule was applied.
on_testimony: Hook[[ScopedSession, Referral, Testimony], None] = Hook("on_testimony")
