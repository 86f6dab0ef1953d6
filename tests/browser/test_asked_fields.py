"""What an organization needs to know, from its declaration to the first page of its link; a household. In Chromium."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import inspect, select

from referral.accounts.models import Person
from referral.accounts.queries import usual_membership
from referral.accounts.sessions import cookie_name, open_login
from referral.kit import clock
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.patients.actions import PatientFacts, register_patient
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.states import ReferralEvent
from tests.browser.live import running
from tests.browser.looking import Watcher
from tests.browser.walking import Walk
from tests.prescriptions.conftest import offered as offered
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.referrals.desks import token_of

pytestmark = pytest.mark.browser


@pytest.fixture
def walk(page: Page, offered: Place, database_url: str) -> Iterator[tuple[Walk, Flask]]:
    """A browser at which nobody is signed in; a second patient of the clinic has a need too."""
    facts = PatientFacts(given_name="Luz", family_name="Ibarra", spoken_language="es")
    luz = register_patient(offered.town.session, facts, clinic_id=offered.clinic.id, by=offered.navigator.id)
    offered.town.need(luz, "utilities", confirmed_at=clock.now())
    offered.town.commit()
    with running(database_url) as (address, app):
        yield Walk(page, address, Watcher(page)), app


def become(walk: Walk, app: Flask, person: Person) -> None:
    """Let somebody sit down at the browser."""
    database: Database = app.extensions["database"]
    (person_id,) = inspect(person).identity  # without asking the database, which another session may hold
    with database.job("tests") as session:
        membership_id = usual_membership(session, person_id)
        assert membership_id is not None
        _login_id, secret = open_login(session, person_id, membership_id, second_factor=True)
    settings = app.extensions["settings"]
    walk.page.context.add_cookies([{"name": cookie_name(settings), "value": secret, "url": walk.address}])


def link_of(place: Place, app: Flask) -> str:
    """Send the one referral there is; return the token of its link."""
    database: Database = app.extensions["database"]
    with database.reading(job_scope("tests")) as session:
        referral_id = session.scalars(select(Referral.id)).one()
    referral = place.town.session.get_one(Referral, referral_id)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    return token_of(place.town, referral)


def test_what_an_organization_needs_reaches_the_consent_and_its_link(walk: tuple[Walk, Flask], offered: Place) -> None:
    (browser, app), patient_id = walk, offered.patient.id
    page = browser.page
    become(browser, app, offered.staff)
    page.goto(f"{browser.address}/inbox")
    browser.follow("What you need to know")
    browser.look("what our services need to know")
    browser.follow("Say what you need to know")
    for box in ("Name", "Birth date", "People in the household", "Diet"):
        page.get_by_label(box, exact=True).check()
    browser.look("what one service needs to know")
    browser.press("Save what is needed")
    browser.look("what it needs, said")

    become(browser, app, offered.clinician)
    page.goto(f"{browser.address}/patients/{patient_id}/prescribe")
    browser.look("prescribing where it is said what is needed")
    page.locator("input[name=lines-0-service]").first.check()
    page.locator("button:not(.default-button)[value=review]").click()
    page.get_by_label("Birth date").uncheck()
    page.get_by_label("People in the household").select_option("4")
    browser.look("the review with what is told")
    page.get_by_label("The patient agrees").check()
    browser.press("Sign the prescription")
    expect(page.locator("#error-summary")).to_contain_text("The words have changed")
    browser.look("the words have changed")
    page.get_by_label("The patient agrees").check()
    browser.press("Sign the prescription")
    expect(page.locator("main")).to_contain_text("Nothing has left yet")

    token = link_of(offered, app)
    page.context.clear_cookies()
    page.goto(f"{browser.address}/answer/{token}")
    browser.press("Continue")
    expect(page.locator("main")).to_contain_text("People in the household")
    expect(page.locator("main")).not_to_contain_text("Rosa")
    browser.look("the first page of a link with what was told")
    assert browser.watcher.wrong == []


def test_a_household_is_made_by_hand(walk: tuple[Walk, Flask], offered: Place) -> None:
    (browser, app), patient_id = walk, offered.patient.id
    page = browser.page
    become(browser, app, offered.navigator)
    page.goto(f"{browser.address}/patients/{patient_id}")
    browser.follow("Who lives with this patient")
    browser.look("a household of one")
    page.get_by_label("Name").fill("Luz")
    browser.press("Search")
    browser.look("whom to put into a household")
    browser.press("Put in")
    expect(page.locator("main")).to_contain_text("Luz Ibarra")
    browser.look("a household of two")
    browser.press("Take out")

    expect(page.get_by_role("heading", name="Luz Ibarra")).to_have_count(0)
    assert browser.watcher.wrong == []
