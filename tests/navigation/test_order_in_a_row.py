"""What a row of the list offers first: danger, then what people said, then what the product worked out by itself."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from referral.followups.said import NEED_KEY
from referral.kit import clock
from referral.todos.models import ToDoReason
from tests.navigation.conftest import Desk


def computed(desk: Desk, **facts: object) -> None:
    """A need row that the worker made, four days late."""
    need_id = desk.referral.need_id
    facts = {"reason": ToDoReason.OTHER, "subject_kind": "need", "subject_id": need_id} | facts
    desk.to_do(f"{NEED_KEY}:{need_id}:in_vain:1", due_at=clock.now() - timedelta(days=4), **facts)


@pytest.mark.parametrize(
    ("reason", "label"),
    [
        (ToDoReason.PATIENT_ASKED_FOR_CALL, "Call"),
        (ToDoReason.PATIENT_WROTE, "Call"),
        (ToDoReason.ANSWERS_DIFFER, "Compare both answers"),
    ],
)
def test_what_people_said_comes_before_a_computed_row_that_was_due_earlier(
    desk: Desk, browser: FlaskClient, reason: ToDoReason, label: str
) -> None:
    computed(desk)
    desk.to_do("a", reason=reason)
    desk.town.commit()

    page = browser.get("/to-dos/").text

    button = page.index('class="button secondary" href=', page.index("<tbody"))
    assert page.index(f">{label}<", button) < page.index("</a>", button)


def test_danger_comes_before_what_people_asked_for(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a", reason=ToDoReason.PATIENT_ASKED_FOR_CALL, due_at=clock.now() - timedelta(days=1))
    desk.to_do("b", reason=ToDoReason.CRISIS, due_at=clock.now() + timedelta(days=1))
    desk.town.commit()

    page = browser.get("/to-dos/").text

    assert page.index("May be in danger", page.index("<tbody")) < page.index("Asked for a call", page.index("<tbody"))


def test_each_reason_of_a_row_has_its_own_next_step(desk: Desk, browser: FlaskClient) -> None:
    desk.referral.state, desk.referral.answers_differ = "completed", True
    computed(desk)
    desk.to_do("a", reason=ToDoReason.PATIENT_ASKED_FOR_CALL)
    desk.to_do("b", reason=ToDoReason.ANSWERS_DIFFER)
    desk.town.commit()

    page = browser.get("/to-dos/").text

    for step in (">Call<", ">Compare both answers<", ">Prescribe again<"):
        assert page.count(step) == 1
