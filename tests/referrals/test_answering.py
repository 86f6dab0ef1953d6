"""Pages of the organization's link: GET changes nothing, POST acts, the link dies with the move and leads on."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.links import token_for
from referral.accounts.models import SignedLink
from referral.kit.crypto import vault_of
from referral.patients.consent_models import Disclosure
from referral.referrals.actions import cancel, decline, move
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral, Testimony
from referral.referrals.notices import live_link
from referral.referrals.states import DeclineReason, ReferralEvent, ReferralState
from tests.referrals.conftest import TUESDAY, Place, moves_of

SECRETS = ("Rosa", "Molina", "(559) 555-0123", "+15595550123")


@pytest.fixture
def referral(place: Place) -> Referral:
    """A referral that was just sent, and committed."""
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    return referral


def path(place: Place, referral: Referral) -> str:
    """The path of the link that now opens the referral."""
    session = place.town.session
    found = f"/answer/{token_for(vault_of(session), live_link(session, referral.id))}"
    place.town.commit()
    return found


def fresh(place: Place, referral: Referral) -> Referral:
    place.town.session.refresh(referral)
    place.town.commit()
    return referral


def accepted(client: FlaskClient, place: Place, referral: Referral) -> str:
    """Accept by link; return the path that the browser is led on to."""
    answer = client.post(f"{path(place, referral)}/accept", data={"accept-name": "Olga"})
    assert answer.status_code == 303
    return answer.location


def test_three_scanners_change_nothing(client: FlaskClient, place: Place, referral: Referral):
    link = path(place, referral)
    before = (referral.version, referral.state)

    answers = [client.get(link).status_code for _scanner in range(3)] + [client.head(link).status_code]

    fresh(place, referral)
    links = place.town.session.scalars(select(SignedLink)).all()
    assert answers == [200] * 4
    assert (referral.version, referral.state) == before
    assert [(each.used_at, each.ended_at) for each in links] == [(None, None)]


def test_the_first_page_shows_the_need_and_not_the_person(client: FlaskClient, place: Place, referral: Referral):
    page = client.get(path(place, referral)).text

    assert all(word in page for word in ("Food", "Spanish", "93702", "Hazel Grove Clinic"))
    assert not any(secret in page for secret in SECRETS)


def test_what_was_not_agreed_is_not_on_the_first_page(client: FlaskClient, place: Place, referral: Referral):
    referral.shared_fields = ["need", "name"]
    place.town.commit()

    page = client.get(path(place, referral)).text

    assert "93702" not in page
    assert "Spanish" not in page


def test_accepting_leads_on_to_a_page_that_still_hides_the_person(client, place: Place, referral: Referral):
    onwards = accepted(client, place, referral)

    page = client.get(onwards).text
    assert fresh(place, referral).state == "accepted"
    assert not any(secret in page for secret in SECRETS)
    assert "Show the person" in page


def test_the_person_is_shown_on_a_post_and_written_down(client: FlaskClient, place: Place, referral: Referral):
    onwards = accepted(client, place, referral)

    page = client.post(f"{onwards}/details", data={"details-name": "Olga"}).text

    _first_page, disclosure = place.town.session.scalars(select(Disclosure).order_by(Disclosure.at, Disclosure.id))
    assert "Rosa Molina" in page
    assert (disclosure.recipient, disclosure.channel) == ("Olga", "link")
    assert disclosure.fields == ["name", "phone", "spoken_language", "zip_code", "need"]


def test_the_person_is_not_shown_before_accepting(client: FlaskClient, place: Place, referral: Referral):
    answer = client.post(f"{path(place, referral)}/details", data={"details-name": "Olga"})

    assert answer.status_code == 410
    assert not any(secret in answer.text for secret in SECRETS)


def test_permission_taken_back_closes_the_details(client: FlaskClient, place: Place, referral: Referral):
    onwards = accepted(client, place, referral)
    place.town.sharing_consent(place.patient, place.service.organization_id).given = False
    place.town.commit()

    answer = client.post(f"{onwards}/details", data={"details-name": "Olga"})

    assert answer.status_code == 410
    assert "Molina" not in answer.text


def test_saying_what_happened_closes_it(client: FlaskClient, place: Place, referral: Referral):
    onwards = accepted(client, place, referral)
    said = {"outcome-name": "Olga", "outcome-outcome": "received", "outcome-units": "2 boxes"}

    answer = client.post(f"{onwards}/outcome", data=said)

    testimony = place.town.session.scalars(select(Testimony)).one()
    assert (answer.status_code, answer.location) == (303, "/answered/outcome")
    assert (testimony.side, testimony.units, testimony.speaker) == ("organization", "2 boxes", "Olga")
    assert fresh(place, referral).state == "completed"


def test_declining_takes_a_reason(client: FlaskClient, place: Place, referral: Referral):
    link = path(place, referral)

    without = client.post(f"{link}/decline", data={"decline-name": "Olga"})
    answer = client.post(f"{link}/decline", data={"decline-name": "Olga", "decline-reason": "no_capacity"})

    assert (without.status_code, answer.location) == (422, "/answered/decline")
    assert (fresh(place, referral).state, referral.reason) == ("declined", "no_capacity")


def test_the_waiting_list_is_one_step(client: FlaskClient, place: Place, referral: Referral):
    said = {"waitlist-name": "Olga", "waitlist-position": "3", "waitlist-estimate": "two weeks"}

    client.post(f"{path(place, referral)}/waitlist", data=said)

    assert (fresh(place, referral).state, referral.waitlist_position) == ("waitlisted", 3)


def test_a_wrong_place_on_the_list_keeps_what_was_typed(client: FlaskClient, place: Place, referral: Referral):
    said = {"waitlist-name": "Olga", "waitlist-position": "0", "waitlist-estimate": "two weeks"}

    answer = client.post(f"{path(place, referral)}/waitlist", data=said)

    assert answer.status_code == 422
    assert "two weeks" in answer.text
    assert fresh(place, referral).state == "sent"


@pytest.mark.parametrize("verb", ["accept", "decline", "waitlist"])
def test_whoever_answers_gives_a_name(client: FlaskClient, place: Place, referral: Referral, verb):
    answer = client.post(f"{path(place, referral)}/{verb}", data={f"{verb}-reason": "other"})

    assert answer.status_code == 422
    assert fresh(place, referral).state == "sent"


def test_a_link_used_twice_says_so(client: FlaskClient, place: Place, referral: Referral):
    link = path(place, referral)
    client.post(f"{link}/accept", data={"accept-name": "Olga"})

    again = client.post(f"{link}/decline", data={"decline-name": "Olga", "decline-reason": "other"})

    assert again.status_code == 410
    assert "newer message" in again.text
    assert len(moves_of(place.town.session, referral)) == 2


def test_an_expired_link_says_what_to_do(client: FlaskClient, place: Place):
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        referral = place.referral(ReferralState.HELD)
        move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
        place.town.commit()
        link = path(place, referral)
        traveller.shift(timedelta(days=30))

        answers = client.get(link), client.post(f"{link}/accept", data={"accept-name": "Olga"})

    assert [answer.status_code for answer in answers] == [410, 410]
    assert "expired" in answers[0].text


@pytest.mark.parametrize(
    "change",
    [lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"), lambda token: token + "x", lambda _: "x.1.y"],
)
def test_a_tampered_link_opens_nothing(client: FlaskClient, place: Place, referral: Referral, change):
    token = path(place, referral).removeprefix("/answer/")

    answer = client.get(f"/answer/{change(token)}")

    assert answer.status_code == 410
    assert "Food" not in answer.text


@pytest.mark.parametrize("verb", ["accept", "decline", "waitlist", "details", "outcome", "start"])
def test_a_cancelled_referral_has_no_link(client: FlaskClient, place: Place, referral: Referral, verb):
    link = path(place, referral)
    cancel(place.town.session, referral, place.actors[ActorKind.MEMBERSHIP])
    place.town.commit()

    answers = client.get(link), client.post(f"{link}/{verb}", data={f"{verb}-name": "Olga"})

    assert [answer.status_code for answer in answers] == [410, 410]


def test_an_answer_by_phone_kills_the_link(client: FlaskClient, place: Place, referral: Referral):
    link = path(place, referral)
    decline(place.town.session, referral, place.actors[ActorKind.PHONE], reason=DeclineReason.OTHER)
    place.town.commit()

    assert client.post(f"{link}/accept", data={"accept-name": "Olga"}).status_code == 410
    assert fresh(place, referral).state == "declined"


def test_a_link_reaches_no_other_referral(client: FlaskClient, place: Place, referral: Referral):
    place.need = place.town.need(place.patient, "housing")
    other = place.referral(ReferralState.SENT)
    place.town.commit()

    client.post(f"{path(place, referral)}/accept", data={"accept-name": "Olga"})

    assert fresh(place, other).state == "sent"


def test_the_thanks_page_knows_only_its_own_words(client: FlaskClient):
    assert client.get("/answered/decline").status_code == 200
    assert client.get("/answered/anything").status_code == 404
