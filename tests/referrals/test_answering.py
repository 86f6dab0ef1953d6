"""Pages of an opened link: GET changes nothing, POST acts, the link dies with the move and the browser goes on."""

from datetime import timedelta
from json import dumps, loads

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.patients.consent_models import Disclosure
from referral.referrals.actions import cancel, decline, move
from referral.referrals.actors import ActorKind
from referral.referrals.disclosing import first_page_of
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import DeclineReason, ReferralEvent, ReferralState
from tests.referrals.conftest import Place, moves_of
from tests.referrals.desks import COOKIE, Desk, token_of

SECRETS = ("Rosa", "Molina", "(559) 555-0123", "+15595550123")


@pytest.fixture
def referral(place: Place) -> Referral:
    """A referral that was just sent, and committed."""
    return sent(place)


def sent(place: Place) -> Referral:
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    return referral


@pytest.fixture
def desk(client: FlaskClient, place: Place, referral: Referral) -> Desk:
    """The organization's browser, the request open."""
    desk = Desk(client)
    assert desk.open(token_of(place.town, referral)).status_code == 303
    return desk


@pytest.fixture
def accepting(desk: Desk) -> Desk:
    """The organization's browser after accepting."""
    assert desk.press("accept").status_code == 303
    desk.look()
    return desk


def fresh(place: Place, referral: Referral) -> Referral:
    place.town.session.refresh(referral)
    place.town.commit()
    return referral


def test_the_page_shows_the_need_and_not_the_person(desk: Desk) -> None:
    page = desk.look().text

    assert all(word in page for word in ("Food", "Spanish", "93702", "Hazel Grove Clinic", "Green Table"))
    assert not any(secret in page for secret in SECRETS)


@pytest.mark.parametrize("domain", ["interpersonal_safety", "legal_immigration"])
def test_a_need_that_leaves_no_trace_is_a_private_matter_before_the_code(
    place: Place, referral: Referral, desk: Desk, domain: str
) -> None:
    referral.domain = domain
    referral.snapshot = dumps(loads(referral.snapshot) | {"need": domain})
    place.town.commit()

    page = desk.look().text

    assert "A private matter. Call the clinic to hear it." in page
    assert not any(told in page for told in ("Safety with other people", "Legal help", "immigration"))
    assert "need" not in first_page_of(referral)


def test_what_was_not_agreed_is_not_on_the_page(place: Place, referral: Referral, desk: Desk) -> None:
    referral.shared_fields = ["need", "name"]
    place.town.commit()

    page = desk.look().text

    assert "93702" not in page
    assert "Spanish" not in page


def test_accepting_goes_on_with_the_next_link_and_still_hides_the_person(
    place: Place, referral: Referral, desk: Desk
) -> None:
    answer = desk.press("accept")

    page = desk.look().text
    assert (answer.status_code, answer.location) == (303, "/answer")
    assert fresh(place, referral).state == "accepted"
    assert not any(secret in page for secret in SECRETS)
    assert "Mail the code" in page


def test_the_person_is_shown_for_the_code_and_written_down(place: Place, accepting: Desk) -> None:
    page = accepting.show_person()

    _first_page, disclosure = place.town.session.scalars(select(Disclosure).order_by(Disclosure.at, Disclosure.id))
    assert page.status_code == 200
    assert "Rosa Molina" in page.text
    assert (disclosure.recipient, disclosure.channel) == ("Olga", "link")
    assert disclosure.fields == ["name", "phone", "spoken_language", "zip_code", "need"]


def test_whoever_gave_the_code_is_shown_the_person_again_and_each_time_is_written_down(
    place: Place, accepting: Desk
) -> None:
    accepting.show_person()

    again = accepting.look_again(name="Oscar")

    written = place.town.session.scalars(select(Disclosure).order_by(Disclosure.at, Disclosure.id)).all()
    assert "Rosa Molina" in again.text
    assert [each.recipient for each in written] == ["Green Table", "Olga", "Oscar"]


def test_without_a_code_the_person_is_not_shown(accepting: Desk) -> None:
    answer = accepting.press("details")

    assert answer.status_code == 403
    assert not any(secret in answer.text for secret in SECRETS)


def test_a_page_of_a_step_leads_back_to_the_request(desk: Desk) -> None:
    steps = ("accept", "outcome", "details", "code", "send-code", "leave", "fresh")
    answers = [desk.client.get(f"/answer/{step}") for step in steps]

    assert {(answer.status_code, answer.location) for answer in answers} == {(302, "/answer")}


def test_the_person_is_not_shown_before_accepting(desk: Desk) -> None:
    answers = desk.press("details"), desk.press("code", code="12345678"), desk.ask_code()

    assert [answer.status_code for answer in answers] == [410, 422, 410]
    assert not any(secret in answer.text for answer in answers for secret in SECRETS)


def test_permission_taken_back_closes_the_person(place: Place, accepting: Desk) -> None:
    accepting.show_person()
    place.town.sharing_consent(place.patient, place.service.organization_id).given = False
    place.town.commit()

    answers = accepting.press("details"), accepting.ask_code()

    assert [answer.status_code for answer in answers] == [410, 410]
    assert not any("Molina" in answer.text for answer in answers)


def test_saying_what_happened_closes_it_in_this_browser_too(place: Place, referral: Referral, accepting: Desk) -> None:
    answer = accepting.press("outcome", outcome="received", units="2 boxes")

    testimony = place.town.session.scalars(select(Testimony)).one()
    assert (answer.status_code, answer.location) == (303, "/answered/outcome")
    assert (testimony.side, testimony.units, testimony.speaker) == ("organization", "2 boxes", "Olga")
    assert fresh(place, referral).state == "completed"
    assert (accepting.secret, accepting.look().status_code) == (None, 410)


def test_declining_takes_a_reason(place: Place, referral: Referral, desk: Desk) -> None:
    without = desk.press("decline")
    answer = desk.press("decline", reason="no_capacity")

    assert (without.status_code, answer.location) == (422, "/answered/decline")
    assert (fresh(place, referral).state, referral.reason) == ("declined", "no_capacity")


def test_the_waiting_list_is_one_step(place: Place, referral: Referral, desk: Desk) -> None:
    desk.press("waitlist", position="3", estimate="two weeks")

    assert (fresh(place, referral).state, referral.waitlist_position) == ("waitlisted", 3)


def test_a_wrong_place_on_the_list_keeps_what_was_typed(place: Place, referral: Referral, desk: Desk) -> None:
    answer = desk.press("waitlist", position="0", estimate="two weeks")

    assert answer.status_code == 422
    assert "two weeks" in answer.text
    assert fresh(place, referral).state == "sent"
    assert desk.press("accept").status_code == 303, "a refused step leaves the link as it was"


@pytest.mark.parametrize("verb", ["accept", "decline", "waitlist"])
def test_whoever_answers_gives_a_name(place: Place, referral: Referral, desk: Desk, verb: str) -> None:
    answer = desk.press(verb, name="", reason="other")

    assert answer.status_code == 422
    assert fresh(place, referral).state == "sent"


def test_several_moves_go_on_in_one_browser(place: Place, referral: Referral, accepting: Desk) -> None:
    answers = [accepting.press("start"), accepting.press("waitlist", position="2")]

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/answer")] * 2
    assert fresh(place, referral).state == "waitlisted"


@pytest.mark.parametrize("verb", ["accept", "decline", "waitlist", "details", "outcome", "start", "code"])
def test_a_cancelled_referral_is_closed_at_the_next_request(
    place: Place, referral: Referral, desk: Desk, verb: str
) -> None:
    cancel(place.town.session, referral, place.actors[ActorKind.MEMBERSHIP])
    place.town.commit()

    answers = desk.look(), desk.press(verb, code="12345678")

    assert [answer.status_code for answer in answers] == [410, 410]
    assert not any(word in answer.text for answer in answers for word in ("Food", "93702"))


def test_an_answer_by_phone_closes_the_page(place: Place, referral: Referral, desk: Desk) -> None:
    decline(place.town.session, referral, place.actors[ActorKind.PHONE], reason=DeclineReason.OTHER)
    place.town.commit()

    answer = desk.press("accept")

    assert answer.status_code == 410
    assert "newer message" in answer.text
    assert fresh(place, referral).state == "declined"


def test_a_colleague_who_answered_first_closes_the_page(
    place: Place, referral: Referral, desk: Desk, client: FlaskClient
) -> None:
    colleague = Desk(client.application.test_client())
    colleague.open(token_of(place.town, referral))
    colleague.press("accept")

    answer = desk.press("decline", reason="other")

    assert answer.status_code == 410
    assert len(moves_of(place.town.session, referral)) == 2


def test_the_newer_of_two_requests_replaces_the_older_in_one_browser(
    place: Place, referral: Referral, desk: Desk
) -> None:
    older_page = desk.about
    place.need = place.town.need(place.patient, "housing")
    other = sent(place)
    desk.open(token_of(place.town, other))

    answer, page = desk.press("accept", about=older_page), desk.look().text

    assert answer.status_code == 409
    assert "Another request was opened in this browser" in answer.text
    assert [fresh(place, each).state for each in (referral, other)] == ["sent", "sent"]
    assert other.id.hex[-8:].upper() in page


def test_a_form_that_does_not_say_which_request_it_is_about_does_nothing(
    place: Place, referral: Referral, desk: Desk
) -> None:
    assert desk.press("accept", about="").status_code == 409
    assert fresh(place, referral).state == "sent"


def test_another_browser_has_nothing_open(client: FlaskClient, desk: Desk) -> None:
    stranger = Desk(client.application.test_client(), about=desk.about)

    answers = stranger.look(), stranger.press("accept"), stranger.press("details"), stranger.ask_code()

    assert [answer.status_code for answer in answers] == [410] * 4
    assert all("Open the link in our e-mail again" in answer.text for answer in answers)


def test_a_cookie_reaches_its_own_request_only(place: Place, referral: Referral, desk: Desk) -> None:
    place.need = place.town.need(place.patient, "housing")
    other = sent(place)
    elsewhere = Desk(desk.client.application.test_client())
    elsewhere.open(token_of(place.town, other))

    elsewhere.client.set_cookie(COOKIE, desk.secret or "")  # swapped for the other desk's
    answer = elsewhere.press("accept")

    assert answer.status_code == 409
    assert [fresh(place, each).state for each in (referral, other)] == ["sent", "sent"]


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 410)])
def test_left_alone_for_half_an_hour_the_page_closes(desk: Desk, minutes: int, status: int) -> None:
    with time_machine.travel(timedelta(minutes=minutes), tick=False):
        assert desk.look().status_code == status


def test_after_twelve_hours_it_closes_in_any_case(desk: Desk) -> None:
    hours = []
    for minutes in range(25, 12 * 60 + 25, 25):
        with time_machine.travel(timedelta(minutes=minutes), tick=False):
            hours.append(desk.look().status_code)

    assert hours == [200] * 28 + [410]


def test_whoever_is_done_closes_the_page_on_the_server_too(desk: Desk) -> None:
    secret = desk.secret or ""

    answer = desk.client.post("/answer/leave")
    desk.client.set_cookie(COOKIE, secret)  # kept by somebody

    assert (answer.status_code, answer.location) == (303, "/answered/leave")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert desk.look().status_code == 410


def test_the_thanks_page_knows_only_its_own_words(client: FlaskClient) -> None:
    assert client.get("/answered/decline").status_code == 200
    assert client.get("/answered/leave").status_code == 200
    assert client.get("/answered/anything").status_code == 404
