"""Other places on the page: under the request that said no, first or not, and nothing of whoever said no."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from referral.kit import clock
from referral.referrals.rerouting_models import RerouteAlternative
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDo, ToDoReason
from tests.plan.conftest import Home, refused


def statements(home: Home) -> int:
    """How many statements the page takes."""
    made: list[str] = []
    engine = home.client.application.extensions["database"].engine
    listen: tuple[Any, str, Any] = (engine, "before_cursor_execute", lambda *args: made.append(args[2]))
    event.listen(*listen)
    home.page()
    event.remove(*listen)
    return len(made)


def asked_by_text(home: Home, *, due_in: timedelta) -> None:
    """The patient asked for a call by text."""
    own = {"clinic_id": home.clinic.id, "patient_id": home.patient.id, "subject_id": uuid4()}
    task = NewToDo(
        reason=ToDoReason.PATIENT_ASKED_FOR_CALL,
        subject_kind="inbound_message",
        dedupe_key=f"inbound:{uuid4()}",
        due_at=clock.now() + due_in,
        urgent=True,
        **own,
    )
    assert make_to_do(home.session, task) is not None


@pytest.mark.parametrize("state", ["declined", "expired"])
def test_a_request_that_is_not_the_first_offers_its_places_under_itself(home: Home, state: str) -> None:
    home.request_for("transportation", "Rides", state="accepted", answered_at=clock.now())
    refused(home, state=state)

    page = home.open()

    assert page.index("Rides service") < page.index("Food boxes") < page.index("Maple Hall food help")
    assert page.count(">I want this place</button>") == 2


def test_a_place_of_a_later_request_is_chosen_by_its_button(home: Home) -> None:
    home.request_for("transportation", "Rides", state="accepted", answered_at=clock.now())
    refused(home)
    home.open()
    kept = home.session.scalars(select(RerouteAlternative).order_by(RerouteAlternative.rank)).all()

    assert home.press("other-place", about=str(kept[0].id)).status_code == 303

    assert home.fresh(RerouteAlternative, kept[0].id).chosen_at is not None
    assert "You chose this place. We ask you before we tell them anything about you." in home.page()


def test_the_number_of_statements_does_not_grow_with_refused_requests(home: Home) -> None:
    refused(home)
    refused(home, home.request_for("utilities", "Group"))
    home.open()
    few = statements(home)
    for n in range(3):
        refused(home, home.request_for("utilities", f"Group {n}"))
    home.town.commit()

    assert statements(home) == few


@pytest.mark.parametrize("state", ["declined", "expired"])
def test_nobody_is_sent_to_the_place_that_said_no(home: Home, state: str) -> None:
    refused(home, state=state)

    page = home.open()

    assert "Choose another place." in page
    assert "+15595550188" not in page
    assert 'href="#call"' not in page


def test_a_refusal_without_other_places_leads_to_somebody_to_talk_to(home: Home) -> None:
    home.referral.state = "declined"

    page = home.open()

    assert "Ask us for another place." in page
    assert 'href="#call"' in page


def test_a_refusal_that_was_followed_asks_for_nothing(home: Home) -> None:
    home.referral.state = "declined"
    other = home.town.service(home.town.organization(name="Second Table"))
    home.town.referral(home.need, other, service_facts={"service_name": "More boxes"})

    assert "Ask us for another place." not in home.open()


@pytest.mark.parametrize("reason", ["received", "partly_received"])
def test_what_was_told_as_help_has_a_way_to_say_that_it_was_not(home: Home, reason: str) -> None:
    home.clinic.phone = "+15595550100"
    home.referral.state, home.referral.reason, home.referral.closed_at = "completed", reason, clock.now()

    page = home.open()

    said = page.index("tell us.")
    assert said < page.index('href="#call"', said) < page.index("tel:+15595550100", said)


def test_no_call_is_promised_before_it_is_asked_for(home: Home) -> None:
    page = home.open()

    assert "If you press it now, we call you by" in page
    assert "You asked us to call" not in page


def test_a_call_that_was_asked_for_by_text_stands_on_the_page_and_is_one_wish(home: Home) -> None:
    asked_by_text(home, due_in=timedelta(hours=5))

    page = home.open()
    home.press("call", form_id=str(uuid4()))

    assert "You asked us to call. We call you by" in page
    assert len(home.session.scalars(select(ToDo.id)).all()) == 1


def test_a_promise_that_was_not_kept_is_said_to_be_late(home: Home) -> None:
    asked_by_text(home, due_in=-timedelta(days=21))

    page = home.open()
    home.press("call", form_id=str(uuid4()))

    assert "We are late, and we are sorry." in page
    assert "we call you by" not in page.lower()
    assert len(home.session.scalars(select(ToDo.id)).all()) == 1


def test_a_patient_whose_language_has_no_page_is_not_told_to_press_what_is_gone(home: Home) -> None:
    home.patient.written_language = home.patient.spoken_language = "so"
    asked_by_text(home, due_in=timedelta(hours=5))

    page = home.open()

    assert "Press “Call me”" not in page
    assert "We call you with an interpreter." in page
