"""The pages of whole records: who gets in, what they say, and that nothing dangerous happens by one click."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.accounts.models import LoginSession, Person
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.patients.actions import PatientFacts, register_patient
from referral.patients.models import Patient
from referral.records.holds import place_hold
from referral.records.queries import record_number
from referral.referrals.models import Referral
from tests.records.conftest import Browser
from tests.referrals.conftest import Place

WHY = "The patient asked in person."


def record_of(place: Place) -> str:
    return f"/records/{place.patient.id}"


def erase_by_page(browser: FlaskClient, place: Place, typed: str) -> int:
    form = {"words": WHY, "step": "erase", "typed": typed}
    return browser.post(f"{record_of(place)}/erase", data=form).status_code


def test_a_record_is_found_by_what_is_typed_and_never_listed(
    place: Place, officer: Person, browser_of: Browser
) -> None:
    facts = PatientFacts(given_name="Quilla", family_name="Vega")
    patient = register_patient(place.town.session, facts, clinic_id=place.clinic.id, by=None)
    browser = browser_of(officer)

    nothing = browser.post("/records/", data={})
    found = browser.post("/records/", data={"words": "Quilla"})

    assert (nothing.status_code, found.status_code) == (422, 200)
    assert "Vega" not in nothing.text + browser.get("/records/").text
    assert f"/records/{patient.id}" in found.text


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.NAVIGATOR, Role.ANALYST, Role.DIRECTORY_EDITOR])
def test_other_roles_find_no_door(role: Role, place: Place, browser_of: Browser) -> None:
    browser = browser_of(place.town.person(place.clinic, role))

    pages = [record_of(place), *(f"{record_of(place)}/{page}" for page in ("export", "erase", "hold"))]

    assert {browser.get(page).status_code for page in pages} == {404}


def test_an_administrator_exports_and_holds_but_does_not_erase(
    place: Place, administrator: Person, browser_of: Browser
) -> None:
    browser = browser_of(administrator)

    answers = {page: browser.get(f"{record_of(place)}/{page}").status_code for page in ("export", "hold", "erase")}

    assert answers == {"export": 200, "hold": 200, "erase": 404}


def test_the_patients_page_leads_there_for_those_who_may(
    place: Place, administrator: Person, browser_of: Browser
) -> None:
    mine = browser_of(administrator).get(f"/patients/{place.patient.id}").text
    others = browser_of(place.navigator).get(f"/patients/{place.patient.id}").text

    assert f"{record_of(place)}/export" in mine
    assert f"{record_of(place)}/erase" not in mine
    assert record_of(place) not in others


def test_the_page_of_an_erasure_says_what_goes_and_asks_twice(
    place: Place, officer: Person, browser_of: Browser, asked: Referral, database: Database
) -> None:
    browser = browser_of(officer)

    first = browser.get(f"{record_of(place)}/erase").text
    second = browser.post(f"{record_of(place)}/erase", data={"words": WHY, "step": "reason"}).text

    assert "1 phone, with the permission" in first
    assert "1 referral under way is withdrawn" in first
    assert record_number(place.patient) in second
    assert 'value="erase"' in second
    with database.job("tests") as session:
        assert session.get_one(Patient, place.patient.id).erased_at is None


def test_nothing_is_erased_without_a_reason_or_with_another_number(
    place: Place, officer: Person, browser_of: Browser
) -> None:
    browser = browser_of(officer)

    without = browser.post(f"{record_of(place)}/erase", data={"step": "erase", "typed": record_number(place.patient)})

    assert without.status_code == 422
    assert erase_by_page(browser, place, "00000000") == 422
    assert browser.get(f"/records/{place.patient.id}/export").status_code == 200


def test_an_erased_record_tells_the_officer_when_and_everybody_else_nothing(
    place: Place, officer: Person, administrator: Person, browser_of: Browser
) -> None:
    browser, other = browser_of(officer), browser_of(administrator)

    assert erase_by_page(browser, place, record_number(place.patient).lower()) == 303

    page = browser.get(record_of(place))
    assert "This record was erased on" in page.text
    assert WHY in page.text
    assert "Molina" not in page.text
    assert browser.get(f"{record_of(place)}/export").status_code == 404
    assert {other.get(path).status_code for path in (record_of(place), f"/patients/{place.patient.id}")} == {404}
    assert "Molina" not in other.get("/patients/").text


def test_a_hold_is_shown_to_whoever_asks_for_erasure(
    place: Place, officer: Person, browser_of: Browser, session: ScopedSession
) -> None:
    place_hold(session, place.patient.id, reason="A court asks for it.", by=place.navigator.id)
    browser = browser_of(officer)

    page = browser.get(f"{record_of(place)}/erase").text

    assert "A court asks for it." in page
    assert "Go on" not in page
    assert erase_by_page(browser, place, record_number(place.patient)) == 409


def test_a_hold_goes_its_way_by_the_pages(
    place: Place, officer: Person, administrator: Person, browser_of: Browser
) -> None:
    one, other = browser_of(officer), browser_of(administrator)
    hold = f"{record_of(place)}/hold"

    assert one.post(hold, data={"words": "A court asks."}).status_code == 303
    refused = one.post(f"{hold}/confirm")
    assert (refused.status_code, "This takes a second person" in refused.text) == (409, True)
    assert "Somebody else changed this first" not in refused.text
    assert other.post(f"{hold}/confirm").status_code == 303
    assert one.post(f"{hold}/ask-to-lift", data={"words": "It is over."}).status_code == 303
    assert one.post(f"{hold}/lift").status_code == 409
    assert other.post(f"{hold}/keep").status_code == 303
    assert other.post(f"{hold}/lift").status_code == 409
    assert other.post(f"{hold}/ask-to-lift", data={"words": "It is over."}).status_code == 303
    assert one.post(f"{hold}/lift").status_code == 303
    assert "No record is on hold." in one.get("/records/").text


def test_a_step_of_a_hold_sent_again_is_answered_as_the_first_time(
    place: Place, officer: Person, administrator: Person, browser_of: Browser, session: ScopedSession
) -> None:
    place_hold(session, place.patient.id, reason="A court asks.", by=officer.id)
    browser, hold = browser_of(administrator), f"{record_of(place)}/hold"

    answers = [
        browser.post(f"{hold}/{step}", data={"words": words})
        for step, words in [("confirm", "")] * 2 + [("ask-to-lift", "It is over.")] * 2
    ]

    assert {(each.status_code, each.location) for each in answers} == {(303, record_of(place))}
    assert browser.post(f"{hold}/ask-to-lift", data={"words": "Another reason."}).status_code == 409
    held = AuditEvent.kind == AuditKind.HELD
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(held)) == 2  # placed, and confirmed once


@pytest.mark.parametrize("step", ["export", "erase", "hold"])
def test_a_dangerous_step_asks_again_who_it_is(
    step: str, place: Place, officer: Person, browser_of: Browser, database: Database
) -> None:
    browser = browser_of(officer)
    with database.job("tests") as session:
        session.scalars(select(LoginSession)).one().confirmed_at = None

    asked, refused = (
        browser.get(f"{record_of(place)}/{step}"),
        browser.post(f"{record_of(place)}/{step}", data={"words": WHY}),
    )

    assert asked.status_code in (302, 303)
    assert "/confirm" in asked.location
    assert refused.status_code == 403


def test_a_foreign_record_is_absent(place: Place, officer: Person, browser_of: Browser) -> None:
    foreign = place.town.patient(place.town.clinic())
    browser = browser_of(officer)

    pages = ("", "/export", "/erase", "/hold")

    assert {browser.get(f"/records/{foreign.id}{page}").status_code for page in pages} == {404}


def test_words_that_outlive_an_erasure_are_asked_for_without_a_name(
    place: Place, officer: Person, administrator: Person, browser_of: Browser
) -> None:
    place.town.clinic(name="Larkmead")
    browser, other = browser_of(officer), browser_of(administrator)

    pages = [
        browser.get(f"{record_of(place)}/erase"),
        browser.get("/privacy/demands/new"),
        other.get("/emergency-access"),
    ]

    assert all("Name no patient here" in page.text for page in pages)
