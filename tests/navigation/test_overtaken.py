"""To-dos that the loop itself has done leave the list."""

import pytest
from sqlalchemy import select

from referral.accounts.models import Person
from referral.kit.scope import ScopedSession
from referral.referrals import testimonies
from referral.referrals.actions import move
from referral.referrals.actors import THE_CLOCK, Actor, ActorKind
from referral.referrals.states import Outcome, ReferralEvent, ReferralState, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony
from referral.referrals.to_dos import need_a_person
from referral.screening.models import Need
from referral.todos.models import ToDo, ToDoReason
from tests.navigation.conftest import Desk

E, S = ReferralEvent, ReferralState


def by(person: Person) -> Actor:
    return Actor(ActorKind.MEMBERSHIP, person.id, person.name)


@pytest.fixture(autouse=True)
def waits_for_an_answer(desk: Desk) -> None:
    desk.referral.state = S.SENT
    desk.town.session.flush()


def silent(session: ScopedSession, desk: Desk) -> ToDo:
    to_do = need_a_person(session, desk.referral, ToDoReason.ORGANIZATION_SILENT)
    assert to_do is not None
    return to_do


@pytest.mark.parametrize("event", [E.ACCEPT, E.DECLINE, E.EXPIRE, E.WITHDRAW, E.CANCEL])
def test_an_organization_that_answered_is_silent_no_more(
    session: ScopedSession, desk: Desk, event: ReferralEvent
) -> None:
    to_do = silent(session, desk)

    actor = THE_CLOCK if event is E.EXPIRE else by(desk.nadia)

    move(session, desk.referral, event, actor, reason="no_capacity" if event is E.DECLINE else None)

    session.refresh(to_do)
    assert (to_do.done_at is not None, to_do.done_by) == (True, actor.person_id)
    assert to_do.outcome == "The organization answered, or the request was ended."


def test_do_no_harm_what_the_patient_said_is_not_over_because_the_organization_says_yes(
    session: ScopedSession, desk: Desk
) -> None:
    to_do = desk.to_do("inbound:1:organization_silent", reason=ToDoReason.ORGANIZATION_SILENT)

    move(session, desk.referral, E.ACCEPT, by(desk.nadia))

    session.refresh(to_do)
    assert to_do.done_at is None


def test_do_no_harm_what_the_patient_said_by_phone_stays_too_and_keeps_the_clock_from_nothing(
    session: ScopedSession, desk: Desk
) -> None:
    nobody_came = GivenTestimony(Side.PATIENT, Outcome.NOT_RECEIVED, TestimonyChannel.PHONE, taken_by=desk.nadia.id)
    testimonies.testify(session, desk.referral, nobody_came)

    said, by_clock = session.scalars(select(ToDo)).one(), silent(session, desk)
    move(session, desk.referral, E.ACCEPT, by(desk.nadia))

    session.refresh(said), session.refresh(by_clock)
    assert (said.done_at is None, by_clock.done_at is None) == (True, False)


def test_whoever_looked_for_another_place_is_done_once_it_is_asked(session: ScopedSession, desk: Desk) -> None:
    move(session, desk.referral, E.DECLINE, by(desk.nadia), reason="no_capacity")
    looking = need_a_person(session, desk.referral, ToDoReason.CHOSE_OTHER_PLACE)
    assert looking is not None
    need = session.get_one(Need, desk.referral.need_id)
    again = desk.town.referral(need, desk.town.service(), by=desk.nadia, state=S.HELD)

    move(session, again, E.SEND, THE_CLOCK)

    session.refresh(looking)
    assert looking.outcome == "Another place was asked."


def test_a_place_for_another_need_finishes_nothing(session: ScopedSession, desk: Desk) -> None:
    move(session, desk.referral, E.DECLINE, by(desk.nadia), reason="no_capacity")
    looking = need_a_person(session, desk.referral, ToDoReason.CHOSE_OTHER_PLACE)
    assert looking is not None
    other = desk.town.need(desk.patient, "utilities")
    again = desk.town.referral(other, desk.town.service(), by=desk.nadia, state=S.HELD)

    move(session, again, E.SEND, THE_CLOCK)

    session.refresh(looking)
    assert looking.done_at is None
