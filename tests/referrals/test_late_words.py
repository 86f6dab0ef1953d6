"""What both sides read of an answer that came late: that it moves nothing, before it is given and after it."""

import pytest
from flask.testing import FlaskClient

from referral.accounts.roles import Role
from referral.kit import clock
from referral.referrals.actors import ActorKind
from referral.referrals.late_answers import GivenLate, record_late_answer
from referral.referrals.models import Referral
from referral.referrals.proving import mail_fresh_link
from referral.referrals.states import DeclineReason, ReferralEvent, ReferralState
from resources_directory.db import new_id
from tests.referrals.conftest import Place
from tests.referrals.desks import Desk, token_of
from tests.sign_in import sign_in

S, E = ReferralState, ReferralEvent
KEPT = "It came after the request had ended, so it is kept as information for the clinic. Nothing is promised"
AGAIN = "Ask this place again"


def over(place: Place, state: ReferralState = S.EXPIRED) -> Referral:
    return place.referral(state, closed_at=clock.now())


def opened(place: Place, client: FlaskClient, referral: Referral) -> Desk:
    mail_fresh_link(place.town.session, referral, form_id=new_id())
    desk = Desk(client)
    desk.open(token_of(place.town, referral))
    return desk


@pytest.mark.parametrize(
    ("state", "why"),
    [(S.EXPIRED, "no answer came in time"), (S.DECLINED, "your organization said no")],
)
def test_before_a_late_answer_the_page_says_that_it_moves_nothing(
    client: FlaskClient, place: Place, state: ReferralState, why: str
) -> None:
    page = opened(place, client, over(place, state)).look().text

    assert "This request ended on" in page
    assert why in page
    assert "Do not keep a place free" in page
    assert all(words not in page for words in ("Can you help somebody?", "Yes, we can help", ">Accept<"))


@pytest.mark.parametrize(("verb", "fields"), [("accept", {}), ("waitlist", {}), ("decline", {"reason": "other"})])
def test_after_a_late_answer_it_is_said_to_be_kept_and_to_promise_nothing(
    client: FlaskClient, place: Place, verb: str, fields: dict[str, str]
) -> None:
    answer = opened(place, client, over(place)).press(verb, **fields)

    assert answer.location == "/answered/late"
    assert KEPT in client.get(answer.location).text


def test_signed_in_a_late_answer_is_said_to_be_kept_too(client: FlaskClient, place: Place) -> None:
    referral = over(place)
    place.town.commit()
    sign_in(client, place.staff)

    before = client.get(f"/inbox/{referral.id}").text
    client.post(f"/inbox/{referral.id}/accept", data={"accept-version": str(referral.version)})

    assert "Do not keep a place free" in before
    assert KEPT in client.get(f"/inbox/{referral.id}").text


@pytest.fixture
def reader(client: FlaskClient, place: Place) -> FlaskClient:
    person = place.town.person(place.clinic, Role.CLINIC_ADMINISTRATOR, "Dora")
    place.town.commit()
    sign_in(client, person)
    return client


def said_late(place: Place, event: ReferralEvent = E.ACCEPT, state: ReferralState = S.EXPIRED) -> Referral:
    referral = over(place, state)
    given = GivenLate(event, DeclineReason.OTHER if event is E.DECLINE else None, note="We had a flood.")
    record_late_answer(place.town.session, referral, given, place.actors[ActorKind.LINK])
    place.town.commit()
    return referral


def test_the_to_do_is_named_by_what_it_is_and_leads_to_the_late_answer(nurse: FlaskClient, place: Place) -> None:
    referral = said_late(place)

    assert f'href="/referrals/{referral.id}#late-answer">See the late answer<' in nurse.get("/to-dos/?show=all").text
    assert 'id="late-answer"' in nurse.get(f"/referrals/{referral.id}").text


def test_a_late_yes_offers_to_ask_this_place_again(nurse: FlaskClient, place: Place) -> None:
    page = nurse.get(f"/referrals/{said_late(place).id}").text

    prefilled = f"/patients/{place.patient.id}/prescribe?need={place.need.id}&amp;service={place.service.id}"
    assert AGAIN in page
    assert prefilled in page


def test_it_is_not_asked_again_while_another_place_is(nurse: FlaskClient, place: Place) -> None:
    referral = said_late(place)
    place.referral(S.SENT)
    place.town.commit()

    page = nurse.get(f"/referrals/{referral.id}").text

    assert 'id="late-answer"' in page
    assert AGAIN not in page


def test_a_late_no_is_nothing_to_ask_again_for(nurse: FlaskClient, place: Place) -> None:
    assert AGAIN not in nurse.get(f"/referrals/{said_late(place, E.DECLINE).id}").text


def test_whoever_may_not_sign_reads_the_late_answer_alone(reader: FlaskClient, place: Place) -> None:
    page = reader.get(f"/referrals/{said_late(place).id}").text

    assert "We had a flood." in page
    assert AGAIN not in page
