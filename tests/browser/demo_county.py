"""The demo county, seeded once and served to a scripted browser: for counting its work, and for its pictures."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from referral.app import create_app
from referral.demo.commands import prepare_demo
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.tables import metadata
from tests.browser.live import MASTER_KEY, running
from tests.browser.story import Story


@contextmanager
def demo_county(folder: Path) -> Iterator[str]:
    """Seed the county into a new database of `folder`, serve it, and give the address."""
    url = f"sqlite:///{folder}/county.sqlite3"
    app = create_app(Settings(url, "tests-only", MASTER_KEY, "http://localhost", message_gateway="simulator"))
    database: Database = app.extensions["database"]
    metadata.create_all(database.engine)
    logging.getLogger().setLevel(logging.WARNING)
    prepare_demo(app, None)
    database.engine.dispose()
    with running(url) as (address, _app):
        yield address


def two_of_one_clinic(story: Story) -> tuple[str, str]:
    """Return the sign-in buttons of a clinician and a navigator of one clinic."""
    story.go("/sign-in")
    for group in story.page.locator("#demo-people ul").all():
        names = group.get_by_role("button").all_inner_texts()
        found = [next((n for n in names if n.lower().endswith(role)), "") for role in ("clinician", "navigator")]
        if all(found):
            return found[0], found[1]
    raise SystemExit("no clinic of the demo has a clinician and a navigator")


def enter(story: Story, button: str) -> None:
    """Sign in as one of the invented people, by their button."""
    story.go("/sign-in")
    story.main.get_by_role("button", name=button, exact=True).click()
    story.page.wait_for_load_state()


def open_mailbox(story: Story, organization: str) -> None:
    """Open the mailbox of an organization."""
    story.go("/simulator")
    story.main.get_by_role("link", name=organization, exact=True).click()
    story.page.wait_for_load_state()
