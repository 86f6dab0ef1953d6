"""Two people who edit one patient, one referral, one listing at once: the second sees both versions and by whom.

Each has the page open before either saves. What the second typed is not lost, and saving it again is a choice.
"""

from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Person
from referral.accounts.roles import Role
from referral.kit import clock
from referral.kit.transaction import Database
from referral.patients.models import Patient
from referral.referrals.notices import renew_link
from referral.referrals.states import ReferralState
from resources_directory.corrections import listed_facts, stand_of
from tests.access.page_tree import Element, controls_of, forms_in, main_of
from tests.faults.meeting import at_once, meeting_at
from tests.faults.test_two_at_once import browser_of, by_status, press
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.referrals.desks import Desk, token_of

FIRST = "Somebody else changed this first"
FACTS = {"privacy_level": "standard", "spoken_language": "es", "written_language": "es"}


@dataclass
class Two:
    """Two browsers at one page. `first`, `second`: the names of whoever sits there."""

    nadia: FlaskClient
    clara: FlaskClient


@pytest.fixture
def two(app: Flask, place: Place) -> Two:
    place.town.commit()
    return Two(browser_of(app, place.navigator), browser_of(app, place.clinician))


@pytest.fixture
def colleague(place: Place) -> Person:
    """Somebody else of the organization."""
    return place.town.person(place.organization, Role.ORGANIZATION_STAFF, "Otto")


def test_of_two_who_correct_a_patient_the_second_sees_both_and_by_whom(two: Two, place: Place) -> None:
    path, form = f"/patients/{place.patient.id}/edit", FACTS | {"version": place.patient.version}
    place.town.commit()
    two.nadia.post(path, data=form | {"given_name": "Rosita", "zip_code": "93701"})

    late = two.clara.post(path, data=form | {"given_name": "Rosario"})

    page = unescape(late.text)
    assert late.status_code == 409
    assert all(words in page for words in ("Rosita", 'value="Rosario"', "Nadia"))
    again = form | {"given_name": "Rosario", "version": int(form["version"]) + 1}
    assert two.clara.post(path, data=again).status_code == 303


def fields_of(page: str) -> dict[str, str]:
    """What a browser sends from the form of a page, with nothing typed anew."""
    sent = {}
    for control in controls_of(forms_in(main_of(page))[0]):
        if control.tag == "select":
            sent |= {control.get("name"): one.get("value") for one in chosen_in(control)}
        elif control.kind not in ("radio", "checkbox") or "checked" in control.attributes:
            sent[control.get("name")] = control.shown_value
    return sent


def chosen_in(select_: Element) -> list[Element]:
    return [option for option in select_.inside("option") if "selected" in option.attributes]


def opened(browser: FlaskClient, path: str) -> dict[str, str]:
    """What a browser sends that has this page open."""
    return fields_of(browser.get(path).text)


def test_what_only_the_other_changed_is_neither_shown_as_typed_nor_erased(two: Two, place: Place) -> None:
    path = f"/patients/{place.patient.id}/edit"
    place.town.commit()
    form = opened(two.clara, path)
    two.nadia.post(path, data=opened(two.nadia, path) | {"chosen_name": "Bao", "zip_code": "93701"})

    late = two.clara.post(path, data=form | {"record_number": "MRN-7", "zip_code": "93705"})

    page = unescape(late.text)
    table = page.split("<table")[1].split("</table>")[0]
    assert late.status_code == 409
    assert ("93701" in table, "93705" in table, "Bao" in table, "MRN-7" in table) == (True, True, False, False)
    assert 'value="Bao"' in page
    assert two.clara.post(path, data=fields_of(late.text)).status_code == 303
    place.town.session.expire_all()
    stands = place.town.session.get_one(Patient, place.patient.id)
    assert (stands.chosen_name, stands.record_number, stands.zip_code) == ("Bao", "MRN-7", "93705")


def test_two_who_correct_different_facts_of_a_patient_are_both_saved(two: Two, place: Place) -> None:
    path = f"/patients/{place.patient.id}/edit"
    place.town.commit()
    form = opened(two.clara, path)
    two.nadia.post(path, data=opened(two.nadia, path) | {"chosen_name": "Bao", "interpreter_needed": "y"})

    late = two.clara.post(path, data=form | {"record_number": "MRN-7", "given_name": ""})

    assert late.status_code == 303
    place.town.session.expire_all()
    stands = place.town.session.get_one(Patient, place.patient.id)
    assert (stands.chosen_name, stands.interpreter_needed) == ("Bao", True)
    assert (stands.record_number, stands.given_name) == ("MRN-7", None)


def test_a_correction_sent_again_leads_where_the_first_led(two: Two, place: Place) -> None:
    path = f"/patients/{place.patient.id}/edit"
    place.town.commit()
    form = opened(two.clara, path) | {"chosen_name": "Bao"}
    first = two.clara.post(path, data=form)
    version = place.town.session.scalar(select(Patient.version).where(Patient.id == place.patient.id))
    place.town.commit()

    again = two.clara.post(path, data=form)
    two.nadia.post(path, data=opened(two.nadia, path) | {"zip_code": "93701"})
    later = two.clara.post(path, data=form)

    led = [(each.status_code, each.headers["Location"]) for each in (first, again, later)]
    assert led == [(303, f"/patients/{place.patient.id}")] * 3
    assert place.town.session.scalar(select(Patient.version).where(Patient.id == place.patient.id)) == version + 1


def test_of_two_who_end_a_referral_the_second_sees_both_and_by_whom(two: Two, place: Place) -> None:
    referral = place.referral(ReferralState.SENT)
    place.town.commit()
    path, version = f"/referrals/{referral.id}", str(referral.version)
    place.town.commit()
    two.nadia.post(f"{path}/withdraw", data={"version": version, "note": "She has moved away."})

    late = two.clara.post(f"{path}/cancel", data={"version": version, "note": "Found another pantry."})

    assert late.status_code == 409
    for words in (FIRST, "Nadia", "She has moved away.", "Found another pantry."):
        assert words in unescape(late.text)


@pytest.mark.parametrize("page", ["answer", "testimony"])
def test_what_was_heard_on_the_phone_is_not_lost_when_somebody_was_faster(two: Two, place: Place, page: str) -> None:
    referral = place.referral(ReferralState.ACCEPTED)
    place.town.commit()
    path, version = f"/referrals/{referral.id}", referral.version
    place.town.commit()
    heard = {"speaker": "Olga", "answer": "start", "side": "organization", "channel": "phone", "outcome": "received"}
    two.nadia.post(f"{path}/answer", data=heard | {"version": version, "note": "Begun on Monday."})

    late = two.clara.post(f"{path}/{page}", data=heard | {"version": version, "note": "She was very kind."})

    assert late.status_code == 409
    for words in (FIRST, "Olga, written down by Nadia", "Begun on Monday.", "She was very kind.</textarea>"):
        assert words in unescape(late.text)
    again = two.clara.post(f"{path}/testimony", data=heard | {"version": version + 1, "note": "She was very kind."})
    assert again.status_code == 303


def test_of_two_colleagues_who_answer_the_second_sees_who_answered_what(
    app: Flask, place: Place, colleague: Person
) -> None:
    referral = place.referral(ReferralState.SENT)
    place.town.commit()
    path, version = f"/inbox/{referral.id}", str(referral.version)
    olga, otto = browser_of(app, place.staff), browser_of(app, colleague)
    otto.post(f"{path}/accept", data={"accept-version": version})

    no = {"decline-version": version, "decline-reason": "no_capacity", "decline-note": "Ask again in May."}
    late = olga.post(f"{path}/decline", data=no)

    assert late.status_code == 409
    for words in ("Otto", "The organization accepted.", "Ask again in May."):
        assert words in unescape(late.text)


def test_of_two_behind_one_link_the_second_still_reads_what_they_typed(app: Flask, place: Place) -> None:
    referral = place.referral(ReferralState.SENT)
    renew_link(place.town.session, referral, expires_at=clock.now() + timedelta(days=5))
    token = token_of(place.town, referral)
    olga, oscar = Desk(app.test_client()), Desk(app.test_client())
    olga.open(token)
    oscar.open(token)
    olga.press("accept")

    late = oscar.press("decline", name="Oscar", reason="no_capacity", note="Ask again in May.")

    assert late.status_code == 410
    assert "Ask again in May." in unescape(late.text)


def listing_form(place: Place, **typed: str) -> dict[str, str]:
    place.town.session.refresh(place.service)
    stands = listed_facts(place.service)
    place.town.commit()
    return {name: value or "" for name, value in stands.items()} | {"seen": stand_of(stands)} | typed


def test_of_two_who_correct_a_listing_the_second_sees_both_and_by_whom(
    app: Flask, place: Place, colleague: Person
) -> None:
    form = listing_form(place)
    path = f"/directory/services/{place.service.id}/listing"
    place.town.commit()
    olga, otto = browser_of(app, place.staff), browser_of(app, colleague)
    otto.post(path, data=form | {"description": "Boxes on Monday."})

    late = olga.post(path, data=form | {"description": "Boxes on Friday.", "fees_description": "Free"})

    page = unescape(late.text)
    assert late.status_code == 409
    assert all(words in page for words in (FIRST, "Otto", "Boxes on Monday.", "Boxes on Friday.</textarea>"))
    again = listing_form(place, description="Boxes on Monday and Friday.", fees_description="Free")
    assert olga.post(path, data=again).status_code == 303


def test_two_who_correct_different_texts_of_a_listing_are_both_saved(
    app: Flask, place: Place, colleague: Person
) -> None:
    path = f"/directory/services/{place.service.id}/listing"
    place.town.commit()
    olga, otto = browser_of(app, place.staff), browser_of(app, colleague)
    form = opened(olga, path)
    otto.post(path, data=opened(otto, path) | {"description": "Boxes on Monday.", "url": "https://otto.example"})

    late = olga.post(path, data=form | {"fees_description": "Free", "url": "https://olga.example"})

    table = unescape(late.text).split("<table")[1].split("</table>")[0]
    assert late.status_code == 409
    assert ("otto.example" in table, "Monday" in table, "Free" in table) == (True, False, False)
    assert olga.post(path, data=fields_of(late.text)).status_code == 303
    place.town.session.refresh(place.service)
    stands = (place.service.description, place.service.fees_description, place.service.url)
    assert stands == ("Boxes on Monday.", "Free", "https://olga.example")


def test_of_two_who_correct_a_listing_at_the_same_moment_one_is_told(
    app: Flask, place: Place, colleague: Person, database: Database
) -> None:
    form = listing_form(place)
    path = f"/directory/services/{place.service.id}/listing"
    place.town.commit()
    windows = [browser_of(app, person) for person in (place.staff, colleague)]

    with meeting_at(database.engine, "SELECT service."):
        days = zip(windows, ("Monday", "Friday"), strict=True)
        answers = at_once(*(press(each, path, **form | {"description": day}) for each, day in days))

    pages = by_status(answers)
    assert set(pages) == {303, 409}
    assert "Monday" in pages[409]
    assert "Friday" in pages[409]


def test_of_two_who_speak_of_room_the_second_sees_what_the_first_said(
    app: Flask, place: Place, colleague: Person
) -> None:
    service, shown = str(place.service.id), clock.now().isoformat()
    place.town.commit()
    olga, otto = browser_of(app, place.staff), browser_of(app, colleague)
    otto.post("/inbox/room", data={"service": service, "status": "no-capacity", "as_of": shown})

    word = {"service": service, "status": "waitlist", "note": "About a week.", "as_of": shown}
    late = olga.post("/inbox/room", data=word)

    page = unescape(late.text)
    assert late.status_code == 409
    for words in ("We are full", "said by Otto", "About a week."):
        assert words in page
    assert olga.post("/inbox/room", data=word | {"as_of": clock.now().isoformat()}).status_code == 303
