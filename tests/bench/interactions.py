"""Clicks and keys of everyday work, counted by scripted browsers on the demo county. Part of `make bench`.

A click, a choice or the focus of a field is one interaction and takes 1.2 seconds, a key 0.3: the time is computed from
the counts and never slept, so that it is the same on every machine. Nobody is asked to type more than stands here.
"""

import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.browser.demo_county import demo_county, enter, open_mailbox, two_of_one_clinic
from tests.browser.installed import installed_browser, launch
from tests.browser.story import HOUR, Somebody, Story

CLICK_S, KEY_S = 1.2, 0.3

#: The known patient with two needs; the letters by which the clinician finds her; who answers for an organization.
KNOWN, LETTERS, DESK = Somebody("Zulema", "Quintero", phone="559-555-0196"), "zul", "Dana Desk"
NEEDS = ("Food", "Utilities")


@dataclass(frozen=True)
class Target:
    """The most that a piece of work may cost. Nothing: it is only told."""

    interactions: int | None = None
    seconds: float | None = None


@dataclass
class Hands:
    """Somebody's hands on one browser, counting what they do."""

    page: Page
    interactions: int = 0
    keys: int = 0

    @property
    def seconds(self) -> float:
        """What it takes in time."""
        return self.interactions * CLICK_S + self.keys * KEY_S

    def press(self, what: Locator) -> None:
        """Press a button, or follow a link."""
        what.click()
        self.page.wait_for_load_state()
        self.interactions += 1

    def choose(self, what: Locator) -> None:
        """Choose one, or tick a box."""
        what.check()
        self.interactions += 1

    def type(self, where: Locator, words: str) -> None:
        """Go into a field, and type."""
        where.click()
        where.press_sequentially(words)
        self.interactions += 1
        self.keys += len(words)


Work = Callable[[Story, Hands], None]


def report() -> None:
    """Print what each piece of work costs, and whether it keeps its target."""
    program = installed_browser()
    if program is None:
        sys.stdout.write("\nLEFT OUT: interactions of everyday work (no browser is installed)\n")
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright, program)
        with demo_county(Path(folder)) as address:
            page = browser.new_context(locale="en-US", reduced_motion="reduce").new_page()
            lines = [_line(*each) for each in _measured(Story(page, address))]
        browser.close()
    head = f"\nInteractions of everyday work on the demo county ({CLICK_S} s a click, choice or field; {KEY_S} s a key)"
    sys.stdout.write("\n".join((head, f"{'clicks':>8}{'keys':>6}{'seconds':>9}", *lines)) + "\n")


def _measured(story: Story) -> list[tuple[str, Hands, Target]]:
    """Return (what is done, its counts, its target), in the order of a day."""
    clinician, navigator = two_of_one_clinic(story)
    enter(story, clinician)
    patient = story.register(KNOWN)
    for need in NEEDS:
        story.voice(patient, need)
    lines = [("a prescription for two needs of a known patient", _prescribe, Target(12, 60))]
    done = [(name, _counted(story, work), target) for name, work, target in lines]
    story.go(patient)
    organizations = _organizations(story)
    story.clock(HOUR)
    open_mailbox(story, organizations[0])
    done.append(("an organization's yes, from its e-mail", _counted(story, _accept), Target(4)))
    done.append(("  and then the person, by the mailed code", _counted(story, _look), Target()))
    open_mailbox(story, organizations[1])
    done.append(("an organization's no with its reason, from its e-mail", _counted(story, _decline), Target(4)))
    enter(story, navigator)
    story.go("/to-dos/")
    done.append(("a navigator's next action: a call that nobody answers", _counted(story, _no_answer), Target(2)))
    story.go("/to-dos/")
    done.append(("a navigator's next action: to the words of a call", _counted(story, _begin_call), Target(2)))
    done.append(("  and writing down what they answered", _counted(story, _write_answer), Target()))
    return done


def _counted(story: Story, work: Work) -> Hands:
    hands = Hands(story.page)
    work(story, hands)
    return hands


def _prescribe(story: Story, hands: Hands) -> None:
    story.go("/")
    hands.press(story.main.get_by_role("link", name="Find a patient").first)
    hands.type(story.page.get_by_label("Name", exact=True), LETTERS)
    hands.press(story.main.get_by_role("button", name="Find", exact=True))
    hands.press(story.main.get_by_role("link", name=KNOWN.name))
    hands.press(story.main.get_by_role("link", name="Prescribe help"))
    for number in range(len(NEEDS)):
        hands.choose(story.page.locator(f"input[name=lines-{number}-service]").first)
    hands.press(story.main.get_by_role("button", name="Review and sign").first)
    for box in story.page.get_by_label("The patient agrees").all():
        hands.choose(box)
    hands.press(story.main.get_by_role("button", name="Sign the prescription"))
    story.sees("Nothing has left yet")


def _arrive(story: Story, hands: Hands) -> None:
    hands.press(story.main.locator("a[href*='/answer/']").first)
    hands.press(story.main.get_by_role("button", name="Continue"))


def _accept(story: Story, hands: Hands) -> None:
    _arrive(story, hands)
    hands.type(story.page.locator("#accept-name"), DESK)
    hands.press(story.main.get_by_role("button", name="Accept"))
    story.sees("Whom to contact")


def _look(story: Story, hands: Hands) -> None:
    organization = story.main.inner_text().split("Asked of: ")[1].split("\n")[0].strip(" .")
    addresses = story.page.get_by_role("radiogroup", name="Where shall the code go?").get_by_role("radio")
    if addresses.count():
        hands.choose(addresses.first)
    hands.press(story.main.get_by_role("button", name="Mail the code"))
    open_mailbox(story, organization)
    code = story.page.locator("#mails").get_by_text(re.compile(r"^\d{4} \d{4}$")).first
    code.wait_for()
    digits = code.inner_text().replace(" ", "")
    story.go("/answer")
    hands.interactions += 2  # to the mailbox, and back
    hands.type(story.page.get_by_label("The code from the e-mail"), digits)
    name = story.page.locator("#code-name")
    if not name.input_value():
        hands.type(name, DESK)
    hands.press(story.main.get_by_role("button", name="Show the person"))
    story.sees(KNOWN.name)


def _decline(story: Story, hands: Hands) -> None:
    _arrive(story, hands)
    hands.type(story.page.locator("#decline-name"), DESK)
    hands.press(story.main.get_by_role("button", name="No room at present"))
    story.sees("Your answer was recorded.")


def _no_answer(story: Story, hands: Hands) -> None:
    hands.press(_call(story))
    hands.press(story.main.get_by_role("button", name="No answer: try again"))
    story.sees("No answer: it is written down")


def _begin_call(story: Story, hands: Hands) -> None:
    hands.press(_call(story))
    expect(story.page.locator("#call")).to_be_visible()


def _write_answer(story: Story, hands: Hands) -> None:
    card = story.page.locator("#answer")
    hands.choose(card.get_by_role("radio").first)
    hands.press(card.get_by_role("button", name="Write down the answer"))
    story.sees("The answer is written down")


def _call(story: Story) -> Locator:
    """Return the button of the first row whose next step is a call to the patient."""
    return story.main.locator("tbody tr").get_by_role("link", name=re.compile("^Call (?!the organization)")).first


def _organizations(story: Story) -> list[str]:
    """Return which organization was asked for each need, from the page of the patient."""
    found = []
    for need in NEEDS:
        story.opens_referral(need)
        found.append(story.main.locator("dt", has_text="Organization").first.locator("xpath=../dd").inner_text())
        story.page.go_back()
    return found


def _line(name: str, hands: Hands, target: Target) -> str:
    counts = f"{hands.interactions:8d}{hands.keys:6d}{hands.seconds:9.1f}  {name}"
    limits = ((target.interactions, hands.interactions, "clicks"), (target.seconds, hands.seconds, "seconds"))
    told = [
        f"{'PASS' if counted <= most else 'MISS'} (at most {most:g} {unit})"
        for most, counted, unit in limits
        if most is not None
    ]
    return f"{counts}  {', '.join(told)}" if told else counts


if __name__ == "__main__":
    report()
