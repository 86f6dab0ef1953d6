"""A form that is sent again, because no answer was seen, is answered as the first time; other words are looked at."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.referrals.late_models import LateAnswer
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import ReferralState
from tests.referrals.conftest import Place, moves_of
from tests.referrals.desks import Desk
from tests.referrals.test_answering import desk as desk
from tests.referrals.test_answering import referral as referral
from tests.sign_in import sign_in


def body(referral: Referral, **typed: str) -> dict[str, str]:
    return {"form_id": str(uuid4()), "version": str(referral.version)} | typed


STEPS = [
    ("withdraw", ReferralState.SENT, {"note": "She moved."}),
    ("answer", ReferralState.SENT, {"speaker": "Olga", "answer": "accept"}),
    ("answer", ReferralState.SENT, {"speaker": "Olga", "answer": "waitlist", "position": "2"}),
    ("testimony", ReferralState.ACCEPTED, {"side": "patient", "speaker": "Rosa", "channel": "phone"}),
]


@pytest.mark.parametrize(("step", "state", "typed"), STEPS)
def test_the_clinic_is_told_the_same_the_second_time(nurse: FlaskClient, place: Place, step, state, typed):
    referral = place.referral(state)
    sent = body(referral, outcome="received", **typed)
    place.town.commit()
    first = nurse.post(f"/referrals/{referral.id}/{step}", data=sent)
    moves = len(moves_of(place.town.session, referral))
    place.town.commit()

    again = nurse.post(f"/referrals/{referral.id}/{step}", data=sent)

    assert (again.status_code, again.location) == (first.status_code, first.location) == (303, first.location)
    assert len(moves_of(place.town.session, referral)) == moves


def test_a_patients_no_sent_twice_is_one_word(nurse: FlaskClient, place: Place):
    referral = place.referral(ReferralState.ACCEPTED)
    sent = body(referral, side="patient", speaker="Rosa", channel="phone", outcome="not_received")
    place.town.commit()

    for _time in range(2):
        nurse.post(f"/referrals/{referral.id}/testimony", data=sent)

    assert len(place.town.session.scalars(select(Testimony)).all()) == 1


def test_other_words_on_the_same_page_are_not_taken_for_a_repeat(nurse: FlaskClient, place: Place):
    referral = place.referral()
    sent = body(referral, note="She moved.")
    place.town.commit()
    nurse.post(f"/referrals/{referral.id}/withdraw", data=sent)

    again = nurse.post(f"/referrals/{referral.id}/withdraw", data=sent | {"note": "She moved to Reno."})

    assert again.status_code == 409
    assert "She moved to Reno." in again.text


def test_another_step_from_the_same_page_is_not_taken_for_a_repeat(client: FlaskClient, place: Place):
    referral = place.referral()
    place.town.commit()
    sign_in(client, place.clinician)
    sent = body(referral)
    client.post(f"/referrals/{referral.id}/withdraw", data=sent)

    assert client.post(f"/referrals/{referral.id}/cancel", data=sent).status_code == 409


@pytest.mark.parametrize(
    ("verb", "typed"),
    [
        ("accept", {}),
        ("waitlist", {"position": "2"}),
        ("decline", {"reason": "no_capacity"}),
    ],
)
def test_an_answer_by_link_is_told_the_same_the_second_time(desk: Desk, place: Place, referral: Referral, verb, typed):
    sent = {"form_id": str(uuid4())} | typed
    first = desk.press(verb, **sent)
    moves = len(moves_of(place.town.session, referral))
    place.town.commit()

    again = desk.press(verb, **sent)

    assert (again.status_code, again.location) == (303, first.location)
    assert len(moves_of(place.town.session, referral)) == moves


def test_an_outcome_by_link_is_told_the_same_the_second_time(desk: Desk, place: Place):
    desk.press("accept")
    desk.look()
    sent = {"form_id": str(uuid4()), "outcome": "received"}
    first = desk.press("outcome", **sent)

    again = desk.press("outcome", **sent)

    assert (again.status_code, again.location) == (303, first.location) == (303, "/answered/outcome")
    assert len(place.town.session.scalars(select(Testimony)).all()) == 1


def test_a_form_of_nobody_learns_nothing(client: FlaskClient, desk: Desk):
    desk.press("decline", reason="other")
    stranger = Desk(client.application.test_client(), about=desk.about)

    assert stranger.press("decline", reason="other", form_id=str(uuid4())).status_code == 410


def test_several_answered_twice_say_the_same(client: FlaskClient, place: Place):
    referral = place.referral()
    place.town.commit()
    sign_in(client, place.staff)
    sent = {"form_id": str(uuid4()), "row": f"{referral.id}:{referral.version}", "answer": "accept"}
    client.post("/inbox/several", data=sent)

    again = client.post("/inbox/several", data=sent)

    assert "1 of 1 were changed." in again.text


def test_a_no_signed_in_sent_twice_is_not_told_to_be_late(client: FlaskClient, place: Place):
    referral = place.referral()
    place.town.commit()
    sign_in(client, place.staff)
    typed = {"form_id": str(uuid4()), "version": str(referral.version), "reason": "other"}
    sent = {f"decline-{name}": value for name, value in typed.items()}
    client.post(f"/inbox/{referral.id}/decline", data=sent)

    again = client.post(f"/inbox/{referral.id}/decline", data=sent, follow_redirects=True)

    assert "Your answer was recorded." in again.text
    assert place.town.session.scalars(select(LateAnswer)).all() == []
