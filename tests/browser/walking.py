"""The loop as its people walk it: one step of the journey each, through labels and buttons that they see."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.looking import Watcher

#: The worker does its rounds beside the browser; on a busy machine it may take so many seconds.
LONGEST_WAIT_S = 30

#: So many days a question may wait for others that stand before it.
MOST_DAYS = 12


@dataclass
class Walk:
    """One journey in one browser tab."""

    page: Page
    address: str
    watcher: Watcher

    def look(self, name: str) -> None:
        self.watcher.look(name)

    def press(self, name: str) -> None:
        """Press a button of the page itself, by what it says."""
        self.page.locator("main").get_by_role("button", name=name).first.click()

    def follow(self, name: str) -> None:
        """Follow a link of the page itself, by what it says."""
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def sign_in(self, name: str) -> None:
        """Sign in as somebody of the demo."""
        self.page.goto(f"{self.address}/sign-in")
        self.look("sign in")
        self.press(name)

    def register(self, zip_code: str) -> None:
        """Register Rosa, who reads Spanish, with a phone that is safe to text."""
        self.page.goto(f"{self.address}/patients/new")
        self.look("register a patient")
        self.page.get_by_label("Given name").fill("Rosa")
        self.page.get_by_label("Family name (optional)", exact=True).fill("Molina")
        self.page.get_by_label("ZIP code").fill(zip_code)
        self.page.get_by_label("Language they speak").select_option("es")
        self.page.get_by_label("Language they read").select_option("es")
        self.page.get_by_label("Phone (optional)").fill("559-555-0142")
        self.page.get_by_label("Yes, the patient says texts are safe").check()
        self.press("Register")
        expect(self.page.locator("h1")).to_have_text("Rosa Molina")
        self.look("patient")

    def agree_to_texts(self) -> None:
        """Read out the words in Spanish and record that she agrees."""
        self.follow("Ask about texts")
        expect(self.page.locator("main")).to_contain_text("¿Podemos enviarle mensajes de texto")
        self.look("texting consent")
        self.page.get_by_label("Yes, you may text me").check()
        self.page.get_by_label("In person").check()
        self.press("Record the answer")

    def screen(self) -> None:
        """Ask the needs check in Spanish: she wants help with food; confirm it with her."""
        self.follow("Screen for needs")
        self.look("needs check, before")
        self.page.get_by_label("Spanish (Español)").check()
        self.press("Go on")
        self.look("needs check")
        self.page.locator("input[name=a-food_want][value=yes]").check()
        self.page.locator("input[name=a-food][value=yes]").check()
        self.press("Save the answers")
        self.look("what the needs check says")
        self.follow("Confirm")
        self.look("confirm a need")
        self.page.get_by_label("Yes, and I want help").check()
        self.press("Save")

    def prescribe(self) -> str:
        """Prescribe the first service that can be asked; sign; return the organization's name."""
        self.page.goto(f"{self.address}/patients/")
        self.look("patients")
        self.follow("Rosa Molina")
        self.follow("Prescribe help")
        self.look("prescribe")
        self.page.locator("input[name=lines-0-service]").first.check()
        self.page.get_by_label("We ask the organization").check()
        self.press("Review and sign")
        expect(self.page.locator("main")).to_contain_text("¿Podemos dar a")
        self.look("review and sign")
        organization = (
            self.page.locator("dt", has_text="Organization").locator("xpath=following-sibling::dd[1]").inner_text()
        )
        self.page.get_by_label("The patient agrees").check()
        self.page.get_by_label("In person").check()
        self.press("Sign the prescription")
        expect(self.page.locator("main")).to_contain_text("Nothing has left yet")
        self.look("prescription")
        self.follow("Slip to print")
        self.look("slip")
        return organization

    def move_clock(self, button: str) -> None:
        """Move the demo's clock on, in the simulator."""
        self.page.goto(f"{self.address}/simulator")
        self.press(button)

    def answer_as_organization(self, organization: str) -> None:
        """Open the mailbox, follow the link, accept, and see only then who it is."""
        self.page.goto(f"{self.address}/simulator")
        self.look("simulator")
        self.follow(organization)
        self.look("mailbox")
        self.page.locator("main a[href*='/answer/']").first.click()
        self.page.wait_for_url("**/answer/**")
        self.look("what a link shows before its button")
        self.press("Continue")
        self.page.wait_for_url("**/answer")
        expect(self.page.locator("body")).not_to_contain_text("Rosa")
        self.look("what the organization sees first")
        self.page.get_by_label("Your name").first.fill("Dana Desk")
        self.press("Accept")
        self.look("what the organization sees after accepting")
        self.see_the_person(organization)

    def see_the_person(self, organization: str) -> None:
        """Let a code be mailed, read it in the mailbox, type it, and see whom to contact."""
        addresses = self.page.get_by_role("radiogroup", name="Where shall the code go?").get_by_role("radio")
        if addresses.count():  # several are on file
            addresses.first.check()
        self.press("Mail the code")
        expect(self.page.locator("main")).to_contain_text("We have mailed a code to")
        self.look("where the code is typed")
        code = self.code_in_mailbox(organization)
        self.page.goto(f"{self.address}/answer")
        self.page.get_by_label("The code from the e-mail").fill(code)
        self.page.locator("#code-name").fill("Dana Desk")
        self.press("Show the person")
        expect(self.page.locator("main")).to_contain_text("Rosa")
        self.look("the person, after the code")
        self.press("I am done")
        self.look("the request is closed")

    def code_in_mailbox(self, organization: str) -> str:
        """Return the code of the newest e-mail."""
        self.page.goto(f"{self.address}/simulator")
        self.follow(organization)
        code = self.page.locator("#mails").get_by_text(re.compile(r"^\d{4} \d{4}$")).first
        code.wait_for()  # the worker mails it a moment later, and the page fetches it
        self.look("mailbox with the code")
        return code.inner_text()

    def reply(self, digit: str) -> None:
        """Answer as the patient on her phone."""
        self.page.goto(f"{self.address}/simulator")
        self.follow("Rosa Molina")
        self.look("phone")
        self.page.locator("main").get_by_role("button", name=re.compile(rf"^{digit}\b")).first.click()

    def wait_for_text(self, words: str) -> None:
        """Wait until the newest text on the patient's phone says this."""
        for _try in range(LONGEST_WAIT_S):
            if words in self.newest_text():
                return
            self.page.wait_for_timeout(1000)
        raise AssertionError(f"no text says {words!r}: {self.newest_text()}")

    def let_days_pass_until(self, words: str) -> None:
        """Let days pass until a text on the patient's phone says this: a phone gets one text a day."""
        for _day in range(MOST_DAYS):
            if words in self.newest_text():
                return
            self.move_clock("One day")
            self.page.wait_for_timeout(2000)  # the worker asks a moment later
        self.wait_for_text(words)

    def newest_text(self) -> str:
        """Return the newest text on the patient's phone."""
        self.page.goto(f"{self.address}/simulator")
        self.follow("Rosa Molina")
        return self.page.locator(".conversation li.incoming .bubble").last.inner_text()
