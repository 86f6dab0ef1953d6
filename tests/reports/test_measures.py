"""The three rates: which referral counts where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral.referrals.states import NotCompletedReason, Outcome, ReferralState, Side
from referral.reports.measures import (
    Exclusion,
    Rate,
    ReferralFact,
    Said,
    exclusion_of,
    is_closed,
    is_met,
    is_received,
    rates_by_language,
    rates_of,
)
from referral.screening.states import NeedStatus

S, OUT = ReferralState, Outcome

ORG_YES = Said(Side.ORGANIZATION, OUT.RECEIVED)
ORG_NO = Said(Side.ORGANIZATION, OUT.NOT_RECEIVED, NotCompletedReason.DID_NOT_MEET)
ORG_LOST = Said(Side.ORGANIZATION, OUT.NOT_RECEIVED, NotCompletedReason.COULD_NOT_REACH)
PATIENT_YES = Said(Side.PATIENT, OUT.RECEIVED)
PATIENT_PARTLY = Said(Side.PATIENT, OUT.PARTLY_RECEIVED)
PATIENT_NO = Said(Side.PATIENT, OUT.NOT_RECEIVED)
PATIENT_GAVE_UP = Said(Side.PATIENT, OUT.NO_LONGER_WANTED)


def fact(state: ReferralState, *said: Said, **facts: object) -> ReferralFact:
    return ReferralFact(state=state, said=said, **facts)  # type: ignore[arg-type]  # facts of the tables below


@pytest.mark.parametrize(
    ("referral", "closed", "why"),
    [
        (fact(S.COMPLETED, ORG_YES), True, "the organization said so"),
        (fact(S.COMPLETED, PATIENT_YES), True, "the patient said so"),
        (fact(S.NOT_COMPLETED, ORG_NO), True, "a bad outcome is an outcome"),
        (fact(S.IN_PROGRESS, PATIENT_NO), True, "a patient's no states an outcome, though the referral stays open"),
        (fact(S.DECLINED), False, "declined is not an outcome"),
        (fact(S.EXPIRED), False, "silence is not an outcome"),
        (fact(S.NOT_COMPLETED), False, "lost: nobody said anything"),
        (fact(S.NOT_COMPLETED, ORG_LOST), False, "lost: nobody knows what happened to the person"),
        (fact(S.COMPLETED, ORG_LOST, PATIENT_YES), True, "lost, and then the patient was heard"),
        (fact(S.ACCEPTED), False, "accepting is a promise"),
        (fact(S.EXPIRED, PATIENT_YES), True, "a late answer is information all the same"),
    ],
)
def test_the_loop_is_closed_when_either_side_stated_an_outcome(referral: ReferralFact, closed: bool, why: str) -> None:
    assert is_closed(referral) is closed, why


@pytest.mark.parametrize(
    ("referral", "received", "why"),
    [
        (fact(S.COMPLETED, ORG_YES), True, "stated by one side, nobody objects"),
        (fact(S.COMPLETED, PATIENT_PARTLY), True, "part of the help is help"),
        (fact(S.COMPLETED, ORG_YES, PATIENT_YES), True, "both say so"),
        (fact(S.COMPLETED, ORG_YES, PATIENT_NO, contradicted=True), False, "the patient says otherwise"),
        (fact(S.COMPLETED, ORG_YES, PATIENT_NO), False, "contradicted even if nobody set the mark"),
        (fact(S.COMPLETED, PATIENT_NO, PATIENT_YES), True, "not yet on day 3, yes on day 10: no contradiction"),
        (fact(S.COMPLETED, ORG_YES, contradicted=True), False, "its own later word contradicts"),
        (fact(S.NOT_COMPLETED, ORG_NO), False, "stated, but not received"),
        (fact(S.ACCEPTED), False, "nobody said so"),
    ],
)
def test_received_is_stated_and_not_contradicted(referral: ReferralFact, received: bool, why: str) -> None:
    assert is_received(referral) is received, why


@pytest.mark.parametrize(
    ("status", "met"),
    [(status, status is NeedStatus.MET) for status in NeedStatus],
)
def test_a_need_is_met_only_when_the_person_said_so(status: NeedStatus, met: bool) -> None:
    assert is_met(fact(S.COMPLETED, ORG_YES, need_status=status)) is met


@pytest.mark.parametrize(
    ("referral", "reason"),
    [
        (fact(S.DRAFT, signed=False), Exclusion.NOT_SIGNED),
        (fact(S.DRAFT), Exclusion.NOT_SIGNED),
        (fact(S.WITHDRAWN, signed=False), Exclusion.NOT_SIGNED),
        (fact(S.CANCELLED), Exclusion.CANCELLED),
        (fact(S.ENTERED_IN_ERROR), Exclusion.ENTERED_IN_ERROR),
        (fact(S.SENT, simulated=True), Exclusion.SIMULATED),
        (fact(S.WITHDRAWN), None),
        (fact(S.HELD), None),
    ],
)
def test_what_is_left_out_is_named(referral: ReferralFact, reason: Exclusion | None) -> None:
    assert exclusion_of(referral, count_simulated=False) is reason


@pytest.mark.parametrize(
    ("referral", "closed", "received", "met", "why"),
    [
        (fact(S.SENT), 1, 1, 1, "everything may still happen"),
        (fact(S.DECLINED), 0, 0, 1, "nothing came by it; whether the need is met nobody said"),
        (fact(S.EXPIRED), 0, 1, 1, "nobody said what happened"),
        (fact(S.NOT_COMPLETED), 0, 1, 1, "lost"),
        (fact(S.COMPLETED, ORG_YES), 0, 0, 1, "the organization cannot say that the need is met"),
        (fact(S.COMPLETED, ORG_YES, PATIENT_NO, contradicted=True), 0, 1, 0, "one of the two is right"),
        (fact(S.IN_PROGRESS, PATIENT_NO), 0, 0, 0, "the patient said no"),
        (fact(S.COMPLETED, PATIENT_YES, need_status=NeedStatus.PARTLY), 0, 0, 0, "the person said partly"),
        (fact(S.WITHDRAWN, PATIENT_GAVE_UP, need_status=NeedStatus.GONE), 0, 0, 0, "the need has gone"),
        (fact(S.COMPLETED, PATIENT_YES, need_status=NeedStatus.UNKNOWN), 0, 0, 1, "the person could not say"),
    ],
)
def test_what_nobody_knows_is_in_the_band(
    referral: ReferralFact, closed: int, received: int, met: int, why: str
) -> None:
    rates = rates_of([referral], count_simulated=False)

    assert (rates.closed.unknown, rates.received.unknown, rates.met.unknown) == (closed, received, met), why


def test_a_demo_counts_what_is_simulated_and_says_how_many() -> None:
    facts = [fact(S.COMPLETED, ORG_YES, simulated=True), fact(S.SENT)]

    assert rates_of(facts, count_simulated=True).of == 2
    assert rates_of(facts, count_simulated=True).simulated == 1
    assert rates_of(facts, count_simulated=False).closed == Rate(0, 1, 1)


def test_languages_come_with_most_referrals_first() -> None:
    facts = [fact(S.SENT, language=code) for code in ("ar", "es", "es", None)]

    assert [code for code, _ in rates_by_language(facts, count_simulated=False)] == ["es", "ar", None]


SAID = st.builds(
    Said, st.sampled_from(Side), st.sampled_from(Outcome), st.none() | st.sampled_from(list(NotCompletedReason))
)
FACTS = st.builds(
    ReferralFact,
    state=st.sampled_from(ReferralState),
    signed=st.booleans(),
    said=st.lists(SAID, max_size=4).map(tuple),
    contradicted=st.booleans(),
    need_status=st.sampled_from(NeedStatus),
    simulated=st.booleans(),
    language=st.sampled_from(["en", "es", None]),
)


@given(st.lists(FACTS, max_size=30), st.booleans())
def test_no_rate_exceeds_its_denominator_and_every_band_holds_it(
    facts: list[ReferralFact], count_simulated: bool
) -> None:
    rates = rates_of(facts, count_simulated=count_simulated)

    for rate in (rates.closed, rates.received, rates.met):
        assert 0 <= rate.n <= rate.n + rate.unknown <= rate.of
        assert rate.of == 0 or 0 <= (rate.low or 0) <= (rate.high or 0) <= 1
    assert rates.received.n <= rates.closed.n


@given(st.lists(FACTS, max_size=30), st.booleans())
def test_what_is_counted_and_what_is_left_out_is_everything(facts: list[ReferralFact], count_simulated: bool) -> None:
    rates = rates_of(facts, count_simulated=count_simulated)

    assert rates.of + sum(number for _, number in rates.excluded) == len(facts)


@given(st.lists(FACTS, max_size=30))
def test_languages_add_up_to_the_whole(facts: list[ReferralFact]) -> None:
    whole = rates_of(facts, count_simulated=True)
    parts = [rates for _, rates in rates_by_language(facts, count_simulated=True)]

    assert sum(part.of for part in parts) == whole.of
    assert sum(part.received.n for part in parts) == whole.received.n
