"""A service that says it is full: what is signed afterwards is refused with words; what was signed before stays."""

from datetime import date, timedelta

import pytest
import time_machine

from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.late_answers import GivenLate, record_late_answer
from referral.referrals.room import helps_after_all, without_room
from referral.referrals.states import DeclineReason, Mode, ReferralEvent, ReferralState
from resources_directory.capacity import CapacityStatus, SaidCapacity, say_capacity
from resources_directory.ranking import Wishes, rank
from resources_directory.search import get_service
from tests.referrals.conftest import TUESDAY, Place


def say(session: ScopedSession, place: Place, status: CapacityStatus, until: date | None = None) -> None:
    said = SaidCapacity(place.service.id, status, said_by="Olga", how="link", until=until)
    say_capacity(session, said, now=clock.now())


def sign(session: ScopedSession, place: Place, mode: Mode = Mode.SENT) -> str:
    referral = place.referral(ReferralState.DRAFT, mode=mode)
    move(session, referral, ReferralEvent.SIGN, place.actors[ActorKind.MEMBERSHIP])
    return referral.state


def late(place: Place, event: ReferralEvent) -> None:
    """They say late what they could do about a request that they declined."""
    before = place.referral(ReferralState.DECLINED, closed_at=clock.now())
    given = GivenLate(event, DeclineReason.OTHER if event is ReferralEvent.DECLINE else None)
    record_late_answer(place.town.session, before, given, place.actors[ActorKind.LINK])


@pytest.mark.parametrize("event", [ReferralEvent.ACCEPT, ReferralEvent.WAITLIST])
def test_a_late_yes_after_full_lets_this_request_in(session: ScopedSession, place: Place, event: ReferralEvent):
    with time_machine.travel(TUESDAY, tick=False):
        say(session, place, CapacityStatus.NO_CAPACITY, until=date(2026, 6, 5))
    with time_machine.travel(TUESDAY + timedelta(hours=1), tick=False):
        late(place, event)

        assert sign(session, place) == "held"


@pytest.mark.parametrize("full_first", [True, False], ids=["no after full", "full after yes"])
def test_the_newest_word_of_both_counts(session: ScopedSession, place: Place, full_first: bool):
    with time_machine.travel(TUESDAY, tick=False):
        if full_first:
            say(session, place, CapacityStatus.NO_CAPACITY)
        else:
            late(place, ReferralEvent.ACCEPT)
    with time_machine.travel(TUESDAY + timedelta(hours=1), tick=False):
        if full_first:
            late(place, ReferralEvent.DECLINE)
        else:
            say(session, place, CapacityStatus.NO_CAPACITY)

        with pytest.raises(Conflict, match="that it is full"):
            sign(session, place)


def test_a_late_yes_to_one_need_lets_no_other_in(session: ScopedSession, place: Place):
    say(session, place, CapacityStatus.NO_CAPACITY)
    late(place, ReferralEvent.ACCEPT)
    other = place.town.need(place.patient, "utilities")

    assert helps_after_all(session, place.service.id, place.need.id, now=clock.now())
    assert not helps_after_all(session, place.service.id, other.id, now=clock.now())


def test_a_request_dated_after_the_switch_is_refused_with_words(session: ScopedSession, place: Place):
    with time_machine.travel(TUESDAY, tick=False):
        say(session, place, CapacityStatus.NO_CAPACITY, until=date(2026, 6, 5))

        with pytest.raises(
            Conflict, match=r"Green Table Boxes said on June 2, 2026 that it is full until June 5, 2026\."
        ):
            sign(session, place)


def test_without_a_day_the_words_name_none(session: ScopedSession, place: Place):
    say(session, place, CapacityStatus.NO_CAPACITY)

    with pytest.raises(Conflict, match=r"that it is full\. Choose another place"):
        sign(session, place)


def test_what_was_signed_before_the_switch_goes_out_and_waits_for_its_answer(session: ScopedSession, place: Place):
    held = place.referral(ReferralState.HELD)
    say(session, place, CapacityStatus.NO_CAPACITY)

    move(session, held, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])

    assert held.state == ReferralState.SENT


@pytest.mark.parametrize("mode", [Mode.SELF_DIRECTED, Mode.PHONE_HAND_OVER])
def test_the_patient_may_still_go_or_call(session: ScopedSession, place: Place, mode: Mode):
    say(session, place, CapacityStatus.NO_CAPACITY)

    assert sign(session, place, mode) == ReferralState.HELD


@pytest.mark.parametrize("status", [each for each in CapacityStatus if each is not CapacityStatus.NO_CAPACITY])
def test_a_later_word_opens_it_again(session: ScopedSession, place: Place, status: CapacityStatus):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        say(session, place, CapacityStatus.NO_CAPACITY)
        traveller.shift(timedelta(hours=1))
        say(session, place, status)

        assert sign(session, place) == ReferralState.HELD


def test_the_day_after_the_last_full_day_it_can_be_asked(session: ScopedSession, place: Place):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        say(session, place, CapacityStatus.NO_CAPACITY, until=date(2026, 6, 5))
        traveller.shift(timedelta(days=4))

        assert sign(session, place) == ReferralState.HELD


def test_full_without_a_last_day_bars_nobody_for_good(session: ScopedSession, place: Place):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        say(session, place, CapacityStatus.NO_CAPACITY)
        traveller.shift(timedelta(days=6))
        with pytest.raises(Conflict, match=r"said on June 2, 2026 \(6 days ago\) that it is full\."):
            sign(session, place)
        traveller.shift(timedelta(days=1))

        assert sign(session, place) == ReferralState.HELD


@pytest.mark.parametrize(("days", "full"), [(0, True), (6, True), (8, False)])
def test_another_place_is_not_passed_over_for_what_it_said_long_ago(
    session: ScopedSession, place: Place, days: int, full: bool
):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        say(session, place, CapacityStatus.NO_CAPACITY)
        traveller.shift(timedelta(days=days))
        hit = get_service(session, place.service.id, clock.now())
        assert hit is not None

        found = without_room(session, rank([hit], Wishes(), now=clock.now()), now=clock.now())

        assert (place.service.id in found) is full
