"""Nobody is led to another host, and what anybody typed stays words: no link, no tag, no template."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.models import Person
from referral.accounts.roles import MemberKind, Role
from referral.kit.scope import ScopedSession
from referral.patients.actions import PatientFacts, register_patient
from resources_directory.text_index import reindex
from tests.factories import Town
from tests.journeys.canaries import Wanderer
from tests.sign_in import sign_in

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ROOT = Path(__file__).resolve().parents[2]
EVIL = "\"><svg/onload=x>{{7*7}}</script>'${7*7}"

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "https:evil.example",
    "/%0d%0aLocation: https://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
]


@pytest.fixture
def navigator(app: Flask, town: Town) -> FlaskClient:
    person = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    client = app.test_client()
    sign_in(client, person)
    return client


@on_one_database
@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_next_never_leads_to_another_host(navigator: FlaskClient, wanted: str) -> None:
    answers = [
        navigator.get("/sign-in", query_string={"next": wanted}),
        navigator.get("/second-factor", query_string={"next": wanted}),
        navigator.get("/confirm", query_string={"next": wanted}),
        navigator.post("/language", data={"language": "es", "next": wanted}),
    ]

    led = [answer.location for answer in answers if answer.location is not None]
    assert all(re.match(r"/(?![/\\])", location) for location in led)
    assert not any("\n" in location or "\r" in location for location in led)


class Shown(HTMLParser):
    """Reads a page as a browser does: its links, and the names of its tags and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.dangers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("base", "object", "embed", "iframe"):
            self.dangers.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name == "srcdoc":
                self.dangers.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction"):
                self.links.append(value or "")


DANGEROUS = re.compile(r"^\s*(?!https?://|mailto:|tel:|sms:|/(?![/\\])|#|\?|$)", re.IGNORECASE)


@on_one_database
@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:x",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "/\\evil.example",
    ],
)
def test_the_web_address_of_a_service_is_a_link_only_if_it_is_one(
    navigator: FlaskClient, town: Town, session: ScopedSession, address: str
) -> None:
    organization = town.organization(website=address)
    service = town.service(organization, url=address)
    reindex(session, [service.id])
    town.commit()

    answer = navigator.get(f"/directory/services/{service.id}")

    assert answer.status_code == 200
    assert [link for link in Shown(answer.text).links if DANGEROUS.match(link) or "evil" in link] == []


@dataclass(frozen=True)
class Furnished:
    """A clinic whose every text would break out of a page, and where it is shown."""

    navigator: Person
    starts: tuple[str, ...]


def furnish(town: Town, session: ScopedSession) -> Furnished:
    """Fill every text that a clinic's pages show with what would break out of them."""
    clinic = town.clinic(name=f"Clinic {EVIL}", texting_name=EVIL)
    navigator = town.person(clinic, Role.NAVIGATOR, f"Nadia {EVIL}")
    listing = town.organization(name=f"Listing {EVIL}", description=EVIL, website=EVIL, email=EVIL)
    service = town.service(listing, name=f"Boxes {EVIL}", description=EVIL, url=EVIL, email=EVIL)
    facts = PatientFacts(given_name=EVIL, family_name=EVIL, chosen_name=EVIL, record_number=EVIL, zip_code="93701")
    patient = register_patient(session, facts, clinic_id=clinic.id, by=navigator.id)
    town.phone(patient)
    desk = town.member(MemberKind.ORGANIZATION, name=f"Desk {EVIL}", email="desk@desk.example", listing_id=listing.id)
    names = {"service_name": EVIL, "organization_name": EVIL, "phone": EVIL, "timezone_name": "America/Los_Angeles"}
    sent = {"service_facts": names, "receiver_id": desk.id, "note": EVIL}
    referral = town.referral(town.need(patient, "food"), service, by=navigator, **sent)
    reindex(session, [service.id])
    town.commit()
    starts = (f"/patients/{patient.id}", f"/referrals/{referral.id}", f"/directory/services/{service.id}", "/account")
    return Furnished(navigator, starts)


@on_one_database
def test_what_would_break_out_of_a_page_stays_words_on_every_page(
    app: Flask, town: Town, session: ScopedSession
) -> None:
    furnished, pages = furnish(town, session), []
    wanderer = Wanderer(app.test_client())
    sign_in(wanderer.client, furnished.navigator)
    wanderer.get = lambda path: pages.append(answer := Wanderer.get(wanderer, path)) or answer  # type: ignore[method-assign]

    for start in furnished.starts:
        wanderer.wander(start, most=wanderer.pages + 40)

    texts = [answer.text for answer in pages if answer.mimetype == "text/html"]
    shown = [Shown(text) for text in texts]
    assert sum("svg/onload" in text for text in texts) > 5, "the words are shown nowhere"
    assert sorted({danger for page in shown for danger in page.dangers}) == []
    assert [link for page in shown for link in page.links if DANGEROUS.match(link)] == []
    assert not any(re.search(r"onload=x(&gt;|>)49", text) for text in texts), "a template has run what was typed"


def test_no_template_declares_anything_safe() -> None:
    folders = sorted((ROOT / "referral").rglob("templates/**/*.html"))

    unsafe = [
        str(file.relative_to(ROOT))
        for file in folders
        if re.search(r"\|\s*safe\b|autoescape\s+false", file.read_text())
    ]

    assert len(folders) > 30
    assert unsafe == []
