"""A referral that was sent in error: its link is dead, its receiver discards it, what was disclosed stays on record."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.followups.models import Question
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.patients.consent_models import Disclosure
from referral.referrals.actions import accept, mark_error, move
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.notices import RECALLED
from referral.referrals.states import ReferralEvent, ReferralState
from tests.referrals.conftest import Place
from tests.referrals.desks import Desk, token_of
from tests.sign_in import sign_in

NAMES = ("Rosa", "Molina", "5595550123", "food", "93702")


@pytest.fixture
def recalled(session: ScopedSession, place: Place) -> Referral:
    """Sent, accepted, and then found to be an error."""
    referral = place.referral(ReferralState.HELD)
    move(session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    accept(session, referral, place.actors[ActorKind.LINK])
    mark_error(session, referral, place.actors[ActorKind.MEMBERSHIP], note="It was for somebody else.")
    return referral


def test_the_disclosure_stays(session: ScopedSession, recalled: Referral):
    rows = session.scalars(select(Disclosure).where(Disclosure.referral_id == recalled.id)).all()

    assert [row.fields for row in rows] == [["need", "spoken_language", "zip_code"]]


def test_no_question_to_the_patient_is_left(session: ScopedSession, recalled: Referral):
    states = session.scalars(select(Question.state).where(Question.referral_id == recalled.id)).all()

    assert states
    assert set(states) == {"cancelled"}


def test_only_the_mail_that_says_stop_still_goes_out(session: ScopedSession, recalled: Referral):
    waiting = select(Message).where(Message.subject_id == recalled.id, Message.state == "pending")

    (mail,) = session.scalars(waiting).all()
    assert mail.template == RECALLED
    assert not any(name in str(mail.facts) for name in NAMES)


def test_its_clock_stands_still(recalled: Referral):
    assert (recalled.next_clock_at, recalled.next_clock_step, recalled.state) == (None, None, "entered_in_error")


def test_the_link_is_dead_also_for_a_browser_that_had_opened_it(client: FlaskClient, place: Place):
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    token, desk = token_of(place.town, referral), Desk(client)
    desk.open(token)
    mark_error(place.town.session, referral, place.actors[ActorKind.MEMBERSHIP])
    place.town.commit()

    page, opened_again = desk.look(), desk.open(token)

    assert (page.status_code, opened_again.status_code) == (410, 410)
    assert not any(name in page.text + opened_again.text for name in NAMES)


def test_the_inbox_says_to_discard_it_and_shows_nobody(client: FlaskClient, place: Place, recalled: Referral):
    place.town.commit()
    sign_in(client, place.staff)

    listed, page = client.get("/inbox?show=all").text, client.get(f"/inbox/{recalled.id}").text

    assert "Recalled: sent in error" in listed
    assert "delete or shred what you noted or printed" in page
    assert not any(name in page for name in NAMES)


@pytest.mark.parametrize("left_out", ["reason", "sure"])
def test_nothing_is_recalled_without_a_reason_and_a_tick(nurse: FlaskClient, place: Place, left_out: str):
    referral = place.referral(ReferralState.SENT)
    place.town.commit()
    told = {"version": referral.version, "reason": "wrong_patient", "sure": "y"}

    answer = nurse.post(f"/referrals/{referral.id}/mark-error", data={**told, left_out: ""})

    place.town.session.expire_all()
    assert (answer.status_code, referral.state) == (422, "sent")


def test_the_reason_of_a_recall_stands_in_the_story(nurse: FlaskClient, place: Place):
    referral = place.referral(ReferralState.SENT)
    place.town.commit()

    nurse.post(
        f"/referrals/{referral.id}/mark-error",
        data={"version": referral.version, "reason": "wrong_patient", "sure": "y"},
    )

    assert "It is about the wrong person" in nurse.get(f"/referrals/{referral.id}").text
