"""Scenarios as their people live them: what each does in the browser, and what phone, mailbox and pages show them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

CLINICIAN, NAVIGATOR = "Robin Clinician", "Robin Navigator"
NOTHING = "Nothing for this need now"
HOUR, DAY, THREE_DAYS = "One hour", "One day", "Three days"
#: So many days a question may wait for others that stand before it.
MOST_DAYS = 12
ASK, TOGETHER = "We ask the organization", "We call together with the patient"


@dataclass(frozen=True)
class Somebody:
    """A patient as they introduce themselves. `zip_code`, `phone`, `born`: empty where there is none, or not known."""

    given: str
    family: str
    spoken: str = "en"
    written: str = "en"
    zip_code: str = "93702"
    phone: str = ""
    holder: str = "self"
    born: str = ""

    @property
    def name(self) -> str:
        """The name as pages show it."""
        return f"{self.given} {self.family}"


@dataclass(frozen=True)
class Choice:
    """What is chosen for a need. `service`: a part of its name, or the first offered."""

    service: str = ""
    how: str = ASK


@dataclass(frozen=True)
class Signed:
    """A prescription: its address, and the organizations in the order of its needs."""

    path: str
    organizations: tuple[str, ...]


@dataclass
class Story:
    """One scenario in one browser tab."""

    page: Page
    address: str

    @property
    def main(self) -> Locator:
        """The page itself, without its frame."""
        return self.page.locator("main")

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.address}{path}")

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button of the page itself, by what it says."""
        self.main.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow a link of the page itself, by what it says."""
        self.main.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()

    def path(self) -> str:
        """Return where the browser is."""
        return urlsplit(self.page.url).path

    def sees(self, *words: str | re.Pattern[str]) -> None:
        """Check that the page says all of this."""
        for each in words:
            expect(self.main).to_contain_text(each)

    def does_not_see(self, *words: str) -> None:
        """Check that the page says nothing of this, in whatever case."""
        for each in words:
            expect(self.main).not_to_contain_text(each, ignore_case=True)

    def sign_in(self, name: str) -> None:
        """Sign in as somebody of the clinic."""
        self.go("/sign-in")
        self.press(name)
        expect(self.page.locator(".account")).to_contain_text(name)

    def register(self, who: Somebody) -> str:
        """Register a patient, with a phone that is safe to text if there is one; return the address of their page."""
        self.go("/patients/new")
        field = self.page.get_by_label
        field("Given name").fill(who.given)
        field("Family name (optional)", exact=True).fill(who.family)
        field("Birth date").fill(who.born)
        field("ZIP code").fill(who.zip_code)
        field("Language they speak").select_option(who.spoken)
        field("Language they read").select_option(who.written)
        if who.phone:
            field("Phone (optional)").fill(who.phone)
            field("Whose phone is it?").select_option(who.holder)
            field("Yes, the patient says texts are safe").check()
        self.press("Register")
        expect(self.page.locator("h1")).to_have_text(who.name)
        return self.path()

    def agree_to_texts(self, patient: str, *, speaker: str = "The patient") -> None:
        """Read out the words about texts, and record a yes. `speaker`: who said it."""
        self.go(patient)
        self.follow("Ask about texts")
        self.page.get_by_label("Yes, you may text me").check()
        self.page.get_by_label("Who answered?").select_option(label=speaker)
        self.press("Record the answer")
        self.sees("Texts go to")

    def voice(self, patient: str, need: str) -> None:
        """Write down a need that the patient told of in conversation."""
        self.go(f"{patient}/needs/new")
        self.page.get_by_role("radio", name=need, exact=True).check()
        self.press("Save")
        self.sees("The need is written down.")

    def prescribe(self, patient: str, choices: Mapping[str, Choice]) -> Signed:
        """Choose for each need that is named, nothing for the others, and sign with the patient's agreement."""
        self.choose(patient, choices)
        return self.sign()

    def choose(self, patient: str, choices: Mapping[str, Choice]) -> None:
        """Fill in the page of prescribing, and go on to the review."""
        self.go(f"{patient}/prescribe?private=1")
        for card in self.page.locator("section[id^=need-]").all():
            self._fill_in(card, choices.get(card.get_by_role("heading", level=2).inner_text()))
        self.press("Review and sign")

    def sign(self) -> Signed:
        """Take the patient's agreement to everything on the review, and sign."""
        expect(self.page.locator("h1")).to_have_text("Sign the prescription")
        named = self.main.locator("dt", has_text="Organization").locator("xpath=following-sibling::dd[1]")
        organizations = tuple(each.strip() for each in named.all_inner_texts())
        for box in self.page.get_by_label("The patient agrees").all():
            box.check()
        if self.page.locator("select[name=no_interpreter]").count():
            self.page.locator("input[name=interpreter]").fill("Dao, by phone")
        self.press("Sign the prescription")
        self.sees("Nothing has left yet")
        return Signed(self.path(), organizations)

    def clock(self, *buttons: str) -> None:
        """Let time pass in the demo; what comes due on the way has been done afterwards."""
        for button in buttons:
            self.go("/simulator")
            self.press(button)
            self.sees("The clock was moved on")

    def phone_of(self, who: Somebody) -> Locator:
        """Take the patient's phone into the hand; return the texts that it got."""
        self.go("/simulator")
        self.follow(who.name)
        return self.page.locator(".conversation li.incoming .bubble")

    def gets_text(self, who: Somebody, words: str | re.Pattern[str]) -> None:
        """Check that the newest text on the phone says this."""
        expect(self.phone_of(who).last).to_contain_text(words)

    def days_pass_until_text(self, who: Somebody, words: str) -> None:
        """Let days pass until the newest text on the phone says this: a phone gets one text a day."""
        for _day in range(MOST_DAYS):
            newest = self.phone_of(who).last
            if newest.count() and words in newest.inner_text():
                return
            self.clock(DAY)
        self.gets_text(who, words)

    def texts_back(self, who: Somebody, words: str) -> None:
        """Answer from the phone: by the button of a digit, or in words."""
        self.phone_of(who)
        button = self.main.get_by_role("button", name=re.compile(rf"^{re.escape(words)}\b"))
        if words.isdigit():
            button.first.click()
        else:
            self.page.get_by_label("Your text").fill(words)
            self.press("Send")
        expect(self.page.locator(".conversation li.outgoing .bubble").last).to_have_text(words)

    def mailboxes(self) -> list[str]:
        """Return whose mailboxes hold an e-mail."""
        self.go("/simulator")
        return self.main.locator("a[href*='/mailboxes/']").all_inner_texts()

    def opens_mail(self, organization: str) -> None:
        """Follow the link in an organization's newest e-mail, as far as the page that asks for its answer."""
        self.go("/simulator")
        self.follow(organization)
        self.main.locator("a[href*='/answer/']").first.click()
        self.press("Continue")
        self.page.wait_for_url("**/answer")

    def accepts(self, name: str) -> None:
        """Accept on the page behind the link."""
        self.page.locator("#accept-name").fill(name)
        self.press("Accept")
        self.sees("Whom to contact")

    def sees_person(self, organization: str, name: str) -> None:
        """Let a code be mailed, type it, and look at whom to contact."""
        addresses = self.page.get_by_role("radiogroup", name="Where shall the code go?").get_by_role("radio")
        if addresses.count():
            addresses.first.check()
        self.press("Mail the code")
        self.go("/simulator")
        self.follow(organization)
        code = self.page.locator("#mails").get_by_text(re.compile(r"^\d{4} \d{4}$")).first
        code.wait_for()  # the worker mails it a moment later, and the page fetches it
        digits = code.inner_text()
        self.go("/answer")
        self.page.get_by_label("The code from the e-mail").fill(digits)
        self.page.locator("#code-name").fill(name)
        self.press("Show the person")
        self.sees("The person agreed that you may know this")

    def says_full(self, name: str, *, until: str) -> None:
        """Decline because there is no room until a day (ISO), on the page behind the link."""
        self.page.locator("#decline-name").fill(name)
        self.page.get_by_text("Say until when you are full").click()
        self.page.locator("#decline-until").fill(until)
        self.press("No room at present")
        self.sees("Your answer was recorded.")

    def says_completed(self, name: str, *, units: str) -> None:
        """Say on the page behind the link that help was received."""
        self.page.get_by_label("Help was received", exact=True).check()
        self.page.locator("#outcome-units").fill(units)
        self.page.locator("#outcome-name").fill(name)
        self.press("Say what happened")
        self.sees("What happened was recorded.")

    def opens_referral(self, need: str) -> None:
        """Open the newest referral for a need from the page of its patient."""
        self.main.get_by_role("link", name=need, exact=True).first.click()

    def to_do(self, why: str) -> Locator:
        """Return the row of what is to be done for a reason."""
        self.go("/to-dos/?show=all")
        return self.main.locator("tbody tr", has_text=why).first

    def takes_up(self, why: str) -> None:
        """Open what is to be done for a reason."""
        self.to_do(why).get_by_role("link", name=why).click()
        expect(self.page.locator("h1")).to_have_text(why)

    def writes_down(self, answer: str) -> None:
        """Write down what was answered on the call."""
        card = self.page.locator("#answer")
        card.get_by_role("radio", name=answer, exact=True).check()
        card.get_by_role("button", name="Write down the answer").click()
        self.sees("The answer is written down")

    def side(self, name: str) -> Locator:
        """Return what one side says happened, on the page of a referral."""
        return self.main.locator("section section").filter(has=self.page.get_by_role("heading", name=name, exact=True))

    def paper(self, path: str) -> str:
        """Return what a page says on paper."""
        self.go(path)
        self.page.emulate_media(media="print")
        words = self.page.locator("body").inner_text()
        self.page.emulate_media(media="screen")
        return words

    def _fill_in(self, card: Locator, choice: Choice | None) -> None:
        if choice is None:
            card.get_by_role("radio", name=NOTHING).check()
            return
        offered = card.get_by_role("radio", name=choice.service) if choice.service else card.locator("[name$=-service]")
        offered.first.check()
        card.get_by_role("radio", name=choice.how).check()
