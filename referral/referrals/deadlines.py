"""When a referral's clock looks at it next: by the policy it was signed under, on the receiver's calendar.

Every referral that is signed and not closed has such a moment: held ones are released, those that wait for an answer
are reminded, those that were taken on are watched, so that none is without somebody or something that looks after it.
"""

from datetime import datetime
from uuid import UUID

from referral.accounts.closed_days import closed_days_of
from referral.accounts.models import Member
from referral.kit.scope import ScopedSession
from referral.kit.zones import FALLBACK_ZONE
from referral.referrals.calendars import Calendar
from referral.referrals.clock_policy import STEPS, ClockStep
from referral.referrals.models import Referral
from referral.referrals.policy_versions import policy_named
from referral.referrals.states import TAKEN_STATES, ReferralState


def calendar_of(session: ScopedSession, member_id: UUID | None) -> Calendar:
    """Return the calendar of a member as it stands now: its zone, and the days on which it is closed."""
    member = session.get(Member, member_id) if member_id else None
    if member is None:
        return Calendar(FALLBACK_ZONE)
    return Calendar(member.timezone_name, closed_days_of(session, member.id))


def step_due(session: ScopedSession, referral: Referral, step: ClockStep, *, start: datetime) -> datetime:
    """Return when `step` comes, counted from `start`: when it was sent, for a watch when it last moved; UTC.

    What nobody was sent for runs by the clinic's own calendar.
    """
    policy = policy_named(session, referral.clock_policy)
    calendar = calendar_of(session, referral.receiver_id or referral.clinic_id)
    return policy.moment(start, step, pace=policy.pace_of(referral.domain, referral.urgency), calendar=calendar)


def answer_until(session: ScopedSession, referral: Referral) -> datetime | None:
    """Return until when the organization must answer; None where it is asked for no answer."""
    if referral.state != ReferralState.SENT or referral.sent_at is None:
        return None
    return step_due(session, referral, ClockStep.EXPIRE, start=referral.sent_at)


def wind_clock(session: ScopedSession, referral: Referral, *, now: datetime) -> datetime | None:
    """Set what the clock does next after a move; return when a request that just left expires unanswered.

    A closed referral and a draft have no clock.
    """
    referral.next_clock_step = referral.next_clock_at = None
    if referral.state == ReferralState.HELD:
        referral.next_clock_step, referral.next_clock_at = ClockStep.RELEASE, referral.undo_until
    elif referral.state == ReferralState.SENT:
        referral.next_clock_step = STEPS[0]
        referral.next_clock_at = step_due(session, referral, STEPS[0], start=now)
        return step_due(session, referral, ClockStep.EXPIRE, start=now)
    elif referral.state in TAKEN_STATES:
        referral.next_clock_step = ClockStep.WATCH
        referral.next_clock_at = step_due(session, referral, ClockStep.WATCH, start=now)
    return None
