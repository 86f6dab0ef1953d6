"""No referral stays without somebody, or something, that leads on from it."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.followups.planning import ask
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.navigation.plans import NewPlan, plan_contact
from referral.navigation.states import PlannedChannel
from referral.navigation.watching import unwatched, watch_referrals
from referral.referrals.states import ReferralState
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from tests.navigation.conftest import CALLED, Desk


def test_a_referral_whose_to_do_was_finished_with_nothing_in_its_place_is_unwatched(
    session: ScopedSession, desk: Desk
) -> None:
    desk.to_do("a", done_at=clock.now())

    assert [row.id for row in unwatched(session)] == [desk.referral.id]


def test_an_open_to_do_watches(session: ScopedSession, desk: Desk) -> None:
    desk.to_do("a")

    assert unwatched(session) == []


def test_a_question_that_waits_watches(session: ScopedSession, desk: Desk) -> None:
    ask(session, desk.referral, QuestionKind.CHECK_OUTCOME, clock.now() + timedelta(days=10))

    assert unwatched(session) == []


def test_a_plan_watches(session: ScopedSession, desk: Desk) -> None:
    new = NewPlan(PlannedChannel.PHONE, clock.now() + timedelta(days=3))
    plan_contact(session, desk.to_do("a"), new, by=desk.nadia.id, plan_id=new_id())

    assert unwatched(session) == []


@pytest.mark.parametrize(("minutes", "found"), [(60, 0), (-5, 0), (-60, 1)], ids=["runs", "just now", "stands still"])
def test_a_clock_that_runs_watches_one_that_stands_still_does_not(
    session: ScopedSession, desk: Desk, minutes: int, found: int
) -> None:
    desk.referral.state, desk.referral.next_clock_step = ReferralState.SENT, "remind"
    desk.referral.next_clock_at = clock.now() + timedelta(minutes=minutes)
    session.flush()

    assert len(unwatched(session)) == found


@pytest.mark.parametrize("state", ["completed", "declined", "withdrawn", "draft"])
def test_what_is_over_or_not_begun_needs_no_watch(session: ScopedSession, desk: Desk, state: str) -> None:
    desk.referral.state = state
    session.flush()

    assert unwatched(session) == []


def test_the_worker_makes_one_to_do_of_it(session: ScopedSession, desk: Desk, database: Database) -> None:
    desk.town.commit()

    made = [watch_referrals(database), watch_referrals(database)]

    to_do = session.scalars(select(ToDo)).one()
    assert made == [1, 0]
    assert (to_do.reason, to_do.subject_id, to_do.owner_person_id is None) == (
        ToDoReason.OTHER,
        desk.referral.id,
        False,
    )


def test_do_no_harm_about_a_sensitive_need_nobody_is_told_to_call(
    session: ScopedSession, desk: Desk, database: Database
) -> None:
    desk.referral.domain = "interpersonal_safety"
    desk.town.commit()

    watch_referrals(database)

    assert "Do not call about it" in (session.scalars(select(ToDo)).one().note or "")


def test_the_list_shows_it_at_once_and_one_click_takes_it_up(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    page = browser.get("/to-dos/").text
    answers = [browser.post(f"/to-dos/unwatched/{desk.referral.id}/take-up").status_code for _ in range(2)]

    assert "Nobody looks after these" in page
    assert answers == [303, 303]
    assert len(session.scalars(select(ToDo)).all()) == 1


def test_do_no_harm_the_list_names_no_place_of_a_sensitive_need(desk: Desk, browser: FlaskClient) -> None:
    desk.referral.domain = "interpersonal_safety"
    desk.town.commit()

    page = browser.get("/to-dos/").text

    assert "Nobody looks after these" in page
    assert desk.referral.service_facts["service_name"] not in page


def test_whoever_finishes_the_last_to_do_is_told_that_nothing_leads_on(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()

    page = browser.post(f"/to-dos/{to_do.id}/done", data=CALLED, follow_redirects=True).text

    assert "Nothing leads on from here now." in page
    assert "Nobody looks after these" in page


def test_what_was_finished_today_can_be_taken_up_again_today(
    session: ScopedSession, desk: Desk, browser: FlaskClient, database: Database
) -> None:
    watch_referrals(database)
    made = session.scalars(select(ToDo)).one()
    made.done_at = clock.now()
    session.commit()

    browser.post(f"/to-dos/unwatched/{desk.referral.id}/take-up")

    open_ones = session.scalars(select(ToDo).where(ToDo.done_at.is_(None))).all()
    assert [row.subject_id for row in open_ones] == [desk.referral.id]
