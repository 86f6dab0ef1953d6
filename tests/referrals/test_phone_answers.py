"""Organizations that are called: the same verbs as by link, written down in the speaker's name, nothing half done."""

from datetime import date

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.referrals.desk_models import Appointment, ThreadMessage
from referral.referrals.models import Referral
from referral.referrals.states import Mode, ReferralState
from referral.todos.models import ToDo, ToDoReason
from resources_directory.models.capacity import CapacityWord
from tests.referrals.conftest import TUESDAY, Place, moves_of


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY, tick=True):
        yield


@pytest.fixture
def referral(place: Place) -> Referral:
    return place.referral(ReferralState.SENT)


def said(nurse: FlaskClient, referral: Referral, **answer: str) -> int:
    data = {"speaker": "Olga", "version": str(referral.version), **answer}
    return nurse.post(f"/referrals/{referral.id}/answer", data=data).status_code


def state(place: Place, referral: Referral) -> str:
    place.town.session.refresh(referral)
    place.town.commit()
    return referral.state


def test_they_accept_and_say_when(referral: Referral, nurse: FlaskClient, place: Place) -> None:
    status = said(nurse, referral, answer="accept", appointment="2026-06-05T09:30", interpreter="yes")

    given = place.town.session.scalars(select(Appointment)).one()
    assert (status, state(place, referral)) == (303, "accepted")
    assert (given.author_name, given.person_id, given.interpreter_booked) == ("Olga", place.navigator.id, True)


def test_they_decline_and_say_until_when_they_are_full(referral: Referral, nurse: FlaskClient, place: Place) -> None:
    said(nurse, referral, answer="decline", reason="no_capacity", until="2026-06-05")

    word = place.town.session.scalars(select(CapacityWord)).one()
    assert (word.status, word.until, word.said_by, word.said_how) == ("no-capacity", date(2026, 6, 5), "Olga", "phone")
    assert state(place, referral) == "declined"


def test_they_ask_and_it_becomes_a_to_do(referral: Referral, nurse: FlaskClient, place: Place) -> None:
    status = said(nurse, referral, answer="ask", note="Does she have a stove?")

    asked = place.town.session.scalars(select(ThreadMessage)).one()
    to_do = place.town.session.scalars(select(ToDo).where(ToDo.reason == ToDoReason.ORGANIZATION_ASKS)).one()
    assert (status, asked.words, asked.author_name, asked.person_id) == (
        303,
        "Does she have a stove?",
        "Olga",
        place.navigator.id,
    )
    assert (to_do.note, state(place, referral)) == ("Does she have a stove?", "sent")


def test_they_only_speak_of_room(referral: Referral, nurse: FlaskClient, place: Place) -> None:
    said(nurse, referral, answer="room", room="waitlist", room_note="About two weeks")

    word = place.town.session.scalars(select(CapacityWord)).one()
    assert (word.status, word.note) == ("waitlist", "About two weeks")
    assert (state(place, referral), moves_of(place.town.session, referral)) == ("sent", [])


def test_they_change_the_appointment(nurse: FlaskClient, place: Place) -> None:
    referral = place.referral(ReferralState.ACCEPTED)
    place.town.commit()

    for day in ("2026-06-05T09:30", "2026-06-08T10:00"):
        assert said(nurse, referral, answer="appointment", appointment=day) == 303

    page = nurse.get(f"/referrals/{referral.id}").text
    assert "Monday, June 8, 2026" in page
    assert "Friday, June 5, 2026" not in page


@pytest.mark.parametrize(
    "answer",
    [
        {"answer": "ask"},
        {"answer": "room"},
        {"answer": "accept", "appointment": "2025-06-05T09:30"},
        {"answer": "decline", "reason": "no_capacity", "until": "2026-05-05"},
    ],
    ids=["no question", "no word", "appointment over", "last day over"],
)
def test_what_cannot_be_used_is_asked_again_and_nothing_is_half_done(
    referral: Referral, nurse: FlaskClient, place: Place, answer: dict[str, str]
) -> None:
    status = said(nurse, referral, **answer)

    assert (status, state(place, referral)) == (422, "sent")
    assert place.town.session.scalars(select(CapacityWord)).all() == []


@pytest.mark.parametrize("mode", [Mode.PHONE_HAND_OVER, Mode.SELF_DIRECTED])
def test_where_nothing_was_sent_no_answer_is_written_down(nurse: FlaskClient, place: Place, mode: Mode) -> None:
    referral = place.referral(ReferralState.IN_PROGRESS, mode=mode)
    place.town.commit()

    assert "No answer of the organization is awaited now" in nurse.get(f"/referrals/{referral.id}/answer").text
    assert said(nurse, referral, answer="room", room="capacity") == 422
