"""Prescribing in Chromium with the keyboard alone, and with the script switched off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from referral.accounts.models import Membership
from referral.accounts.sessions import cookie_name, open_login
from referral.kit import clock
from referral.kit.settings import Settings
from tests.browser.live import running
from tests.browser.looking import Watcher
from tests.browser.walking import Walk
from tests.prescriptions.conftest import another, answers, page_of
from tests.prescriptions.conftest import offered as offered
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place

pytestmark = pytest.mark.browser

#: Nobody presses the key more often to reach the next thing on the page.
MOST_TABS = 60


@pytest.fixture
def two_needs(offered: Place) -> Place:
    """The patient wants help with food, for which there are three places, and with housing."""
    for name in ("Aster", "Begonia"):
        another(offered, name)
    offered.town.need(offered.patient, "housing", confirmed_at=clock.now())
    answers(offered, offered.town.service(name="Roof House"), "housing")
    offered.town.commit()
    return offered


@pytest.fixture
def walk(page: Page, two_needs: Place, database_url: str, settings: Settings) -> Iterator[Walk]:
    """A clinician who has opened the prescribing page."""
    secret, url = secret_of(two_needs), page_of(two_needs)
    two_needs.town.commit()
    with running(database_url) as (address, _app):
        page.context.add_cookies([{"name": cookie_name(settings), "value": secret, "url": address}])
        page.goto(f"{address}{url}")
        watcher = Watcher(page)
        yield Walk(page, address, watcher)
    assert watcher.wrong == []


def secret_of(place: Place) -> str:
    """Sign the clinician in; return what their browser keeps."""
    session = place.town.session
    membership = session.scalars(select(Membership).where(Membership.person_id == place.clinician.id)).one()
    _login_id, secret = open_login(session, place.clinician.id, membership.id, second_factor=True)
    return secret


def tab_to(page: Page, selector: str) -> None:
    """Press the key until something that fits has the focus."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def press(page: Page, selector: str, key: str = "Space") -> None:
    tab_to(page, selector)
    page.keyboard.press(key)


def test_two_needs_are_prescribed_with_the_keyboard_alone(walk: Walk) -> None:
    page = walk.page
    walk.look("prescribing for two needs")

    press(page, "input[name=lines-0-service]")
    press(page, "input[name=lines-1-service]")
    press(page, "button:not(.default-button)[value=review]", "Enter")
    expect(page.locator("h1")).to_have_text("Sign the prescription")
    walk.look("the review of two needs")
    press(page, "input[name=lines-0-agreed]")
    press(page, "input[name=lines-1-agreed]")
    press(page, "button[value=sign]", "Enter")

    expect(page.locator("main")).to_contain_text("Signed. Nothing has left yet.")
    press(page, "form[action$='/undo'] button", "Enter")
    expect(page.locator("main")).to_contain_text("The signature was taken back")


def test_the_return_key_in_a_field_goes_on_and_an_error_takes_the_focus(walk: Walk) -> None:
    page = walk.page

    page.locator("#need-1 summary").first.click()
    page.locator("input[name=lines-0-helped_by]").fill("Saint Ann's kitchen")
    page.keyboard.press("Enter")

    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("input[name=lines-0-helped_by]")).to_have_value("Saint Ann's kitchen")


def test_papers_and_home_read_well(walk: Walk) -> None:
    page = walk.page
    page.locator("input[name=lines-0-service]").first.check()
    page.locator("input[name=lines-1-service]").first.check()
    walk.press("Review and sign")
    for box in page.get_by_label("The patient agrees").all():
        box.check()
    walk.press("Sign the prescription")
    signed = page.url

    for paper in ("slip", "card", "receipt", "note"):
        page.goto(f"{signed}/{paper}")
        walk.look(paper)
    for path in ("/my-patients", "/usual-services/"):
        page.goto(f"{walk.address}{path}")
        walk.look(path)


def test_without_the_script_everything_is_there(chromium: Browser, walk: Walk) -> None:
    context = chromium.new_context(java_script_enabled=False, storage_state=walk.page.context.storage_state())
    page = context.new_page()
    page.goto(walk.page.url)
    page.locator("input[name=lines-0-service]").first.check()
    page.locator("input[name=lines-1-service][value=none]").check()
    page.locator("button:not(.default-button)[value=review]").click()
    page.get_by_label("The patient agrees").check()
    page.locator("button[value=sign]").click()

    expect(page.locator("main")).to_contain_text("You can undo until")
    page.get_by_role("link", name="Note for your record system").click()
    expect(page.locator("textarea")).to_contain_text("Food:")
    expect(page.get_by_role("button", name="Copy the note")).to_be_hidden()
    context.close()


def test_when_the_time_to_undo_is_over_the_page_says_so_by_itself(walk: Walk) -> None:
    page = walk.page
    page.locator("input[name=lines-0-service]").first.check()
    page.locator("input[name=lines-1-service][value=none]").check()
    walk.press("Review and sign")
    page.get_by_label("The patient agrees").check()
    page.clock.install()  # the browser's own clock: nobody waits
    walk.press("Sign the prescription")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()

    page.clock.fast_forward(40_000)

    expect(page.get_by_role("heading", name="Signed. It leaves now.")).to_be_visible()
    expect(undo).to_be_hidden()
    expect(page.get_by_role("heading", name="Signed. Nothing has left yet.")).to_be_hidden()
    expect(page.locator("[data-then] a")).to_have_count(1)
    walk.look("the time to undo is over")
