"""Five people in Chromium, from the pages alone: what each must be able to count on, as those around them see it."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from referral.kit.crypto import Vault
from referral.kit.transaction import Database
from resources_directory.models.organization import Contact, Organization
from resources_directory.models.service import Service
from tests.browser.scenario_steps import (
    HER_MOTHER,
    answer_on_tablet,
    choose_word,
    open_plan,
    plan_address_in,
    prescribe_other_place,
    record_mother,
)
from tests.browser.story import (
    CLINICIAN,
    DAY,
    HOUR,
    NAVIGATOR,
    THREE_DAYS,
    TOGETHER,
    Choice,
    Somebody,
    Story,
)

pytestmark = pytest.mark.browser

MOTHER = Somebody("Rosa", "Molina", spoken="es", written="es", phone="559-555-0142")
GIRL = Somebody("Mia", "Reyes", phone="559-555-0151", holder="parent", born="2010-05-14")
MAN = Somebody("Tou", "Vang", spoken="hmn", written="none", zip_code="", phone="559-555-0163")
WIFE = Somebody("June", "Alder", spoken="pa-Guru", phone="559-555-0174", born="1988-03-02")
NEIGHBOR = Somebody("Omar", "Haddad", phone="559-555-0185")

#: The story begins on Tuesday, December 1, 2026.
NEXT_TUESDAY, NEXT_TUESDAY_IN_WORDS = "2026-12-08", "Full until Tuesday, December 8, 2026"

#: Why somebody calls an organization that gets no e-mail.
UNREACHED = "The organization must be called"

#: What the needs check asks only when the patient is alone.
OF_SAFETY = ("being safe", "hurt you", "make you afraid", "safety")
#: What would tell her husband where she asked for shelter, or that she asked for anything besides food.
OF_SHELTER = re.compile("amapola|refugio|shelter|safety|#", re.IGNORECASE)
#: It speaks Punjabi, as she does, and so stands first.
SHELTER = "Casa Amapola"


@pytest.fixture
def story(page: Page, county: str) -> Story:
    """The county, a minute after the clinic has opened; the clinician is signed in."""
    begun = Story(page, county)
    begun.sign_in(CLINICIAN)
    return begun


@pytest.fixture
def mute(county: str, database_url: str) -> None:
    """No organization of the county has an e-mail address."""
    database = Database(database_url, Vault(b"k" * 32))
    with database.job("tests") as session:
        for table in (Organization, Service, Contact):
            session.execute(update(table).values(email=None))
    database.engine.dispose()


def test_her_no_stands_beside_the_pantrys_yes_and_her_need_stays_open(story: Story) -> None:
    patient = story.register(MOTHER)
    story.agree_to_texts(patient)
    story.voice(patient, "Food")
    full = story.prescribe(patient, {"Food": Choice()})
    story.clock(HOUR)
    story.opens_mail(full.organizations[0])
    story.says_full("Dana Desk", until=NEXT_TUESDAY)
    story.clock(DAY)  # a phone gets one text a day
    story.gets_text(MOTHER, "Responda 1 ver otro lugar")
    story.go(f"{patient}/prescribe")
    story.sees(NEXT_TUESDAY_IN_WORDS)
    story.texts_back(MOTHER, "1")

    story.sign_in(NAVIGATOR)
    second = prescribe_other_place(story)
    assert second.organizations != full.organizations
    story.clock(HOUR)
    story.opens_mail(second.organizations[0])
    story.accepts("Sol Second")
    story.says_completed("Sol Second", units="2 boxes")
    story.days_pass_until_text(MOTHER, "¿Ya obtuvo lo de su solicitud")
    story.texts_back(MOTHER, "2")
    story.gets_text(MOTHER, "¿Por qué no se pudo?")
    story.texts_back(MOTHER, "No había nadie en la puerta")

    story.takes_up("Wrote to us")
    story.sees("No había nadie en la puerta")
    expect(story.to_do("The two sides say different things")).to_contain_text(MOTHER.name)
    story.takes_up("The two sides say different things")
    story.follow("Compare both answers")
    for words in ("Help was received", "2 boxes", "Sol Second"):
        expect(story.side("The organization")).to_contain_text(words)
    for words in ("Help was not received", "by text message"):
        expect(story.side("The patient")).to_contain_text(words)
    story.sees("Answers differ", "Neither overwrites the other")
    story.go(patient)
    expect(story.main.locator("li", has_text="Food").first).to_contain_text("Open")
    story.go("/reports/")
    rate = story.main.locator("tbody tr").filter(has=story.page.get_by_role("rowheader", name="Help was received"))
    expect(rate.first.locator("td").first).to_contain_text(re.compile(r"\b0\b"))


def test_what_she_keeps_private_reaches_neither_her_mothers_phone_nor_her_mother(story: Story) -> None:
    patient = story.register(GIRL)
    record_mother(story, patient)
    story.agree_to_texts(patient, speaker=HER_MOTHER)
    story.clock(HOUR)
    before = story.phone_of(GIRL).count()
    story.voice(patient, "Getting health care")
    story.choose(patient, {"Getting health care": Choice()})
    story.sees("Somebody else holds the phone, so the organization does not get it for this need.")
    story.sees("The patient keeps this need to themselves, so Ana Reyes may not agree to it.")
    expect(story.page.get_by_label("Who agreed?").locator("option")).to_have_text(["The patient"])
    private = story.sign()
    on_paper = story.paper(f"{private.path}/slip")
    assert private.organizations[0] not in on_paper
    assert "/p/" not in on_paper  # her mother holds the phone and knows the year: nothing opens her page yet
    story.clock(HOUR)
    story.opens_mail(private.organizations[0])
    story.accepts("Dana Desk")
    story.sees_person(private.organizations[0], "Dana Desk")
    story.sees(GIRL.name)
    story.does_not_see("555-0151")
    story.clock(THREE_DAYS)
    assert story.phone_of(GIRL).count() == before

    story.sign_in(NAVIGATOR)
    story.takes_up("Cannot be texted: call")
    story.sees("somebody else holds the phone", "Only the patient may answer this.", "Leave no message.")
    story.does_not_see("Hello, this is Robin Navigator from")
    story.writes_down("Yes")
    story.voice(patient, "Food")
    food = story.prescribe(patient, {"Food": Choice()})
    story.clock(HOUR)
    story.gets_text(GIRL, "local group")
    choose_word(story, patient, "blue heron")
    address = plan_address_in(story.paper(f"{food.path}/slip"))
    open_plan(story, address, "2010")
    story.sees("This page is not available now")
    open_plan(story, address, "blue heron")
    story.sees(food.organizations[0])
    story.does_not_see(private.organizations[0])


def test_who_reads_no_language_and_has_no_zip_is_matched_called_and_heard(story: Story) -> None:
    patient = story.register(MAN)
    story.sees("the patient reads no language. Every question becomes a call.")
    story.voice(patient, "Food")
    story.go(f"{patient}/prescribe")
    story.sees(re.compile("distance is not known"), "They speak Hmong")
    story.does_not_see("miles away")
    signed = story.prescribe(patient, {"Food": Choice()})
    story.clock(HOUR)
    story.opens_mail(signed.organizations[0])
    story.accepts("Dana Desk")
    story.clock(THREE_DAYS)

    story.sign_in(NAVIGATOR)
    story.takes_up("Cannot be texted: call")
    story.sees("Have an interpreter for Hmong", "Has anybody been in touch with you about what you asked us for?")
    story.writes_down("Yes")
    story.clock(THREE_DAYS, THREE_DAYS, DAY)
    story.takes_up("Cannot be texted: call")
    story.sees("Did you get what you asked us for?")
    story.writes_down("Yes")

    story.go(patient)
    story.opens_referral("Food")
    for words in ("Help was received", MAN.name, "by phone", NAVIGATOR):
        expect(story.side("The patient")).to_contain_text(words)
    assert story.phone_of(MAN).count() == 0


def test_nothing_of_her_shelter_shows_where_her_husband_looks(story: Story) -> None:
    patient = story.register(WIFE)
    story.agree_to_texts(patient)
    told = answer_on_tablet(story, patient)
    assert "food" in told
    assert [words for words in OF_SAFETY if words in told] == []
    story.sees("Ask it when the patient is alone with you.")
    story.follow("Confirm")
    story.page.get_by_label("Yes, and I want help").check()
    story.press("Save")

    story.voice(patient, "Safety with other people")
    story.does_not_see("Safety with other people")
    both = {"Food": Choice(), "Safety with other people": Choice("Refugio Amapola", TOGETHER)}
    signed = story.prescribe(patient, both)
    assert SHELTER in signed.organizations
    papers = {name: story.paper(f"{signed.path}/{name}") for name in ("slip", "receipt", "card", "note")}
    papers["note, copied"] = story.page.locator("textarea").input_value()
    assert [name for name, words in papers.items() if OF_SHELTER.search(words)] == []
    assert "/p/" not in papers["slip"] + papers["receipt"]
    story.go(f"{patient}/plan-page")
    story.sees("It is off for now.")
    story.does_not_see("It is off because a concern for the patient's safety stands")
    story.follow("Show why: only while nobody else can see the screen")
    story.sees("It is off because a concern for the patient's safety stands")

    story.clock(HOUR, THREE_DAYS, THREE_DAYS, THREE_DAYS, DAY)
    texts = " ".join(story.phone_of(WIFE).all_inner_texts())
    assert "local group" in texts
    assert OF_SHELTER.search(texts) is None
    assert not [name for name in story.mailboxes() if SHELTER in name]
    story.sign_in(NAVIGATOR)
    story.go("/to-dos/?show=all")
    story.does_not_see(SHELTER)
    story.takes_up("Cannot be texted: call")
    story.sees("Ask first whether they are alone and can talk.", "Leave no message.")


def test_an_organization_without_e_mail_is_called_and_what_it_says_stands_in_a_name(story: Story, mute: None) -> None:
    patient = story.register(NEIGHBOR)
    story.agree_to_texts(patient)
    story.voice(patient, "Food")
    signed = story.prescribe(patient, {"Food": Choice()})
    story.clock(HOUR)
    assert story.mailboxes() == []

    story.sign_in(NAVIGATOR)
    expect(story.to_do(UNREACHED)).to_contain_text(NEIGHBOR.name)
    story.follow("Write down its answer")
    story.sees(signed.organizations[0], "Their phone", "What they may know", NEIGHBOR.name)
    story.page.get_by_label("Who at the organization said it?").fill("Gus Groundwork")
    story.page.get_by_label("They accept").check()
    story.press("Write it down")
    story.sees("The answer was written down.", "Gus Groundwork, written down by Robin Navigator")
    expect(story.to_do(UNREACHED)).to_have_count(0)
    story.clock(DAY)  # a phone gets one text a day
    story.gets_text(NEIGHBOR, "A local group said yes")

    story.go(patient)
    story.opens_referral("Food")
    story.follow("Write down what happened")
    story.page.get_by_label("The organization", exact=True).check()
    story.page.get_by_label("The name of whoever spoke").fill("Gus Groundwork")
    story.page.get_by_label("Help was received", exact=True).check()
    story.page.get_by_label("How much was given").fill("1 box")
    story.press("Write it down")
    for words in ("Help was received", "1 box", "Gus Groundwork", "by phone", NAVIGATOR):
        expect(story.side("The organization")).to_contain_text(words)
    assert story.mailboxes() == []
