"""A patient whom another clinic offers stands in the queue of those about to be failed, until somebody answers."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.models import Person
from referral.patients.consent_words import WORDS_VERSION
from referral.patients.consents import ConsentTaken
from referral.patients.moving import arrival, decline, offer_move
from referral.patients.states import ConsentMethod
from referral.todos.absences import NewAbsence, note_absence, today_at
from tests.navigation.conftest import Desk
from tests.sign_in import sign_in

OFFERED = "Another clinic offers you a patient"


def test_an_offered_patient_stands_in_the_list_without_a_name_until_it_is_turned_down(
    app: Flask, desk: Desk, browser: FlaskClient
) -> None:
    session, other = desk.town.session, desk.town.clinic(name="West Clinic")
    desk.clinic.owner_person_id, desk.clinic.deputy_person_id = desk.nadia.id, desk.omar.id
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
    assert re.search(r'show=mine"[^>]*>Mine <span class="count">1</span>', own)
    assert OFFERED not in theirs.get("/to-dos/").text

    found = arrival(session, move.id, desk.clinic.id)
    assert found is not None
    decline(session, found, clinic_id=desk.clinic.id, by=desk.nadia.id)
    desk.town.commit()
    assert OFFERED not in browser.get("/to-dos/").text


#: Friday, 10:00 in Los Angeles.
FRIDAY = datetime.fromisoformat("2026-06-05T17:00:00+00:00")


def offered(desk: Desk) -> None:
    other = desk.town.clinic(name="West Clinic")
    taken = ConsentTaken("May we?", "en", WORDS_VERSION, ConsentMethod.BY_PHONE, other.owner_person_id)
    offer_move(desk.town.session, desk.town.patient(other), desk.clinic.id, taken=taken, note=None)
    desk.clinic.owner_person_id, desk.clinic.deputy_person_id = desk.nadia.id, desk.omar.id
    desk.town.commit()


def shown_to(app: Flask, person: Person, view: str) -> bool:
    browser = app.test_client()
    sign_in(browser, person)
    return OFFERED in browser.get(f"/to-dos/?show={view}").text


def test_an_offer_is_the_owners_and_where_the_deputy_stands_in(app: Flask, desk: Desk) -> None:
    offered(desk)

    seen = {
        (who.name, view): shown_to(app, who, view) for who in (desk.nadia, desk.omar) for view in ("mine", "deputy")
    }

    assert {each for each, here in seen.items() if here} == {("Nadia Reyes", "mine"), ("Omar Haddad", "deputy")}


def test_while_the_owner_is_away_the_deputy_answers(app: Flask, desk: Desk) -> None:
    offered(desk)
    today = today_at(desk.clinic)
    note_absence(
        desk.town.session, desk.clinic, NewAbsence(desk.nadia.id, today, today), by=desk.nadia.id, absence_id=uuid4()
    )
    desk.town.commit()

    assert [shown_to(app, who, "mine") for who in (desk.nadia, desk.omar)] == [False, True]


@pytest.mark.parametrize(("days", "told"), [(0, "in 3 days"), (4, "late")])
def test_an_offer_is_due_on_the_next_business_day(desk: Desk, app: Flask, days: int, told: str) -> None:
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        offered(desk)
        traveller.shift(timedelta(days=days))
        browser = app.test_client()
        sign_in(browser, desk.nadia)

        row = browser.get("/to-dos/").text.split(OFFERED)[1].split("See who it is")[0]

    assert told in row
    assert "You" in row
    assert "Deputy: Omar Haddad" in row
