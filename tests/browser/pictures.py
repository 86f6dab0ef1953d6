"""`make pictures`: the README's pictures, taken anew from the demo county as the program shows it now."""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser.demo_county import demo_county, enter, open_mailbox, two_of_one_clinic
from tests.browser.installed import installed_browser, launch
from tests.browser.story import Choice, Somebody, Story

FOLDER = Path(__file__).resolve().parents[2] / "docs"
PATIENT = Somebody("Marisol", "Quintero", spoken="es", written="es", phone="559-555-0197", born="1988-04-12")
DESK: ViewportSize = {"width": 1180, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 900}


def main() -> None:
    """Walk from the prescription to the patient's own page, and take a picture of what each person sees."""
    program = installed_browser()
    if program is None:
        raise SystemExit("no browser is installed")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright, program)
        with demo_county(Path(folder)) as address:
            page = browser.new_context(locale="en-US", reduced_motion="reduce").new_page()
            _walk(Story(page, address))
        browser.close()


def _walk(story: Story) -> None:
    clinician, navigator = two_of_one_clinic(story)
    enter(story, clinician)
    patient = story.register(PATIENT)
    story.voice(patient, "Food")
    story.go(f"{patient}/prescribe")
    _take(story.page, "prescribing", DESK, begin="section[id^=need-]")
    signed = story.prescribe(patient, {"Food": Choice()})
    slip = story.paper(f"{signed.path}/slip")
    story.clock("One hour")
    open_mailbox(story, signed.organizations[0])
    story.main.locator("a[href*='/answer/']").first.click()
    story.press("Continue")
    _take(story.page, "organization", PHONE)
    story.accepts("Dana Desk")
    enter(story, navigator)
    story.go("/to-dos/")
    _take(story.page, "queue", DESK)
    enter(story, clinician)
    story.go(patient)
    story.opens_referral("Food")
    _take(story.page, "referral", DESK)
    found = re.search(r"/p/[a-z2-7]{26}\?language=es", slip)
    if found is None:
        raise SystemExit("the slip names no page of the patient")
    story.go(found[0])
    story.page.get_by_label("año de nacimiento").fill(PATIENT.born[:4])
    story.press("Abrir mi página")
    story.page.wait_for_load_state()
    _take(story.page, "plan-page", PHONE)


def _take(page: Page, name: str, size: ViewportSize, *, begin: str = "body") -> None:
    page.set_viewport_size(size)
    page.locator(begin).first.evaluate("element => element.scrollIntoView()")
    page.screenshot(path=FOLDER / f"{name}.png")
    page.set_viewport_size(DESK)
    sys.stdout.write(f"docs/{name}.png\n")


if __name__ == "__main__":
    main()
