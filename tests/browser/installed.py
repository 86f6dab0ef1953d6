"""The browser of this machine: the same for tests, counts and pictures."""

import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def installed_browser() -> str | None:
    """Return the path of Chromium, or None where no browser is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright: Playwright, program: str) -> Browser:
    """Return the browser, started without a window."""
    return playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
