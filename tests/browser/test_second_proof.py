"""The second proof in Chromium: an app set up by its picture, a security key (a virtual one), without any script."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from referral.accounts.models import Member, Person
from referral.accounts.passwords import hash_password
from referral.accounts.roles import Role
from tests.browser.live import PASSWORD, running
from tests.browser.looking import Watcher
from tests.browser.walking import Walk
from tests.factories import Town

pytestmark = pytest.mark.browser

EMAIL = "ada@clinic.example"


@pytest.fixture
def address(town: Town, database_url: str) -> Iterator[str]:
    """The product with an administrator who has a password and no second proof yet."""
    clinic: Member = town.member(name="Hazel Grove")
    person: Person = town.person(clinic, Role.CLINIC_ADMINISTRATOR, "Ada Alder")
    town.person(clinic, Role.CLINICIAN, "Kim Clinician")
    person.email, person.password_hash = EMAIL, hash_password(PASSWORD)
    town.commit()
    with running(database_url) as (address, _app):
        yield address


@pytest.fixture
def walk(page: Page, address: str) -> Walk:
    return Walk(page, address, Watcher(page))


def give_password(walk: Walk) -> None:
    walk.page.goto(f"{walk.address}/sign-in")
    walk.page.get_by_label("E-mail address").fill(EMAIL)
    walk.page.get_by_label("Password").fill(PASSWORD)
    walk.page.get_by_role("button", name="Sign in", exact=True).click()


def set_up_app(walk: Walk) -> pyotp.TOTP:
    """Set an app up from the text below the picture; ends on the page of recovery codes."""
    walk.press("Set up an app")
    app = pyotp.TOTP(walk.page.locator("code.secret").inner_text().replace(" ", ""))
    walk.look("set up an app")
    walk.page.get_by_label("Code").fill(app.now())
    walk.press("Done")
    expect(walk.page.locator("ol.codes li")).to_have_count(10)
    return app


def test_an_app_is_set_up_and_recovery_codes_let_in(walk: Walk) -> None:
    page = walk.page
    give_password(walk)
    expect(page).to_have_url(re.compile("/account/factors/"))
    walk.look("how to get a second proof")
    set_up_app(walk)
    walk.look("recovery codes")
    code = page.locator("ol.codes li").first.inner_text()
    walk.follow("I have kept them")

    page.goto(f"{walk.address}/people")
    walk.look("people with second proof")
    page.goto(f"{walk.address}/account/factors/")
    walk.look("own second proofs")
    page.goto(f"{walk.address}/confirm?next=/account")
    walk.look("confirm")
    page.context.clear_cookies()
    give_password(walk)
    page.get_by_label("Code").fill("000000")
    walk.press("Go on")
    walk.look("a wrong code")
    page.get_by_label("Code").fill(code)
    walk.press("Go on")
    page.goto(f"{walk.address}/account")
    expect(page.locator("h1")).to_have_text("Your account")
    walk.look("own account")
    assert walk.watcher.wrong == []


def test_a_security_key_is_added_and_signs_in(walk: Walk) -> None:
    page = walk.page
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    facts = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": facts | {"automaticPresenceSimulation": True}})
    give_password(walk)
    walk.follow("Add a security key")
    walk.look("add a security key")
    page.get_by_label("What do you call it?").fill("Blue key")
    walk.press("Add this key")
    expect(page.locator("ol.codes li")).to_have_count(10)

    page.context.clear_cookies()
    give_password(walk)
    walk.look("asked for the key")
    walk.press("Use the security key")
    expect(page).not_to_have_url(re.compile("second-factor"))
    page.goto(f"{walk.address}/account/factors/")
    expect(page.locator("main")).to_contain_text("Security key")
    assert walk.watcher.wrong == []


def test_without_script_an_app_works_and_the_page_says_that_a_key_does_not(chromium: Browser, address: str) -> None:
    context = chromium.new_context(locale="en-US", java_script_enabled=False)
    page = context.new_page()
    walk = Walk(page, address, Watcher(page))
    give_password(walk)
    page.goto(f"{address}/account/factors/key")
    expect(page.locator("main")).to_contain_text("A security key needs JavaScript")
    page.goto(f"{address}/account/factors/")
    walk.press("Set up an app")
    app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.get_by_label("Code").fill(app.now())
    walk.press("Done")

    expect(page.locator("ol.codes li")).to_have_count(10)
    context.close()
