"""The patient's own page in Chromium: opening it, every button, on paper, as a file, and what staff see of it."""

import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from referral.kit import clock
from referral.referrals.models import ReferralMove
from referral.referrals.states import Mode
from resources_directory.models.schedule import Schedule
from resources_directory.models.service import RequiredDocument
from tests.browser.live import running
from tests.browser.looking import SHOTS, Watcher
from tests.browser.walking import Walk
from tests.plan.conftest import Home, refused
from tests.plan.conftest import home as home
from tests.sign_in import sign_in

pytestmark = pytest.mark.browser

#: A page of the PDF that Chromium prints.
_SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.fixture
def walk(page: Page, home: Home, database_url: str) -> Iterator[Walk]:
    """A browser before a page with a yes, something to do alone, and something finished."""
    session = home.session
    home.referral.state, home.referral.answered_at = "accepted", clock.now()
    own = {"clinic_id": home.clinic.id, "patient_id": home.patient.id, "receiver_id": home.desk.id}
    moved = {"from_state": "sent", "event": "accept", "to_state": "accepted", "actor_kind": "link", "at": clock.now()}
    move = ReferralMove(referral_id=home.referral.id, **own, **moved)
    move.actor_name = "Olga"
    session.add_all([move, RequiredDocument(service_id=home.service.id, document="Proof of address")])
    home.request_for("transportation", "Valley Rides", mode=Mode.SELF_DIRECTED, state="in_progress")
    home.request_for("utilities", "Light Fund", state="completed", closed_at=clock.now())
    path = f"/p/{home.code}"
    home.town.commit()
    with running(database_url) as (address, _app):
        page.goto(f"{address}{path}")
        yield Walk(page, address, Watcher(page))


def test_a_patient_uses_every_button(walk: Walk, tmp_path: Path) -> None:
    page, entry = walk.page, walk.page.url
    walk.look("plan entry")
    page.get_by_label("Your year of birth").fill("1985")
    walk.press("Open my page")
    expect(page.locator("main")).to_contain_text("This page is not available now")
    walk.look("plan entry, wrong year")
    page.get_by_label("Your year of birth").fill("1984")
    walk.press("Open my page")
    walk.look("plan page")
    page.emulate_media(media="print")
    printed = page.pdf(format="Letter")
    if SHOTS:
        (Path(SHOTS) / "plan page.pdf").write_bytes(printed)
    page.emulate_media(media="screen")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Keep a copy on this device").click()
    kept.value.save_as(tmp_path / "copy.html")
    walk.press("Call me")
    expect(page.locator("main")).to_contain_text("You asked us to call.")
    page.get_by_role("button", name="Stop sharing with Open Table").click()
    walk.look("plan, sure to stop sharing")
    walk.press("Yes, stop sharing")
    expect(page.locator("main")).to_contain_text("Sharing has stopped.")
    walk.press("4")
    expect(page.locator("main")).to_contain_text("You said: 4 of 5.")
    walk.press("Stop all texts")
    walk.press("Yes, stop all texts")
    walk.look("plan page, after everything")
    walk.press("Close this page")
    walk.look("plan closed")
    page.goto(f"{walk.address}/p/")
    walk.look("plan not open")

    assert entry != page.url
    assert len(_SHEET.findall(printed)) == 1
    page.goto((tmp_path / "copy.html").as_uri())
    expect(page.locator("body")).to_contain_text("Food boxes")
    assert walk.watcher.wrong == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_three_requests_with_other_places_print_on_one_page(
    home: Home, page: Page, database_url: str, language: str
) -> None:
    home.patient.written_language = language
    refused(home)
    for domain, name in (("utilities", "Light Fund of the Valley"), ("transportation", "Valley Rides to the Clinic")):
        row = home.request_for(domain, name)
        home.town.sharing_consent(home.patient, row.organization_id)
        home.session.add(RequiredDocument(service_id=row.service_id, document="Proof of address"))
        times = {"byday": "MO,TU,WE,TH,FR", "opens_at": time(9), "closes_at": time(17)}
        home.session.add(Schedule(service_id=row.service_id, freq="WEEKLY", **times))
        row.service_facts = {**row.service_facts, "phone": "+15595550177", "place": "12 Long Orchard Avenue, Fresno"}
    path = f"/p/{home.code}"
    home.town.commit()

    with running(database_url) as (address, _app):
        page.goto(f"{address}{path}")
        page.locator("input[name=answer]").fill("1984")
        page.locator("main form button").first.click()
        expect(page.locator(".plan-other")).to_have_count(2)
        page.emulate_media(media="print")
        printed = page.pdf(format="Letter")
        if SHOTS:
            (Path(SHOTS) / f"plan page, three requests, {language}.pdf").write_bytes(printed)
        pressed = page.locator("main :is(button, form, select, input):visible").count()

    assert len(_SHEET.findall(printed)) == 1
    assert pressed == 0


def test_it_works_without_scripts_and_in_spanish(home: Home, page: Page, database_url: str) -> None:
    home.patient.written_language = "es"
    path = f"/p/{home.code}?language=es"
    home.town.commit()
    assert page.context.browser is not None
    context = page.context.browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})

    with running(database_url) as (address, _app):
        plain = context.new_page()
        plain.goto(f"{address}{path}")
        plain.locator("input[name=answer]").fill("1984")
        plain.locator("main form button").first.click()
        expect(plain.locator("html")).to_have_attribute("lang", "es")
        expect(plain.locator("main")).to_contain_text("Food boxes")
    context.close()


def test_staff_look_after_it(walk: Walk, home: Home, client: FlaskClient) -> None:
    patient_id = home.patient.id
    home.session.rollback()
    sign_in(client, home.clinician)
    secret = next(each for each in client._cookies.values() if each.key == "needsrx")
    walk.page.context.add_cookies([{"name": secret.key, "value": secret.value, "url": walk.address}])

    walk.page.goto(f"{walk.address}/patients/{patient_id}/plan-page")
    walk.look("staff: the patient's own page")
    walk.page.goto(f"{walk.address}/patients/{patient_id}/plan-page/printed")
    walk.look("staff: address to print")

    assert walk.watcher.wrong == []
