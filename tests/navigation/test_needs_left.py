"""A need that the patient still wants help with is somebody's to-do, however the last request for it ended."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.followups.said import end_search
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.navigation.needs_left import is_left, needs_left, watch_needs
from referral.prescriptions.models import NeedPlan
from referral.referrals.actions import move
from referral.referrals.actors import THE_CLOCK, Actor, ActorKind
from referral.referrals.states import ReferralEvent, ReferralState
from referral.screening.models import Need
from referral.screening.states import NeedStatus, WantsHelp
from referral.todos.models import ToDo, ToDoReason
from tests.navigation.conftest import Desk

E, R, S = ReferralEvent, ToDoReason, ReferralState

CAME_TO_NOTHING = ["declined", "expired", "not_completed", "withdrawn", "cancelled", "entered_in_error"]


@pytest.fixture(autouse=True)
def need(session: ScopedSession, desk: Desk) -> Need:
    """The need of the desk's referral, confirmed with the patient."""
    need = session.get_one(Need, desk.referral.need_id)
    need.confirmed_at = clock.now()
    session.flush()
    return need


def goes(desk: Desk, event: ReferralEvent) -> None:
    actor = Actor(ActorKind.MEMBERSHIP, desk.nadia.id, "Nadia Reyes")
    move(desk.town.session, desk.referral, event, actor, reason="did_not_meet" if event is E.FAIL else None)


def open_ones(session: ScopedSession) -> list[tuple[str, str]]:
    session.expire_all()
    rows = session.scalars(select(ToDo).where(ToDo.done_at.is_(None)).order_by(ToDo.created_at, ToDo.id))
    return [(row.reason, row.subject_kind) for row in rows]


@pytest.mark.parametrize("event", [E.MARK_ERROR, E.WITHDRAW, E.CANCEL])
def test_what_is_taken_back_leaves_the_need_as_somebodys_to_do(
    session: ScopedSession, desk: Desk, event: ReferralEvent
) -> None:
    desk.to_do("a", reason=R.NO_REPLY)
    desk.to_do("b", reason=R.UNCLEAR_REPLY)

    goes(desk, event)

    assert open_ones(session) == [(R.OTHER, "need")]


@pytest.mark.parametrize("state", CAME_TO_NOTHING)
def test_the_worker_makes_one_to_do_of_a_need_whose_last_request_came_to_nothing(
    session: ScopedSession, desk: Desk, database: Database, state: str
) -> None:
    desk.referral.state = state
    desk.to_do("a", done_at=clock.now())
    desk.town.commit()

    made = [watch_needs(database), watch_needs(database)]

    assert (made, open_ones(session)) == ([1, 0], [(R.OTHER, "need")])


def test_help_that_did_not_come_though_the_organization_says_so_leaves_it_too(
    session: ScopedSession, desk: Desk, need: Need
) -> None:
    desk.referral.state, desk.referral.answers_differ = "completed", True
    session.flush()

    assert is_left(session, need.id)


@pytest.mark.parametrize("state", ["held", "sent", "accepted", "in_progress", "waitlisted", "completed"])
def test_a_need_for_which_something_is_under_way_or_came_is_not_left(
    session: ScopedSession, desk: Desk, state: str
) -> None:
    desk.referral.state = state
    session.flush()

    assert needs_left(session) == []


@pytest.mark.parametrize(
    "facts",
    [{"status": NeedStatus.MET}, {"status": NeedStatus.GONE}, {"wants_help": WantsHelp.NO}, {"confirmed_at": None}],
    ids=str,
)
def test_a_need_that_nobody_wants_help_with_is_not_left(
    session: ScopedSession, desk: Desk, need: Need, facts: dict[str, object]
) -> None:
    desk.referral.state = "expired"
    for name, value in facts.items():
        setattr(need, name, value)
    session.flush()

    assert needs_left(session) == []


@pytest.mark.parametrize(("days", "left"), [(3, False), (-3, True)], ids=["named day to come", "past"])
def test_help_that_is_offered_again_on_a_named_day_looks_after_it(
    session: ScopedSession, desk: Desk, need: Need, days: int, left: bool
) -> None:
    desk.referral.state = "expired"
    now, own = clock.now(), {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id}
    again = now + timedelta(days=days)
    session.add(NeedPlan(need_id=need.id, wants=WantsHelp.NOT_NOW, offer_again_at=again, stated_at=now, **own))
    session.flush()

    assert is_left(session, need.id) is left


@pytest.mark.parametrize("gone", ["deceased_at", "erased_at", "moved_at"])
def test_nobody_is_looked_after_who_is_not_here(session: ScopedSession, desk: Desk, gone: str) -> None:
    desk.referral.state = "expired"
    setattr(desk.patient, gone, clock.now())
    session.flush()

    assert needs_left(session) == []


def test_another_place_that_is_asked_ends_the_to_do(session: ScopedSession, desk: Desk, need: Need) -> None:
    goes(desk, E.MARK_ERROR)
    again = desk.town.referral(need, desk.town.service(), by=desk.nadia, state=S.HELD)

    move(session, again, E.SEND, THE_CLOCK)

    assert open_ones(session) == []


def test_the_patients_word_that_it_is_over_ends_the_to_do(session: ScopedSession, desk: Desk, need: Need) -> None:
    goes(desk, E.MARK_ERROR)

    end_search(session, need.id)

    assert open_ones(session) == []


def test_a_need_that_is_no_longer_wanted_ends_the_to_do(
    session: ScopedSession, desk: Desk, need: Need, database: Database
) -> None:
    goes(desk, E.MARK_ERROR)
    need.wants_help = WantsHelp.NO
    desk.town.commit()

    watch_needs(database)

    assert open_ones(session) == []


def test_the_row_names_the_need_and_prescribes_it_again_in_one_click(
    desk: Desk, browser: FlaskClient, need: Need
) -> None:
    goes(desk, E.MARK_ERROR)
    desk.town.commit()

    page = browser.get("/to-dos/").text

    assert "Nothing is planned for this need" in page
    assert "Food" in page
    assert f'/prescribe?need={need.id}">Prescribe again' in page


def test_do_no_harm_the_row_of_a_sensitive_need_does_not_name_it_and_nobody_is_told_to_call(
    session: ScopedSession, desk: Desk, browser: FlaskClient, need: Need
) -> None:
    need.domain = desk.referral.domain = "interpersonal_safety"
    goes(desk, E.MARK_ERROR)
    desk.town.commit()

    page = browser.get("/to-dos/").text

    assert "Nothing is planned for this need" in page
    assert "safety" not in page.casefold()
    assert "Do not call about it" in (session.scalars(select(ToDo)).one().note or "")


def test_its_page_prescribes_again_asks_whether_it_is_wanted_and_plans(
    session: ScopedSession, desk: Desk, browser: FlaskClient, need: Need
) -> None:
    goes(desk, E.MARK_ERROR)
    to_do_id = session.scalars(select(ToDo.id)).one()
    desk.town.commit()

    page = browser.get(f"/to-dos/{to_do_id}").text

    for told in ("Prescribe again for Food", f"/needs/{need.id}", "Plan the next try"):
        assert told in page


def test_whoever_finishes_it_with_nothing_in_its_place_is_led_to_what_is_left(
    session: ScopedSession, desk: Desk, browser: FlaskClient, need: Need
) -> None:
    goes(desk, E.MARK_ERROR)
    to_do_id = session.scalars(select(ToDo.id)).one()
    desk.town.commit()

    page = browser.post(
        f"/to-dos/{to_do_id}/done", data={"done-outcome": "x", "done-version": "1"}, follow_redirects=True
    ).text

    assert "Nobody looks after these" in page
    assert f'/prescribe?need={need.id}"' in page
