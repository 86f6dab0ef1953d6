"""The whole loop in Chromium: screen, prescribe, accept, text, answer, close, count. On both databases."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Watcher
from tests.browser.walking import Walk

pytestmark = pytest.mark.browser


def walk_the_loop(page: Page, address: str, zip_code: str) -> Walk:
    """Go all the way round for a Spanish-speaking patient, looking at each page."""
    walk = Walk(page, address, Watcher(page))
    walk.sign_in("Robin Clinician")
    walk.register(zip_code)
    walk.agree_to_texts()
    walk.screen()
    organization = walk.prescribe()

    walk.move_clock("One hour")
    walk.answer_as_organization(organization)
    assert "Buenas noticias" in walk.newest_text() or "grupo local" in walk.newest_text()
    walk.let_days_pass_until("obtuvo")
    walk.reply("1")
    return walk


def check_what_was_recorded(walk: Walk) -> None:
    """The referral is completed by the patient's word, and the report counts it once."""
    page = walk.page
    page.goto(f"{walk.address}/referrals")
    walk.look("referrals")
    expect(page.locator("main table")).to_contain_text("Help was received")
    page.locator("main table").get_by_role("link").first.click()
    walk.look("referral")
    expect(page.locator("main")).to_contain_text("The patient")
    page.goto(f"{walk.address}/to-dos/")
    walk.look("to-dos")
    page.goto(f"{walk.address}/reports/")
    walk.look("reports")
    expect(page.locator("main")).to_contain_text("1 of 1")


def test_the_loop_goes_round_with_the_demo_county(page: Page, county: str) -> None:
    walk = walk_the_loop(page, county, "93702")

    check_what_was_recorded(walk)
    assert walk.watcher.wrong == []
    assert len(walk.watcher.seen) >= 20


def test_the_loop_goes_round_with_the_real_miami_directory(page: Page, miami: str) -> None:
    walk = walk_the_loop(page, miami, "33130")

    check_what_was_recorded(walk)
    assert walk.watcher.wrong == []


def test_the_pages_speak_spanish(page: Page, county: str) -> None:
    page.goto(f"{county}/sign-in")
    page.get_by_role("button", name="Español").click()

    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("h1")).to_have_text("Entrar")
