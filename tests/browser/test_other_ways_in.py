"""Ways in besides the password, in Chromium without any script: a forgotten password, and single sign-on."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from referral.accounts.identities import ProvenIdentity, link_identity
from referral.accounts.models import Member, Membership, Person
from referral.accounts.passwords import hash_password
from referral.accounts.providers import NewProvider, set_provider
from referral.accounts.reset import answer_reset_wishes
from referral.accounts.roles import Role
from referral.accounts.sessions import open_login
from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox import hooks
from referral.outbox.hooks import Composed
from referral.outbox.models import Message
from tests.browser.live import PASSWORD, running
from tests.browser.looking import Watcher
from tests.factories import Town
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider

pytestmark = pytest.mark.browser

EMAIL = "ana@clinic.example"


@pytest.fixture
def live(town: Town, database_url: str) -> Iterator[tuple[str, Flask]]:
    """The product with a clinic, and Ana, its analyst, whose role needs no second proof."""
    clinic = town.member(name="Hazel Grove")
    person = town.person(clinic, Role.ANALYST, "Ana Alder")
    person.email, person.password_hash = EMAIL, hash_password(PASSWORD)
    town.commit()
    with running(database_url) as (address, app):
        app.extensions["settings"] = replace(app.extensions["settings"], outbound_loopback="yes")
        yield address, app


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    made = IdentityProvider()
    yield made
    made.close()


def link_in_mail(app: Flask) -> str:
    """Let the worker's work be done, and return the link of the newest e-mail about a password."""
    database: Database = app.extensions["database"]
    with app.test_request_context():
        answer_reset_wishes(database)
        with database.job("tests") as session:
            newest = select(Message).where(Message.composer == "password_reset").order_by(Message.created_at.desc())
            mail = hooks.compose(session, session.scalars(newest.limit(1)).one(), clock.now())
    assert isinstance(mail, Composed)
    return re.search(r"http\S+/reset/\S+", mail.body)[0]  # type: ignore[index]  # it is there, or it fails


def test_a_forgotten_password_is_replaced(page: Page, live: tuple[str, Flask]) -> None:
    address, app = live
    watcher = Watcher(page)
    page.goto(f"{address}/sign-in")
    watcher.look("sign in")
    page.get_by_role("link", name="Forgotten password").click()
    watcher.look("forgotten password")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_role("button", name="Send the link").click()
    watcher.look("link is on its way")

    page.goto(link_in_mail(app))
    watcher.look("new password")
    page.get_by_label("New password").fill("password1234")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("easy to guess").first).to_be_visible()
    watcher.look("refused password")
    page.get_by_label("New password").fill("eleven brass kites hum")
    page.get_by_role("button", name="Change the password").click()

    expect(page).to_have_url(f"{address}/sign-in")
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    assert watcher.wrong == []


def test_somebody_signs_in_through_their_organization(
    page: Page, live: tuple[str, Flask], provider: IdentityProvider
) -> None:
    address, app = live
    with app.test_request_context(), app.extensions["database"].job("tests") as session:
        ana = session.scalars(select(Person).where(Person.email == EMAIL)).one()
        member_id = session.scalars(select(Membership.member_id).where(Membership.person_id == ana.id)).one()
        new = NewProvider("hazel-grove", provider.issuer, CLIENT_ID, CLIENT_SECRET)
        row = set_provider(session, member_id, new)
        link_identity(session, row, ProvenIdentity(provider.issuer, provider.subject, False), ana.id)
    watcher = Watcher(page)
    page.goto(f"{address}/sign-in")
    page.get_by_role("link", name="Sign in through your organization").click()
    watcher.look("sign-in name")
    page.get_by_label("Sign-in name").fill("Hazel-Grove")
    page.get_by_role("button", name="Go on").click()
    watcher.look("sign-in service")
    page.get_by_role("button", name="Go to the sign-in service").click()

    page.wait_for_url(f"{address}/reports/")
    page.goto(f"{address}/account")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert watcher.wrong == []


def test_an_administrator_connects_a_sign_in_service(
    page: Page, live: tuple[str, Flask], provider: IdentityProvider
) -> None:
    address, app = live
    with app.test_request_context(), app.extensions["database"].job("tests") as session:
        clinic = session.scalars(select(Member).where(Member.name == "Hazel Grove")).one()
        ada = Town(session).person(clinic, Role.CLINIC_ADMINISTRATOR, "Ada")
        membership_id = session.scalars(select(Membership.id).where(Membership.person_id == ada.id)).one()
        _login_id, secret = open_login(session, ada.id, membership_id, second_factor=True)
    page.context.add_cookies([{"name": "needsrx", "value": secret, "url": address}])
    watcher = Watcher(page)
    page.goto(f"{address}/people")
    page.get_by_role("link", name="Sign-in service of your own").click()
    watcher.look("no service yet")
    page.get_by_label("Sign-in name").fill("hazel-grove")
    page.get_by_label("Issuer").fill("https://127.0.0.1:1")
    page.get_by_label("Client ID").fill(CLIENT_ID)
    page.get_by_label("Client secret").fill(CLIENT_SECRET)
    page.get_by_role("button", name="Connect").click()
    watcher.look("no service answers")
    page.get_by_label("Issuer").fill(provider.issuer)
    page.get_by_label("Client secret").fill(CLIENT_SECRET)
    page.get_by_role("button", name="Connect").click()
    watcher.look("service connected")

    page.goto(f"{address}/account/sso")
    page.get_by_role("button", name="Link my account").click()
    page.wait_for_url(f"{address}/account/sso")
    watcher.look("account linked")
    expect(page.get_by_role("button", name="Unlink")).to_be_visible()
    assert watcher.wrong == []
