"""What only one of the scenarios does: a mother who speaks for her child, a tablet, a page found by its address."""

import re

from playwright.sync_api import expect

from tests.browser.story import Signed, Story

#: Who speaks for the girl, as forms name her, and how far.
HER_MOTHER = "Ana Reyes (A parent, for a child)"
EVERYTHING = "May see it, answer and agree for the patient"

#: The digits that staff choose when they hand the device over.
TABLET_CODE = "482913"


def prescribe_other_place(story: Story) -> Signed:
    """Call whoever asked for it, offer the first of the other places by name, and sign."""
    story.takes_up("Asked for a call")
    story.follow("Prescribe this place")
    story.press("Review and sign")
    return story.sign()


def record_mother(story: Story, patient: str) -> None:
    """Her mother holds the phone and may have a say in two needs; one of them the girl keeps to herself."""
    story.go(f"{patient}/proxies")
    story.page.get_by_label("Name", exact=True).fill("Ana Reyes")
    story.page.locator("#relation").select_option(label="A parent, for a child")
    story.page.get_by_label("Which phone do they hold?").select_option(index=1)
    for need in ("food", "health_care_access"):
        story.page.locator(f"#reach_{need}").select_option(label=EVERYTHING)
    story.press("Save who speaks for them")
    story.sees("It is written down who speaks for the patient.")
    story.page.get_by_role("checkbox", name="Getting health care").check()
    story.press("Save what is private")
    story.sees("What the patient keeps to themselves is saved.")


def answer_on_tablet(story: Story, patient: str) -> str:
    """Hand the device over, go through every question, take it back; return all that it said meanwhile, in small."""
    story.go(f"{patient}/screen")
    story.page.get_by_label("The patient answers on this device").check()
    story.press("Go on")
    story.page.get_by_label("A code of six digits, to take it back").fill(TABLET_CODE)
    story.press("Hand it over")
    story.go(patient)  # her husband types an address of the clinic
    expect(story.page).to_have_url(re.compile("/tablet$"))
    said = story.main.inner_text()
    story.page.locator("input[name=a-food_want][value=yes]").check()
    story.page.locator("input[name=a-food][value=yes]").check()
    story.press("Next")
    while story.page.get_by_role("button", name="Skip this").count():
        said += story.main.inner_text()
        story.press("Skip this")
    story.sees("Please give this device back")
    story.follow("For staff: take the device back")
    story.page.get_by_label("The six digits that you chose").fill(TABLET_CODE)
    story.press("Take it back")
    return said.casefold()


def plan_address_in(paper: str) -> str:
    """Return the address of the patient's own page that stands on a paper, without its host."""
    found = re.search(r"/p/[a-z2-7]{26}", paper)
    assert found is not None
    return found[0]


def open_plan(story: Story, address: str, year: str) -> None:
    """Open the patient's own page as whoever found the paper and knows the year of birth."""
    story.go(address)
    story.page.get_by_label("Your year of birth").fill(year)
    story.press("Open my page")


def choose_word(story: Story, patient: str, word: str) -> None:
    """Write down the word with which the patient opens their own page from now on."""
    story.go(f"{patient}/plan-page")
    story.page.get_by_label("The word that the patient chose").fill(word)
    story.press("Save the word")
    story.sees("The word that the patient chose opens it")
