"""The clocks of a referral: undo, remind, second contact, to-do, expire; each once, and never against an answer."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from referral.accounts.closed_days import close_day
from referral.followups.models import Question
from referral.followups.states import QuestionState
from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.referrals.actions import accept, move
from referral.referrals.actors import ActorKind
from referral.referrals.clock_policy import SHIPPED, ClockPolicy, ClockStep, Pace, Wait
from referral.referrals.clocks import run_clocks
from referral.referrals.deadlines import answer_until
from referral.referrals.models import Referral
from referral.referrals.notices import live_link
from referral.referrals.policy_versions import NewVersion, make_version
from referral.referrals.states import Mode, ReferralEvent, ReferralState, Urgency
from referral.referrals.to_dos import need_a_person
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
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


def drop_questions(place: Place) -> None:
    place.town.session.execute(update(Question).values(state=QuestionState.CANCELLED))
    place.town.commit()


def patient_policy(place: Place) -> None:
    """A version that counts from now: four days until the reminder."""
    waits = dict(SHIPPED.waits)
    for pace in (Pace.USUAL, Pace.SLOW):
        waits[pace] = (Wait(4), Wait(5), Wait(6), Wait(10), Wait(30))
    policy = ClockPolicy("2026-06-02", waits, SHIPPED.paces)
    make_version(place.town.session, NewVersion(new_id(), policy, clock.now(), "Patience.", place.navigator.id))


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
        traveller.shift(timedelta(days=14))
        done = run_clocks(database)

    assert (done, fresh(place, referral).state) == (0, "accepted")


def test_what_was_accepted_and_forgotten_reaches_a_person(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = sent(place, database)
        accept(place.town.session, referral, place.actors[ActorKind.LINK])
        drop_questions(place)
        traveller.shift(timedelta(days=22))  # fifteen business days of a fast need; Juneteenth is none
        first = run_clocks(database)
        again = run_clocks(database)

    assert (first, again, [to_do.reason for to_do in to_dos(place)]) == (1, 0, ["other"])
    assert fresh(place, referral).next_clock_step == ClockStep.WATCH


@pytest.mark.parametrize("sent_at", ["2026-06-02T17:00", "2026-06-04T22:00", "2026-06-05T22:00"])
def test_whoever_must_call_has_it_to_do_while_the_organization_can_still_answer(
    place: Place, database: Database, sent_at: str
):
    with time_machine.travel(datetime.fromisoformat(f"{sent_at}+00:00"), tick=False) as traveller:
        referral = sent(place, database)
        traveller.shift(timedelta(minutes=5))
        while not to_dos(place):
            traveller.move_to(fresh(place, referral).next_clock_at)
            run_clocks(database)
        now, (to_do,), until = clock.now(), to_dos(place), answer_until(place.town.session, referral)

    assert until is not None
    assert now < to_do.due_at <= until - timedelta(hours=1)


@pytest.mark.parametrize("why", ["a question is planned", "somebody has it to do"])
def test_what_somebody_looks_after_makes_no_second_to_do(place: Place, database: Database, why):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = sent(place, database)
        accept(place.town.session, referral, place.actors[ActorKind.LINK])
        if why == "somebody has it to do":
            drop_questions(place)
            need_a_person(place.town.session, referral, ToDoReason.ORGANIZATION_ASKS)
        place.town.commit()
        before = len(to_dos(place))
        traveller.shift(timedelta(days=22))
        run_clocks(database)

    assert len(to_dos(place)) == before


def test_what_the_patient_does_alone_is_watched_too(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = place.referral(ReferralState.HELD, mode=Mode.SELF_DIRECTED)
        move(place.town.session, referral, ReferralEvent.BEGIN, place.actors[ActorKind.CLOCK])
        drop_questions(place)
        traveller.shift(timedelta(days=22))
        run_clocks(database)

    assert [to_do.reason for to_do in to_dos(place)] == ["other"]


def test_a_day_that_was_closed_meanwhile_moves_the_reminder_on(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = sent(place, database)
        close_day(place.town.session, place.organization.id, date(2026, 6, 3), by=place.staff.id)
        place.town.commit()
        traveller.shift(timedelta(days=1))
        wednesday = run_clocks(database)
        moved_to = fresh(place, referral).next_clock_at
        traveller.shift(timedelta(days=1))
        thursday = run_clocks(database)

    assert (wednesday, moved_to, thursday) == (0, TUESDAY + timedelta(days=2), 1)


def test_closed_days_move_the_expiry_and_the_link_lives_as_long(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = sent(place, database)  # a fast need: it would expire on Friday
        for day in (3, 4, 5, 8):
            close_day(place.town.session, place.organization.id, date(2026, 6, day), by=place.staff.id)
        place.town.commit()
        traveller.shift(timedelta(days=3, minutes=1))
        run_clocks(database)
        on_friday = live_link(place.town.session, referral.id)
        place.town.commit()
        traveller.shift(timedelta(days=8))
        while run_clocks(database):
            pass

    assert on_friday is not None
    assert fresh(place, referral).state == "expired"
    assert referral.closed_at == TUESDAY + timedelta(days=11, minutes=1)


def test_a_zone_that_changes_moves_the_next_step(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = sent(place, database)
        place.organization.timezone_name = "Pacific/Honolulu"  # Tuesday 7:00 there: Wednesday 7:00 is the same moment
        place.town.commit()
        traveller.shift(timedelta(days=1))
        same = run_clocks(database)
        place.organization.timezone_name = "Pacific/Kiritimati"  # Wednesday 7:00 there already
        place.town.commit()
        traveller.shift(timedelta(days=1))
        moved = run_clocks(database)

    assert (same, moved) == (1, 1)
    assert fresh(place, referral).next_clock_step == ClockStep.TO_DO
    assert referral.next_clock_at == TUESDAY + timedelta(days=2)


def test_a_referral_keeps_the_policy_it_was_signed_under(place: Place, database: Database):
    with time_machine.travel(TUESDAY, tick=False):
        old = place.referral(ReferralState.DRAFT)
        move(place.town.session, old, ReferralEvent.SIGN, place.actors[ActorKind.MEMBERSHIP])
        patient_policy(place)
        place.need = place.town.need(place.patient, "transportation")
        new = place.referral(ReferralState.DRAFT)
        move(place.town.session, new, ReferralEvent.SIGN, place.actors[ActorKind.MEMBERSHIP])
        for referral in (old, new):
            move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])

    assert (old.clock_policy, new.clock_policy) == ("2026-11", "2026-06-02")
    assert old.next_clock_at == TUESDAY + timedelta(days=1)
    assert new.next_clock_at == TUESDAY + timedelta(days=6)  # four business days, over a weekend


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


def test_do_no_harm_nobody_is_told_to_ask_about_a_sensitive_need(place: Place, database: Database):
    place.need = place.town.need(place.patient, "interpersonal_safety")
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = place.referral(ReferralState.HELD, mode=Mode.PHONE_HAND_OVER)
        move(place.town.session, referral, ReferralEvent.BEGIN, place.actors[ActorKind.CLOCK])
        drop_questions(place)
        traveller.shift(timedelta(days=35))
        run_clocks(database)

    (to_do,) = to_dos(place)
    assert "Do not call about it" in to_do.note
