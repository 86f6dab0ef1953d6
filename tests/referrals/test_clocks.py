"""The clocks of a referral: undo, remind, second contact, to-do, expire; each once, and never against an answer."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.referrals.actions import accept, move
from referral.referrals.actors import ActorKind
from referral.referrals.clock_policy import CLOCK_POLICY, STEPS, ClockStep, Pace, Wait, pace_of
from referral.referrals.clocks import run_clocks
from referral.referrals.models import Referral
from referral.referrals.states import Mode, ReferralEvent, ReferralState, Urgency
from referral.todos.models import ToDo
from tests.referrals.conftest import TUESDAY, Place, moves_of

FRIDAY_BEFORE_THE_FOURTH = datetime.fromisoformat("2026-07-02T17:00:00+00:00")  # a Thursday; Friday is the holiday


def sent(place: Place, database: Database, **facts) -> Referral:
    """A referral that the clock has just sent."""
    referral = place.referral(ReferralState.HELD, **facts)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    return referral


def mails(place: Place) -> list[str]:
    found = place.town.session.scalars(select(Message.template).where(Message.channel == "email").order_by(Message.id))
    templates = list(found)
    place.town.commit()
    return templates


def to_dos(place: Place) -> list[ToDo]:
    found = list(place.town.session.scalars(select(ToDo).order_by(ToDo.id)))
    place.town.commit()
    return found


def fresh(place: Place, referral: Referral) -> Referral:
    place.town.session.refresh(referral)
    place.town.commit()  # a rollback would forget what was read
    return referral


@pytest.mark.parametrize(
    ("mode", "state"),
    [(Mode.SENT, "sent"), (Mode.SELF_DIRECTED, "in_progress"), (Mode.PHONE_HAND_OVER, "in_progress")],
)
def test_what_was_held_leaves_when_the_undo_window_ends(place: Place, database: Database, mode, state):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = place.referral(ReferralState.DRAFT, mode=mode)
        move(place.town.session, referral, ReferralEvent.SIGN, place.actors[ActorKind.MEMBERSHIP])
        place.town.commit()

        early = run_clocks(database)
        traveller.shift(timedelta(seconds=30))
        late = run_clocks(database)

    assert (early, late, fresh(place, referral).state) == (0, 1, state)


def test_silence_reminds_asks_another_tells_a_navigator_and_expires(place: Place, database: Database):
    seen = []
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = sent(place, database, domain="transportation")
        for _day in range(8):
            run_clocks(database)
            seen.append((len(mails(place)), len(to_dos(place)), fresh(place, referral).state))
            traveller.shift(timedelta(days=1))

    assert [step[0] for step in seen[:4]] == [1, 2, 3, 3]
    assert seen[3] == (3, 1, "sent")  # Friday: a person is told
    assert seen[6] == (3, 1, "sent")  # Monday is the fourth business day
    assert seen[7][2] == "expired"  # Tuesday the fifth


def test_a_weekend_and_a_holiday_do_not_count(place: Place, database: Database):
    with time_machine.travel(FRIDAY_BEFORE_THE_FOURTH, tick=False) as traveller:
        referral = sent(place, database)
        traveller.shift(timedelta(days=3, hours=23))
        before = run_clocks(database)
        traveller.shift(timedelta(hours=1))
        after = run_clocks(database)

    assert (before, after) == (0, 1)
    assert fresh(place, referral).next_clock_step == ClockStep.SECOND_CONTACT


def test_each_step_is_taken_once(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        sent(place, database)
        traveller.shift(timedelta(days=1))
        run_clocks(database)
        again = run_clocks(database)

    assert again == 0
    assert mails(place).count("referral_reminder") == 1


def test_a_reminder_leaves_the_version_alone(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = sent(place, database)
        version = referral.version
        traveller.shift(timedelta(days=1))
        run_clocks(database)

    assert fresh(place, referral).version == version


def test_an_answer_stops_the_clocks(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = sent(place, database)
        accept(place.town.session, referral, place.actors[ActorKind.LINK])
        place.town.commit()
        traveller.shift(timedelta(days=30))
        done = run_clocks(database)

    assert (done, fresh(place, referral).state) == (0, "accepted")


def test_today_means_a_navigator_hears_within_the_hour(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        sent(place, database, urgency=Urgency.TODAY)
        for _step in range(3):
            traveller.shift(timedelta(minutes=20))
            run_clocks(database)

    assert [to_do.urgent for to_do in to_dos(place)] == [True]


def test_a_late_worker_catches_up_step_by_step(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = sent(place, database)
        traveller.shift(timedelta(days=20))
        while run_clocks(database):
            pass

    assert [row.event for row in moves_of(place.town.session, referral)] == ["send", "expire"]
    assert fresh(place, referral).state == "expired"


def test_one_broken_referral_does_not_stop_the_others(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        broken = place.referral(ReferralState.HELD, next_clock_step="release", next_clock_at=clock.now())
        broken.domain = "no_such_need"
        other_need = place.town.need(place.patient, "housing")
        place.need = other_need
        sound = place.referral(ReferralState.HELD, next_clock_step="release", next_clock_at=clock.now())
        place.town.commit()
        traveller.shift(timedelta(minutes=1))
        done = run_clocks(database)

    assert (done, fresh(place, broken).state, fresh(place, sound).state) == (1, "held", "sent")


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
    assert pace_of(domain, urgency) is pace


def test_the_usual_policy_is_that_of_the_product():
    waits = [CLOCK_POLICY.wait(Pace.USUAL, step) for step in STEPS]

    assert waits == [Wait(1), Wait(2), Wait(3), Wait(5)]


@pytest.mark.parametrize("pace", list(Pace))
def test_no_step_comes_before_the_one_before_it(pace):
    waits = [(CLOCK_POLICY.wait(pace, step).business_days, CLOCK_POLICY.wait(pace, step).minutes) for step in STEPS]

    assert waits == sorted(waits)
