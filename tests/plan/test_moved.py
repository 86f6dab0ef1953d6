"""A patient who moved to another clinic: their page stays open as long as a request runs, and closes with the last."""

import pytest

from referral.kit import clock
from referral.patients.consent_words import move_words
from referral.patients.consents import ConsentTaken
from referral.patients.moving import arrival, offer_move, take_over
from referral.patients.states import ConsentMethod
from referral.referrals.models import Referral
from referral.referrals.rerouting_models import RerouteAlternative
from tests.plan.conftest import Home, refused
from tests.sign_in import sign_in


def moves(home: Home) -> None:
    """West Clinic takes the patient over."""
    west = home.town.clinic(name="West Clinic", phone="+15595550177")
    taken = ConsentTaken("May we?", "en", "1", ConsentMethod.BY_PHONE, home.clinician.id)
    move = offer_move(home.session, home.patient, west.id, taken=taken, note=None)
    found = arrival(home.session, move.id, west.id)
    assert found is not None
    take_over(home.session, found, clinic_id=west.id, by=west.owner_person_id)
    home.session.expire_all()


def test_the_page_of_a_patient_who_moved_shows_the_request_that_runs_and_where_they_are_now(home: Home) -> None:
    moves(home)

    page = home.open()

    assert "Food boxes" in page
    assert "West Clinic looks after you now." in page
    assert "When all of it is over, this page closes." in page
    assert 'action="/p/stop-sharing"' in page


def test_who_moved_stops_sharing_and_with_the_last_request_the_page_closes(home: Home) -> None:
    moves(home)
    home.open()

    stopped = home.press("stop-sharing", about=str(home.organization.id), sure="yes")

    assert stopped.status_code == 303
    assert "We told them to delete what they know about you." in home.client.get(stopped.location).text
    assert home.fresh(Referral, home.referral.id).state == "withdrawn"
    assert home.client.get("/p/").status_code == 410
    assert home.try_to_open().status_code == 422


def test_while_another_request_runs_the_page_stays_after_sharing_was_stopped(home: Home) -> None:
    home.request_for("transportation", "Rides", state="accepted", answered_at=clock.now())
    moves(home)
    home.open()

    home.press("stop-sharing", about=str(home.organization.id), sure="yes")

    assert "Sharing has stopped." in home.page()


def test_no_other_place_is_chosen_at_the_clinic_that_a_patient_left(home: Home) -> None:
    home.request_for("transportation", "Rides", state="accepted", answered_at=clock.now())
    refused(home)
    kept = home.session.query(RerouteAlternative).first()
    assert kept is not None
    about = str(kept.id)
    moves(home)

    assert "I want this place" not in home.open()
    assert home.press("other-place", about=about).status_code == 404


def test_staff_learn_that_the_page_closed_with_the_last_request(home: Home) -> None:
    home.referral.state, home.referral.closed_at = "completed", clock.now()
    home.session.flush()
    moves(home)
    address = f"/patients/{home.patient.id}/plan-page"
    home.town.commit()
    sign_in(home.client, home.clinician)

    assert "moved to another clinic, and no request runs here any more" in home.client.get(address).text


@pytest.mark.parametrize(("language", "said"), [("en", "Your own page about them stays open"), ("es", "sigue abierta")])
def test_the_words_of_the_move_say_what_becomes_of_the_page(language: str, said: str) -> None:
    words = move_words(language, "West Clinic")

    assert said in words
    assert words.count("West Clinic") == 2
