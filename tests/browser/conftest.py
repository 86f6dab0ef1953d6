"""Fixtures of the browser tests: Chromium, and the running product on each database with each directory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from referral.app import create_app
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from tests.browser.installed import installed_browser, launch
from tests.browser.live import MASTER_KEY, furnish, running
from tests.databases import empty, leave_out, shared_folder

COUNTY = Path(__file__).resolve().parents[2] / "referral" / "demo" / "county"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = installed_browser()
    if program is None:
        leave_out("Chromium (no browser is installed), so no page was looked at")
    with sync_playwright() as playwright:
        browser = launch(playwright, program)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en-US", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def county(database_url: str) -> Iterator[str]:
    """The address of the product with the demo county's directory."""
    yield from serve(database_url, COUNTY, "93702", "America/Los_Angeles")


@pytest.fixture
def miami(database_url: str) -> Iterator[str]:
    """The address of the product with the real Miami directory."""
    directory = shared_folder() / "data" / "directories" / "miami211_hsds1"
    yield from serve(database_url, directory, "33130", "America/New_York")


def serve(database_url: str, directory: Path, zip_code: str, timezone_name: str) -> Iterator[str]:
    app = create_app(Settings(database_url, "tests-only", MASTER_KEY, "http://localhost", message_gateway="simulator"))
    database: Database = app.extensions["database"]
    with app.app_context():
        furnish(database, directory, zip_code, timezone_name)
    database.engine.dispose()
    with running(database_url) as (address, _app):
        yield address
    if database.engine.dialect.name == "postgresql":
        empty(database.engine)
        database.engine.dispose()
