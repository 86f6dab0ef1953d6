"""The clocks of a referral as versioned data: what happens when, by urgency and need, and what a policy must keep to.

Pure: the dates come from `calendars`, what is done from `clocks`, the stored versions from `policy_versions`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from referral.referrals.calendars import Calendar
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
    #: It was taken on: see whether somebody or something still looks after it. Comes again and again.
    WATCH = "watch"


class Pace(StrEnum):
    """How fast the clocks run."""

    WITHIN_THE_HOUR = "within_the_hour"
    FASTEST = "fastest"
    FAST = "fast"
    USUAL = "usual"
    SLOW = "slow"


@dataclass(frozen=True, order=True)
class Wait:
    """How long after sending: business days of the receiver's calendar, then minutes of any day."""

    business_days: int = 0
    minutes: int = 0


#: The steps of silence, in their order.
STEPS = (ClockStep.REMIND, ClockStep.SECOND_CONTACT, ClockStep.TO_DO, ClockStep.EXPIRE)
#: All that a policy names a wait for; the watch counts from the last move.
WAITS = (*STEPS, ClockStep.WATCH)

Waits = tuple[Wait, Wait, Wait, Wait, Wait]

_ONE_FASTER = {Pace.SLOW: Pace.USUAL, Pace.USUAL: Pace.FAST, Pace.FAST: Pace.FASTEST}


@dataclass(frozen=True)
class ClockPolicy:
    """The waits of each pace, in the order of WAITS, and the pace of each need. A changed policy is a new version."""

    version: str
    waits: Mapping[Pace, Waits]
    #: Needs that are not named run at the usual pace.
    paces: Mapping[NeedDomain, Pace]

    def wait(self, pace: Pace, step: ClockStep) -> Wait:
        """Return how long after sending `step` comes; the watch after the last move."""
        return self.waits[pace][WAITS.index(step)]

    def pace_of(self, domain: str, urgency: str) -> Pace:
        """Return how fast the clocks of a need run; "soon" is one pace faster, "today" is within the hour."""
        if urgency == Urgency.TODAY:
            return Pace.WITHIN_THE_HOUR
        pace = self.paces.get(NeedDomain(domain), Pace.USUAL)
        return _ONE_FASTER.get(pace, pace) if urgency == Urgency.SOON else pace

    def moment(self, start: datetime, step: ClockStep, *, pace: Pace, calendar: Calendar) -> datetime:
        """Return when `step` comes, counted from `start` on the receiver's calendar; UTC."""
        wait = self.wait(pace, step)
        return calendar.add_business_days(start, wait.business_days) + timedelta(minutes=wait.minutes)

    def facts(self) -> dict[str, Any]:
        """Return the policy as JSON: waits as {pace: {step: [business days, minutes]}}, paces as {need: pace}."""
        waits = {
            str(pace): {str(step): [wait.business_days, wait.minutes] for step, wait in zip(WAITS, waits, strict=True)}
            for pace, waits in self.waits.items()
        }
        return {"waits": waits, "paces": {str(need): str(pace) for need, pace in self.paces.items()}}


def policy_from(version: str, facts: Mapping[str, Any]) -> ClockPolicy:
    """Return the policy of a version from what `ClockPolicy.facts` made. Raises KeyError, ValueError."""
    return ClockPolicy(
        version,
        {pace: _five([Wait(*facts["waits"][pace][step]) for step in WAITS]) for pace in Pace},
        {NeedDomain(need): Pace(pace) for need, pace in facts["paces"].items()},
    )


def _five(waits: list[Wait]) -> Waits:
    remind, second, to_do, expire, watch = waits
    return remind, second, to_do, expire, watch


def _days(*numbers: int) -> Waits:
    return _five([Wait(business_days=number) for number in numbers])


#: The policy that the product is shipped with. Hunger and a shut-off cannot wait; housing offices answer slowly.
SHIPPED = ClockPolicy(
    version="2026-11",
    waits={
        Pace.WITHIN_THE_HOUR: (Wait(minutes=20), Wait(minutes=40), Wait(minutes=60), Wait(1), Wait(5)),
        Pace.FASTEST: _days(1, 1, 1, 2, 10),
        Pace.FAST: _days(1, 2, 2, 3, 15),
        Pace.USUAL: _days(1, 2, 3, 5, 20),
        Pace.SLOW: _days(2, 4, 5, 10, 30),
    },
    paces={NeedDomain.FOOD: Pace.FAST, NeedDomain.UTILITIES: Pace.FAST, NeedDomain.HOUSING: Pace.SLOW},
)

#: The longest wait of each step, in business days; within the hour the steps before the expiry are minutes.
LONGEST_DAYS = {
    ClockStep.REMIND: 10,
    ClockStep.SECOND_CONTACT: 15,
    ClockStep.TO_DO: 20,
    ClockStep.EXPIRE: 30,
    ClockStep.WATCH: 60,
}
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 60


class FaultKind(StrEnum):
    """What is wrong with a wait."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    #: It comes before the step before it; the expiry must come after the to-do.
    OUT_OF_ORDER = "out_of_order"
    #: A faster pace waits longer than a slower one.
    SLOWER_THAN_SLOWER = "slower_than_slower"


@dataclass(frozen=True)
class Fault:
    """A wait that a policy may not have."""

    pace: Pace
    step: ClockStep
    kind: FaultKind


def in_minutes(pace: Pace, step: ClockStep) -> bool:
    """Return True if this wait is said in minutes: within the hour everything before the expiry is."""
    return pace is Pace.WITHIN_THE_HOUR and step in STEPS[:-1]


def faults_of(policy: ClockPolicy) -> list[Fault]:
    """Return what the policy may not have, by pace and step; empty for a sound one."""
    return [fault for pace in Pace for fault in (*_bounds(policy, pace), *_order(policy, pace))]


def _bounds(policy: ClockPolicy, pace: Pace) -> Iterator[Fault]:
    for step in WAITS:
        wait = policy.wait(pace, step)
        shortest, longest = Wait(1), Wait(LONGEST_DAYS[step])
        if in_minutes(pace, step):
            shortest, longest = Wait(minutes=SHORTEST_MINUTES), Wait(minutes=LONGEST_MINUTES)
        if wait < shortest:
            yield Fault(pace, step, FaultKind.TOO_SHORT)
        elif wait > longest:
            yield Fault(pace, step, FaultKind.TOO_LONG)


def _order(policy: ClockPolicy, pace: Pace) -> Iterator[Fault]:
    slower = dict(pairwise(Pace)).get(pace)
    for before, step in pairwise(STEPS):
        earlier, later = policy.wait(pace, before), policy.wait(pace, step)
        if later < earlier or (step is ClockStep.EXPIRE and later == earlier):
            yield Fault(pace, step, FaultKind.OUT_OF_ORDER)
    for step in WAITS:
        if slower is not None and policy.wait(pace, step) > policy.wait(slower, step):
            yield Fault(pace, step, FaultKind.SLOWER_THAN_SLOWER)


def step_after(step: ClockStep) -> ClockStep | None:
    """Return the step that follows `step` while nobody answers, or None after the last."""
    if step is ClockStep.RELEASE:
        return STEPS[0]
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None
