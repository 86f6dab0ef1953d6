"""Back after signing, and a private matter on the prescribing page, in Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from referral.accounts.sessions import cookie_name
from referral.kit import clock
from referral.kit.settings import Settings
from tests.browser.live import running
from tests.browser.looking import Watcher
from tests.browser.test_prescribing import secret_of
from tests.browser.walking import Walk
from tests.prescriptions.conftest import another, answers, page_of
from tests.prescriptions.conftest import offered as offered
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place

pytestmark = pytest.mark.browser


@pytest.fixture
def walk(page: Page, offered: Place, database_url: str, settings: Settings) -> Iterator[Walk]:
    """A clinician on the prescribing page: help is wanted with food, with housing, and with a private matter."""
    another(offered, "Aster")
    for domain, name in (("housing", "Roof House"), ("interpersonal_safety", "Survivor Counseling")):
        offered.town.need(offered.patient, domain, confirmed_at=clock.now())
        answers(offered, offered.town.service(name=name), domain)
    offered.referral(signed_by=offered.clinician.id, signed_at=clock.now())
    secret, url = secret_of(offered), page_of(offered)
    offered.town.commit()
    with running(database_url) as (address, _app):
        page.context.add_cookies([{"name": cookie_name(settings), "value": secret, "url": address}])
        page.goto(f"{address}{url}")
        watcher = Watcher(page)
        yield Walk(page, address, watcher)
    assert watcher.wrong == []


def test_back_after_signing_says_that_it_was_signed(walk: Walk) -> None:
    page = walk.page
    page.locator("input[name=lines-1-service]").first.check()
    page.locator("input[name=lines-1-mode][value=self_directed]").check()
    walk.press("Review and sign")
    walk.press("Sign the prescription")
    expect(page.locator("main")).to_contain_text("Signed. Nothing has left yet.")
    signed = page.url

    page.go_back()

    expect(page.locator("main")).to_contain_text("This form was signed already")
    walk.look("the form after Back")
    walk.follow("Open the prescription")
    assert page.url == signed


def test_a_private_matter_opens_by_its_button_and_is_reviewed(walk: Walk) -> None:
    page = walk.page
    page.locator("input[name=lines-1-service]").first.check()
    walk.look("a closed private matter, and a need under way")
    walk.press("Show it: only while nobody else can see the screen")
    walk.look("an open private matter")
    expect(page.locator("input[name=lines-1-service]").first).to_be_checked()
    page.locator("input[name=lines-2-service]").first.check()
    walk.press("Review and sign")
    walk.look("the review of a private matter")

    expect(page.locator("main")).to_contain_text("Survivor Counseling")
