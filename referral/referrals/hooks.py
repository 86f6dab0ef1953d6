"""What referrals tell the slices above, and ask them: that one moved, what was said; whether its patient is asked."""

from uuid import UUID

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.referrals.desk_models import Appointment
from referral.referrals.models import Referral, ReferralMove, Testimony

#: A referral has moved, in the caller's transaction: questions are planned or dropped, the patient is told.
on_referral_moved: Hook[[ScopedSession, Referral, ReferralMove], None] = Hook("on_referral_moved")

#: The organization is asked, reminded, or asked through a second person, by the e-mail of this template, in the
#: caller's transaction: its people may have agreed to hear of it in another way too.
on_organization_asked: Hook[[ScopedSession, Referral, str], None] = Hook("on_organization_asked")

#: One side has said what happened, in the caller's transaction: what was to be asked about it needs no asking.
on_testified: Hook[[ScopedSession, Referral, Testimony], None] = Hook("on_testified")

#: An organization gave an appointment, or a new one, in the caller's transaction: the patient is reminded of it.
on_appointment_given: Hook[[ScopedSession, Referral, Appointment], None] = Hook("on_appointment_given")

#: Whether a question to the patient about a referral is planned or open.
is_being_asked: Hook[[ScopedSession, UUID], bool] = Hook("is_being_asked")

#: Services that a clinic calls its usual ones: of equals they come first.
usual_services: Hook[[ScopedSession, UUID], frozenset[UUID]] = Hook("usual_services")
