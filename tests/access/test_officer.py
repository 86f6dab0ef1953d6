"""An officer asks for all who speak Arabic in ZIP 93701. No role can make that list; the register records the demand.

What counts as a list: two of these patients on a page from which everybody is gone who speaks Arabic elsewhere, and
everybody who speaks another language there, because of what was asked. The clinic's whole caseload, unfiltered, shows
everybody it shows without the question too; one narrowed by language alone shows them wherever they live.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from itertools import product
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from referral.accounts.models import Member, Person
from referral.accounts.roles import MemberKind, Role
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.navigation.models import ContactPlan
from referral.navigation.states import PlannedChannel
from referral.patients.models import Patient
from referral.privacy.demand_models import LegalDemand
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.states import ReferralState
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town
from tests.sign_in import sign_in

pytestmark = pytest.mark.slow

WANTED = ("Samira", "Yusuf", "Layla")
#: They speak Arabic in another ZIP code.
ELSEWHERE = ("Mariam", "Khalid")
#: They speak another language in 93701.
HERE = ("Rosalinda", "Thanh")
EVERYBODY = {*WANTED, *ELSEWHERE, *HERE}

#: What the officer might type or put into an address, alone and together.
QUESTIONS = ("ar", "Arabic", "arabic", "العربية", "93701", "ar 93701")
#: The names under which a page may listen to a language, and to a place.
LANGUAGE_NAMES = ("language", "spoken_language", "written_language", "q")
PLACE_NAMES = ("near", "zip", "zip_code", "q")
AS_LANGUAGE = [(name, "ar") for name in LANGUAGE_NAMES]
AS_PLACE = [(name, "937" if name == "near" else "93701") for name in PLACE_NAMES]
PARAMETERS = ("words", "state", "show", "kind", *LANGUAGE_NAMES, *PLACE_NAMES)
BOXES = ("words", "record_number", "phone", "birth_date", "language", "zip_code", "spoken_language", "near", "q")


@dataclass
class Caseload:
    """A clinic, the organization it asks, and what stands for each patient on any page: a name, or a number."""

    clinic: Member
    organization: Member
    signs: dict[str, str] = field(default_factory=dict)

    def on(self, text: str) -> set[str]:
        """Return who is told of in a text."""
        return {name for sign, name in self.signs.items() if sign in text}


@pytest.fixture
def caseload(town: Town) -> Caseload:
    """A clinic with three who speak Arabic in 93701 and four who do not; every list has rows about each of them."""
    clinic, listing = town.clinic(), town.organization()
    organization = town.member(MemberKind.ORGANIZATION, listing_id=listing.id)
    found, service = Caseload(clinic, organization), town.service(listing)
    clinician = town.person(clinic, Role.CLINICIAN)
    for name in (*WANTED, *ELSEWHERE, *HERE):
        language = "es" if name in HERE else "ar"
        place = {"zip_code": "93612" if name in ELSEWHERE else "93701"}
        place |= {"spoken_language": language, "written_language": language}
        patient = town.patient(clinic, given_name=name, family_name="Haddad", **place)
        referral = asked_for(town, patient, found, town.service(listing) if name == WANTED[0] else service)
        referral.signed_by = clinician.id
        left_to_do(town, referral, clinic)
        found.signs |= {name: name, short_number(referral.id): name}
    town.commit()
    return found


def asked_for(town: Town, patient: Patient, caseload: Caseload, service: object) -> Referral:
    """Return a referral that was sent, and whose organization may be told language and place."""
    facts = {"receiver_id": caseload.organization.id, "sent_at": clock.now(), "state": ReferralState.SENT}
    fields = ["need", "name", "phone", "spoken_language", "zip_code"]
    referral = town.referral(town.need(patient), service, shared_fields=fields, **facts)  # type: ignore[arg-type]
    consent = town.sharing_consent(patient, referral.organization_id)
    consent.fields = fields
    referral.sharing_consent_id = consent.id
    told = f'"spoken_language": "{patient.spoken_language}", "zip_code": "{patient.zip_code}"'
    referral.snapshot = f'{{"need": "food", "name": "{patient.given_name}", "phone": "+15595550123", {told}}}'
    return referral


def left_to_do(town: Town, referral: Referral, clinic: Member) -> None:
    """Make something to do about the referral, something that was done, and something planned."""
    now, about = clock.now(), {"subject_kind": "referral", "subject_id": referral.id}
    own = {"clinic_id": clinic.id, "patient_id": referral.patient_id, "owner_person_id": clinic.owner_person_id}
    own |= {"created_at": now, **about}
    for key, done_at in (("open", None), ("done", now)):
        facts = {"dedupe_key": f"{key}:{referral.id}", "due_at": now + timedelta(hours=1), "done_at": done_at}
        town.session.add(ToDo(reason=ToDoReason.NO_REPLY, **own, **facts))
    at = now + timedelta(days=1)
    town.session.add(ContactPlan(channel=PlannedChannel.PHONE, at=at, planned_by=clinic.owner_person_id, **own))
    town.session.flush()


@pytest.fixture
def people(town: Town, caseload: Caseload) -> dict[Role, Person]:
    """Somebody of every role: at the clinic, at an organization, in the network."""
    network = town.member(MemberKind.NETWORK)
    of_network = (Role.PLATFORM_ADMINISTRATOR,)
    of_organization = (Role.ORGANIZATION_STAFF, Role.ORGANIZATION_ADMINISTRATOR)
    found = {}
    for role in Role:
        if role is not Role.EMERGENCY:
            clinic_or_other = caseload.organization if role in of_organization else caseload.clinic
            found[role] = town.person(network if role in of_network else clinic_or_other, role)
    town.commit()
    return found


def pages(app: Flask) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if not rule.arguments and "GET" in (rule.methods or ()):
            yield rule.rule


def views_of(path: str, text: str) -> list[dict[str, str]]:
    """Return what stands in the addresses by which a page leads on to itself: its views, and its pages; first none."""
    found: dict[tuple[tuple[str, str], ...], None] = {(): None}
    for href in re.findall(r'href="([^"]*\?[^"]*)"', text):
        parts = urlsplit(href.replace("&amp;", "&"))
        if parts.path == path:
            found.setdefault(tuple(parse_qsl(parts.query)))
    return [dict(each) for each in found]


def list_made(shown: set[str]) -> bool:
    """Return True if a page tells of two of the wanted and of nobody who does not fit in both ways."""
    return len(shown & set(WANTED)) >= 2 and not shown & set(ELSEWHERE) and not shown & set(HERE)


ROLES = [role for role in Role if role is not Role.EMERGENCY]


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_no_page_makes_the_list_from_its_address(
    role: Role, people: dict[Role, Person], caseload: Caseload, app: Flask, client: FlaskClient
) -> None:
    sign_in(client, people[role])
    made = []

    for path in pages(app):
        page = client.get(path)
        for question in QUESTIONS if page.status_code == 200 else ():  # whoever is refused is refused any question
            text = client.get(path, query_string=dict.fromkeys(PARAMETERS, question)).text
            made += [f"{path} {question}"] if list_made(caseload.on(text)) else []
        both = dict.fromkeys(LANGUAGE_NAMES, "ar") | dict.fromkeys(PLACE_NAMES, "93701")
        made += [path] if list_made(caseload.on(client.get(path, query_string=both).text)) else []

    assert made == []


#: Who sees lists of people or of requests, and at least how many.
WITH_LISTS = {
    Role.CLINICIAN: 3,
    Role.NAVIGATOR: 4,
    Role.CLINIC_ADMINISTRATOR: 3,
    Role.PRIVACY_OFFICER: 0,
    Role.ORGANIZATION_STAFF: 1,
    Role.ORGANIZATION_ADMINISTRATOR: 1,
}


@pytest.mark.parametrize("role", WITH_LISTS, ids=str)
def test_no_list_is_narrowed_by_language_and_place_in_one_step_or_two(
    role: Role, people: dict[Role, Person], caseload: Caseload, app: Flask, client: FlaskClient
) -> None:
    sign_in(client, people[role])
    made, lists = [], 0

    for path in pages(app):
        page = client.get(path)
        if len(caseload.on(page.text) & set(WANTED)) < 2:
            continue
        lists += 1
        for view in views_of(path, page.text):
            for asked in product(AS_LANGUAGE, AS_PLACE):
                text = client.get(path, query_string=MultiDict([*view.items(), *asked])).text
                made += [f"{path} {view} {asked}"] if list_made(caseload.on(text)) else []
            for first, then in ((AS_LANGUAGE[0], AS_PLACE[0]), (AS_PLACE[0], AS_LANGUAGE[0])):
                narrowed = client.get(path, query_string=MultiDict([*view.items(), first])).text
                for led_to in views_of(path, narrowed) if first[0] in narrowed else ():
                    text = client.get(path, query_string=MultiDict([*led_to.items(), then])).text
                    made += [f"{path} {led_to} {then}"] if list_made(caseload.on(text)) else []

    assert (made, lists >= WITH_LISTS[role]) == ([], True)


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_no_search_makes_the_list_from_what_is_typed(
    role: Role, people: dict[Role, Person], caseload: Caseload, client: FlaskClient
) -> None:
    sign_in(client, people[role])
    made = []

    for path in (
        each for each in ("/patients/", "/records/", "/privacy/patients/") if client.get(each).status_code < 400
    ):
        for question in QUESTIONS:
            for box in BOXES:
                found = caseload.on(client.post(path, data={box: question}).text)
                made += [f"{path} {box}={question}"] if list_made(found) else []

    assert made == []


@pytest.mark.parametrize("role", [Role.ORGANIZATION_STAFF, Role.ORGANIZATION_ADMINISTRATOR], ids=str)
@pytest.mark.parametrize("query", ["show=all", "show=all&language=ar", "show=all&language=ar&near=937"])
def test_no_file_and_no_list_of_an_organization_tells_language_and_place_of_a_request(
    query: str, role: Role, people: dict[Role, Person], caseload: Caseload, client: FlaskClient
) -> None:
    sign_in(client, people[role])

    page, taken = (client.get(f"/inbox?{query}"), client.post(f"/inbox/files/requests.csv?{query}"))
    lines = list(csv.DictReader(StringIO(taken.text.removeprefix("\ufeff"))))
    shown = [row for row in re.findall(r"<tr.*?</tr>", page.text, re.DOTALL) if caseload.on(row)]

    assert len(lines) >= len(WANTED)
    assert len(shown) >= len(WANTED)
    assert not any("93701" in row or "93612" in row for row in shown)
    assert not any({"93701", "93612"} & set(line.values()) for line in lines)
    assert not list_made(caseload.on(taken.text))


@pytest.mark.parametrize("asked", ["language=ar", "near=937"])
def test_what_was_done_is_narrowed_neither_by_language_nor_by_place(
    asked: str, people: dict[Role, Person], caseload: Caseload, client: FlaskClient
) -> None:
    sign_in(client, people[Role.NAVIGATOR])

    page = client.get(f"/to-dos/?show=done&{asked}")

    assert caseload.on(page.text) == EVERYBODY
    assert "Done to-dos are narrowed neither by language nor by place" in page.text


@pytest.mark.parametrize("view", ["all", "mine", "deputy", "done"])
def test_who_asks_for_both_is_told_why_not_and_neither_narrows(
    view: str, people: dict[Role, Person], caseload: Caseload, client: FlaskClient
) -> None:
    sign_in(client, people[Role.NAVIGATOR])

    plain, both = (client.get(f"/to-dos/?show={view}{more}").text for more in ("", "&language=ar&near=937"))

    assert caseload.on(both) == caseload.on(plain)
    assert "The list is narrowed by neither" in both
    assert ('<option value="ar" selected>' in both, 'name="near" value="937"' in both) == (True, True)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.PRIVACY_OFFICER, Role.PLATFORM_ADMINISTRATOR], ids=str)
def test_reports_tell_no_number_from_1_to_10(
    role: Role, people: dict[Role, Person], caseload: Caseload, client: FlaskClient
) -> None:
    sign_in(client, people[role])

    page = client.get("/reports/").text
    cells = [re.sub(r"<[^>]*>", " ", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]
    numbers = {int(number) for cell in cells for number in re.findall(r"\d+", cell)}

    assert not numbers & set(range(1, 11))
    assert not caseload.on(page)


def test_the_register_records_and_answers_the_demand_and_names_nobody(
    people: dict[Role, Person], caseload: Caseload, client: FlaskClient, session: ScopedSession
) -> None:
    sign_in(client, people[Role.PRIVACY_OFFICER])
    asked = "All who speak Arabic in 93701."
    paper = {"demander": "immigration", "kind": "request", "received_on": "2026-01-05", "about": "many", "asked": asked}

    written = client.post("/privacy/demands/new", data=paper)
    shown = client.get(written.location).text
    refusal = {"step": "refuse", "words": "No court asked.", "done_on": "2026-01-06", "seen": "1"}
    answered = client.post(f"{written.location}/steps", data=refusal)

    demand = session.scalars(select(LegalDemand)).one()
    assert (written.status_code, answered.status_code, demand.state) == (303, 303, "refused")
    assert asked in shown
    assert caseload.on(shown) == set()


@pytest.mark.parametrize("role", [role for role in ROLES if role is not Role.PRIVACY_OFFICER], ids=str)
def test_nobody_else_reaches_the_register(role: Role, people: dict[Role, Person], client: FlaskClient) -> None:
    sign_in(client, people[role])

    assert {client.get("/privacy/demands").status_code, client.post("/privacy/demands/new").status_code} == {404}
