"""A patient whom another clinic offers stands in the queue of those about to be failed, until somebody answers."""

from flask import Flask
from flask.testing import FlaskClient

from referral.patients.consent_words import WORDS_VERSION
from referral.patients.consents import ConsentTaken
from referral.patients.moving import arrival, decline, offer_move
from referral.patients.states import ConsentMethod
from tests.navigation.conftest import Desk
from tests.sign_in import sign_in

OFFERED = "Another clinic offers you a patient"


def test_an_offered_patient_stands_in_the_list_without_a_name_until_it_is_turned_down(
    app: Flask, desk: Desk, browser: FlaskClient
) -> None:
    session, other = desk.town.session, desk.town.clinic(name="West Clinic")
    rosa, nurse = (
        desk.town.patient(other, given_name="Rosalba"),
        session.get_one(type(desk.nadia), other.owner_person_id),
    )
    taken = ConsentTaken("May we?", "en", WORDS_VERSION, ConsentMethod.BY_PHONE, nurse.id)
    move = offer_move(session, rosa, desk.clinic.id, taken=taken, note=None)
    desk.town.commit()
    theirs = app.test_client()
    sign_in(theirs, nurse)

    listed, own, done = (browser.get(f"/to-dos/?show={view}").text for view in ("all", "mine", "done"))

    assert [OFFERED in page for page in (listed, own, done)] == [True, True, False]
    assert f"/patients/arriving/{move.id}" in own
    assert "Rosalba" not in own
    assert OFFERED not in theirs.get("/to-dos/").text

    found = arrival(session, move.id, desk.clinic.id)
    assert found is not None
    decline(session, found, clinic_id=desk.clinic.id, by=desk.nadia.id)
    desk.town.commit()
    assert OFFERED not in browser.get("/to-dos/").text
