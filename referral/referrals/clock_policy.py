"""The clocks of a referral that waits for an answer, as versioned data: what happens when, by urgency and need.

Pure: the dates come from `calendars`, what is done from `clocks`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from referral.referrals.calendars import add_business_days
from referral.referrals.states import Urgency
from resources_directory.needs import NeedDomain


class ClockStep(StrEnum):
    """What the clock does with a referral next."""

    #: The undo window is over: it leaves the clinic.
    RELEASE = "release"
    REMIND = "remind"
    SECOND_CONTACT = "second_contact"
    #: A navigator must call the organization.
    TO_DO = "to_do"
    EXPIRE = "expire"


class Pace(StrEnum):
    """How fast the clocks run."""

    WITHIN_THE_HOUR = "within_the_hour"
    FASTEST = "fastest"
    FAST = "fast"
    USUAL = "usual"
    SLOW = "slow"


@dataclass(frozen=True)
class Wait:
    """How long after sending: business days of the receiver's calendar, then minutes of any day."""

    business_days: int = 0
    minutes: int = 0


#: The order of the steps; a policy names one wait for each.
STEPS = (ClockStep.REMIND, ClockStep.SECOND_CONTACT, ClockStep.TO_DO, ClockStep.EXPIRE)


@dataclass(frozen=True)
class ClockPolicy:
    """The waits of each pace, in the order of STEPS. A changed policy is a new version; old history keeps its own."""

    version: str
    waits: tuple[tuple[Pace, tuple[Wait, Wait, Wait, Wait]], ...]

    def wait(self, pace: Pace, step: ClockStep) -> Wait:
        """Return how long after sending `step` comes."""
        return dict(self.waits)[pace][STEPS.index(step)]


def _days(*numbers: int) -> tuple[Wait, Wait, Wait, Wait]:
    first, second, third, fourth = (Wait(business_days=number) for number in numbers)
    return first, second, third, fourth


CLOCK_POLICY = ClockPolicy(
    version="2026-11",
    waits=(
        (Pace.WITHIN_THE_HOUR, (Wait(minutes=20), Wait(minutes=40), Wait(minutes=60), Wait(business_days=1))),
        (Pace.FASTEST, _days(1, 1, 1, 2)),
        (Pace.FAST, _days(1, 2, 2, 3)),
        (Pace.USUAL, _days(1, 2, 3, 5)),
        (Pace.SLOW, _days(2, 4, 5, 10)),
    ),
)

#: Hunger and a shut-off cannot wait; housing offices answer slowly.
_PACE_OF_NEED = {
    NeedDomain.FOOD: Pace.FAST,
    NeedDomain.UTILITIES: Pace.FAST,
    NeedDomain.HOUSING: Pace.SLOW,
}
_ONE_FASTER = {Pace.SLOW: Pace.USUAL, Pace.USUAL: Pace.FAST, Pace.FAST: Pace.FASTEST}


def pace_of(domain: str, urgency: str) -> Pace:
    """Return how fast the clocks of a need run; "soon" is one pace faster, "today" is within the hour."""
    if urgency == Urgency.TODAY:
        return Pace.WITHIN_THE_HOUR
    pace = _PACE_OF_NEED.get(NeedDomain(domain), Pace.USUAL)
    return _ONE_FASTER[pace] if urgency == Urgency.SOON else pace


def step_after(step: ClockStep) -> ClockStep | None:
    """Return the step that follows `step` while nobody answers, or None after the last."""
    if step is ClockStep.RELEASE:
        return STEPS[0]
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def step_moment(
    sent_at: datetime, step: ClockStep, *, pace: Pace, timezone_name: str, closed_days: Collection[date] = ()
) -> datetime:
    """Return when `step` comes for a referral sent at `sent_at` to a receiver with this calendar; UTC."""
    wait = CLOCK_POLICY.wait(pace, step)
    day = add_business_days(sent_at, wait.business_days, timezone_name=timezone_name, closed_days=closed_days)
    return day + timedelta(minutes=wait.minutes)
