"""The clock policy as data: what the product is shipped with, which policies are sound, which version counts when."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.referrals.clock_policy import (
    SHIPPED,
    STEPS,
    WAITS,
    ClockPolicy,
    ClockStep,
    FaultKind,
    Pace,
    Wait,
    faults_of,
    policy_from,
)
from referral.referrals.policy_versions import NewVersion, free_name, make_version, policy_in_effect, policy_named
from referral.referrals.states import Urgency
from resources_directory.db import new_id
from tests.referrals.conftest import TUESDAY, Place

PACES = [
    ("food", Urgency.ROUTINE, Pace.FAST),
    ("utilities", Urgency.ROUTINE, Pace.FAST),
    ("housing", Urgency.ROUTINE, Pace.SLOW),
    ("employment", Urgency.ROUTINE, Pace.USUAL),
    ("employment", Urgency.SOON, Pace.FAST),
    ("food", Urgency.SOON, Pace.FASTEST),
    ("housing", Urgency.SOON, Pace.USUAL),
    ("housing", Urgency.TODAY, Pace.WITHIN_THE_HOUR),
]


@pytest.mark.parametrize(("domain", "urgency", "pace"), PACES)
def test_hunger_is_faster_and_housing_slower(domain, urgency, pace):
    assert SHIPPED.pace_of(domain, urgency) is pace


def test_the_usual_policy_is_that_of_the_product():
    assert (SHIPPED.version, [SHIPPED.wait(Pace.USUAL, step) for step in STEPS]) == (
        "2026-11",
        [Wait(1), Wait(2), Wait(3), Wait(5)],
    )


def test_what_is_shipped_has_no_fault():
    assert faults_of(SHIPPED) == []


def test_a_policy_comes_back_from_its_facts():
    assert policy_from("2026-11", SHIPPED.facts()) == SHIPPED


def with_wait(pace: Pace, step: ClockStep, wait: Wait) -> ClockPolicy:
    waits = list(SHIPPED.waits[pace])
    waits[WAITS.index(step)] = wait
    return replace(SHIPPED, version="new", waits={**SHIPPED.waits, pace: tuple(waits)})


FAULTS = [
    (Pace.USUAL, ClockStep.REMIND, Wait(0), FaultKind.TOO_SHORT, "a reminder at once is none"),
    (Pace.USUAL, ClockStep.REMIND, Wait(-1), FaultKind.TOO_SHORT, "no clock runs back"),
    (Pace.SLOW, ClockStep.EXPIRE, Wait(31), FaultKind.TOO_LONG, "nobody waits six weeks for a no"),
    (Pace.SLOW, ClockStep.WATCH, Wait(61), FaultKind.TOO_LONG, "nobody is forgotten for a quarter"),
    (Pace.USUAL, ClockStep.TO_DO, Wait(1), FaultKind.OUT_OF_ORDER, "a person calls after two mails, not between"),
    (Pace.USUAL, ClockStep.EXPIRE, Wait(3), FaultKind.OUT_OF_ORDER, "the navigator needs a day to call"),
    (Pace.FAST, ClockStep.EXPIRE, Wait(6), FaultKind.SLOWER_THAN_SLOWER, "fast is not slower than usual"),
    (Pace.WITHIN_THE_HOUR, ClockStep.TO_DO, Wait(minutes=61), FaultKind.TOO_LONG, "within the hour is an hour"),
    (Pace.WITHIN_THE_HOUR, ClockStep.REMIND, Wait(1), FaultKind.TOO_LONG, "today is not tomorrow"),
]


@pytest.mark.parametrize(("pace", "step", "wait", "kind", "why"), FAULTS, ids=[case[4] for case in FAULTS])
def test_a_policy_that_makes_no_sense_is_told_where(pace, step, wait, kind, why):
    found = {(fault.pace, fault.step, fault.kind) for fault in faults_of(with_wait(pace, step, wait))}

    assert (pace, step, kind) in found, why


def new_version(place: Place, *, since: datetime, version: str = "2026-06-02", **changes) -> NewVersion:
    policy = replace(with_wait(Pace.SLOW, ClockStep.WATCH, Wait(40)), version=version)
    return replace(NewVersion(new_id(), policy, since, "Offices are slow in summer.", place.navigator.id), **changes)


def test_a_version_counts_from_its_day_on(session: ScopedSession, place: Place):
    with time_machine.travel(TUESDAY, tick=False):
        make_version(session, new_version(place, since=TUESDAY + timedelta(days=3)))

    before, after = TUESDAY + timedelta(days=2), TUESDAY + timedelta(days=3)
    assert [policy_in_effect(session, each).version for each in (before, after)] == ["2026-11", "2026-06-02"]


def test_the_same_form_sent_twice_is_one_version(session: ScopedSession, place: Place):
    new = new_version(place, since=clock.now() + timedelta(days=1))

    assert make_version(session, new) is make_version(session, new)


def test_the_past_cannot_be_given_another_policy(session: ScopedSession, place: Place):
    with pytest.raises(InvalidInput, match="from now or later"):
        make_version(session, new_version(place, since=clock.now() - timedelta(seconds=1)))


def test_a_policy_with_a_fault_is_not_stored(session: ScopedSession, place: Place):
    bad = with_wait(Pace.USUAL, ClockStep.REMIND, Wait(0))

    with pytest.raises(InvalidInput, match="do not fit together"):
        make_version(session, new_version(place, since=clock.now() + timedelta(days=1), policy=bad))


def test_two_versions_of_one_name_are_refused(session: ScopedSession, place: Place):
    since = clock.now() + timedelta(days=1)
    make_version(session, new_version(place, since=since))

    with pytest.raises(Conflict, match="at the same moment"):
        make_version(session, new_version(place, since=since))
    assert free_name(session, "2026-06-02") == "2026-06-02.2"


def test_a_version_that_nobody_knows_runs_as_shipped(session: ScopedSession):
    assert policy_named(session, "1999-01-01") is SHIPPED
