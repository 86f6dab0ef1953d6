"""Pages behind an organization's link in Chromium: arriving, the code, the person, closed, dead, and a fresh link."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.states import ReferralEvent, ReferralState
from resources_directory.models.organization import Contact
from tests.browser.live import running
from tests.browser.looking import Watcher
from tests.browser.walking import Walk
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.referrals.desks import token_of

pytestmark = pytest.mark.browser


@pytest.fixture
def walk(page: Page, place: Place, database_url: str) -> Iterator[Walk]:
    """A browser before the link of a request that was just sent to an organization with two addresses."""
    referral = place.referral(ReferralState.HELD)
    place.town.session.add(Contact(service_id=place.service.id, email="director@greentable.example"))
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    token = token_of(place.town, referral)
    with running(database_url) as (address, _app):
        page.goto(f"{address}/answer/{token}")
        yield Walk(page, address, Watcher(page))


def test_the_pages_behind_a_link(walk: Walk) -> None:
    page, first_address = walk.page, walk.page.url
    walk.look("arriving")
    walk.press("Continue")
    expect(page).to_have_url(re.compile("/answer$"))
    walk.look("the request")
    page.get_by_label("Your name").first.fill("Dana Desk")
    walk.press("Accept")

    page.get_by_label("r@greentable.example").check()
    walk.look("where the code shall go")
    walk.press("Mail the code")
    page.get_by_label("The code from the e-mail").fill("1234")
    page.locator("#code-name").fill("Dana Desk")
    walk.press("Show the person")
    expect(page.locator("main")).to_contain_text("This is not the code")
    walk.look("a wrong code")
    digits = code(walk)
    page.get_by_label("The code from the e-mail").fill(digits)
    page.locator("#code-name").fill("Dana Desk")
    walk.press("Show the person")
    expect(page.locator("main")).to_contain_text("Rosa Molina")
    walk.look("the person")
    walk.press("I am done")
    walk.look("closed")

    page.goto(first_address)
    walk.look("a link that was used")
    walk.press("Mail us a fresh link")
    walk.look("a fresh link was asked for")
    assert walk.watcher.wrong == []


def test_the_enter_key_declines_nothing_and_a_reason_does(walk: Walk) -> None:
    page = walk.page
    walk.press("Continue")
    page.locator("#decline-name").fill("Dana Desk")

    page.locator("#decline-name").press("Enter")

    expect(page.locator("#error-summary")).to_be_focused()
    walk.look("no reason was pressed")
    walk.press("Outside our area")
    expect(page.locator("main")).to_contain_text("Your answer was recorded.")
    assert walk.watcher.wrong == []


def code(walk: Walk) -> str:
    """Read the code in the mailbox, and come back to the page that asks for it."""
    digits = walk.code_in_mailbox("Green Table")
    walk.page.goto(f"{walk.address}/answer")
    return digits
