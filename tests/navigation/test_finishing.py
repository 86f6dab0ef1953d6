"""A to-do that is done by calling is finished with the call, or with why there was none: never by words alone."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.navigation.models import ContactAttempt
from referral.referrals.states import ReferralState
from referral.todos.models import ToDo, ToDoReason
from tests.navigation.conftest import Desk

ASKED = "Was the call made?"


def finish(browser: FlaskClient, to_do: ToDo, **said: str) -> tuple[int, str]:
    data = {"done-outcome": "ok", "done-version": "1"} | {f"done-{name}": value for name, value in said.items()}
    answer = browser.post(f"/to-dos/{to_do.id}/done", data=data)
    return answer.status_code, answer.text


def kept(session: ScopedSession, to_do: ToDo) -> tuple[str | None, list[bool]]:
    """Return the words of a to-do, and whether the patient was reached by each attempt."""
    session.expire_all()
    attempts = session.scalars(select(ContactAttempt).order_by(ContactAttempt.at, ContactAttempt.id)).all()
    return session.get_one(ToDo, to_do.id).outcome, [attempt.reached for attempt in attempts]


@pytest.mark.parametrize("reason", [ToDoReason.PATIENT_ASKED_FOR_CALL, ToDoReason.NEXT_CONTACT, ToDoReason.CRISIS])
def test_words_alone_finish_no_call(
    session: ScopedSession, desk: Desk, browser: FlaskClient, reason: ToDoReason
) -> None:
    to_do = desk.to_do("a", reason=reason)
    desk.town.commit()

    status, page = finish(browser, to_do, outcome="My words.")

    assert status == 422
    assert "Say whether you called, or why there was no call." in page
    assert "My words." in page
    assert kept(session, to_do) == (None, [])


@pytest.mark.parametrize(
    ("call", "words", "attempts"),
    [
        ("reached", "ok", [True]),
        ("tried", "ok", [False]),
        ("they_came", "Not called: they called or came themselves. ok", []),
        ("not_wanted", "Not called: they do not want a call. ok", []),
        ("no_call", "Not called. ok", []),
    ],
)
def test_a_call_is_an_attempt_of_its_own_and_no_call_says_why(
    session: ScopedSession, desk: Desk, browser: FlaskClient, call: str, words: str, attempts: list[bool]
) -> None:
    to_do = desk.to_do("a", reason=ToDoReason.PATIENT_ASKED_FOR_CALL)
    desk.town.commit()

    answers = [finish(browser, to_do, call=call)[0] for _press in range(2)]

    assert answers == [303, 303]
    assert kept(session, to_do) == (words, attempts)


def test_who_wrote_the_attempt_down_is_not_asked_again(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = desk.to_do("a", reason=ToDoReason.PATIENT_ASKED_FOR_CALL)
    desk.town.commit()
    assert ASKED in browser.get(f"/to-dos/{to_do.id}").text
    browser.post(f"/to-dos/{to_do.id}/attempts", data={"attempt-channel": "phone", "attempt-reached": "no"})

    assert ASKED not in browser.get(f"/to-dos/{to_do.id}").text
    assert finish(browser, to_do)[0] == 303
    assert kept(session, to_do) == ("ok", [False])


def test_an_organization_that_must_be_called_is_called_or_it_is_said_why_not(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    desk.referral.state = ReferralState.SENT
    to_do = desk.to_do(f"today:{desk.referral.id}", reason=ToDoReason.OTHER, urgent=True)
    desk.town.commit()
    page = browser.get(f"/to-dos/{to_do.id}").text
    offered = re.findall(r'name="done-call"[^>]*value="(\w+)"', page)

    bare, called = finish(browser, to_do)[0], finish(browser, to_do, call="tried")[0]

    assert "must be called" in page
    assert offered == ["reached", "tried", "no_call"]
    assert (bare, called) == (422, 303)
    assert kept(session, to_do) == ("Called the organization; nobody answered. ok", [])


def test_what_is_done_without_a_call_is_finished_by_words(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = desk.to_do("a", reason=ToDoReason.ANSWERS_DIFFER)
    desk.town.commit()

    assert ASKED not in browser.get(f"/to-dos/{to_do.id}").text
    assert finish(browser, to_do)[0] == 303
    assert kept(session, to_do) == ("ok", [])
