"""An organization's desk in Chromium: what can be said beside an answer by link, and the pages of its account."""

import csv
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import inspect

from referral.accounts.queries import usual_membership
from referral.accounts.sessions import cookie_name, open_login
from referral.kit.transaction import Database
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.states import ReferralEvent, ReferralState
from tests.browser.live import running
from tests.browser.looking import Watcher
from tests.browser.walking import Walk
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.referrals.desks import token_of

pytestmark = pytest.mark.browser


@pytest.fixture
def walk(page: Page, place: Place, database_url: str) -> Iterator[Walk]:
    """A browser before the link of a request that was just sent; two more wait, and one was taken on."""
    for state in (ReferralState.SENT, ReferralState.SENT, ReferralState.ACCEPTED):
        place.referral(state)
        place.need = place.town.need(place.patient, "utilities" if state is ReferralState.SENT else "food")
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    token = token_of(place.town, referral)
    with running(database_url) as (address, app):
        page.goto(f"{address}/answer/{token}")
        enter(page, app, place, address)
        yield Walk(page, address, Watcher(page))


def enter(page: Page, app: Flask, place: Place, address: str) -> None:
    """Give the browser a sign-in of the organization's staff."""
    database: Database = app.extensions["database"]
    (person_id,) = inspect(place.staff).identity  # without asking the database, which another session may hold
    with database.job("tests") as session:
        membership_id = usual_membership(session, person_id)
        assert membership_id is not None
        _login_id, secret = open_login(session, person_id, membership_id, second_factor=True)
    page.context.add_cookies([{"name": cookie_name(app.extensions["settings"]), "value": secret, "url": address}])


def test_what_is_said_beside_an_answer_by_link(walk: Walk) -> None:
    page = walk.page
    walk.press("Continue")
    walk.look("the request with all answers")
    page.locator("#room-status-1").check()
    page.locator("#room-until").fill("2027-01-08")
    page.locator("#room-name").fill("Dana Desk")
    walk.press("Say it")
    expect(page.locator("main")).to_contain_text("Thank you, that was recorded.")
    page.locator("#ask-words").fill("Is there a stove at home?")
    expect(page.locator("#ask-name")).to_have_value("Dana Desk")  # typed once, for another form
    page.locator("#ask-name").fill("")
    walk.press("Ask")
    expect(page.locator("main")).to_contain_text("Type your name")
    walk.look("a question without a name")
    page.locator("#ask-name").fill("Dana Desk")
    walk.press("Ask")
    expect(page.locator("main")).to_contain_text("Is there a stove at home?")
    walk.look("after room and question")
    assert walk.watcher.wrong == []


def test_the_pages_of_an_account(walk: Walk) -> None:
    page = walk.page
    page.goto(f"{walk.address}/inbox?show=all")
    walk.look("inbox")
    page.locator("details.more").filter(has_text="Help was received").first.locator("summary").click()
    walk.look("inbox, two taps open")
    walk.press("Help was received")
    expect(page.locator("main")).to_contain_text("Requests to us")
    walk.look("inbox after a tap")
    page.goto(f"{walk.address}/inbox")
    for box in page.locator("input[type=checkbox][name=row]").all():
        box.check()
    walk.press("Decline the ticked")
    walk.look("several without a reason")
    page.get_by_label("If you decline: why?").select_option("no_capacity")
    walk.press("Decline the ticked")
    expect(page.locator("main")).to_contain_text("were changed")
    walk.look("what became of each")
    walk.follow("Back to the list")
    page.goto(f"{walk.address}/inbox?show=all")
    page.locator("main table a").first.click()
    walk.look("one request")
    for where, name in (("inbox/room", "room"), ("closed-days", "closed days"), ("inbox/files", "files")):
        page.goto(f"{walk.address}/{where}")
        walk.look(name)
    page.goto(f"{walk.address}/inbox?show=all")
    number = page.locator("main table .code").first.inner_text()
    page.goto(f"{walk.address}/inbox/files?show=all")
    with page.expect_download() as taken:
        walk.press("Take the file")
    rows = list(csv.DictReader(taken.value.path().read_text("utf-8-sig").splitlines()))
    version = next(row["version"] for row in rows if row["request"] == number)
    content = f"request,version,answer\n{number},{version},accept\n00000000,1,accept\n"
    page.set_input_files("input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": content.encode()})
    walk.press("Look at it first")
    expect(page.locator("main")).to_contain_text(re.compile("rows have something to do"))
    walk.look("file preview")
    assert walk.watcher.wrong == []
