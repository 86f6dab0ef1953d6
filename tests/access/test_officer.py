"""An officer asks for all who speak Arabic in ZIP 93701. No role can make that list; the register records the demand.

What counts as a list: two of these patients' names on a page from which somebody else's name is gone, because of what
was asked. The clinic's whole caseload, unfiltered, shows everybody it shows without the question too.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member, Person
from referral.accounts.roles import MemberKind, Role
from referral.kit.scope import ScopedSession
from referral.privacy.demand_models import LegalDemand
from tests.factories import Town
from tests.sign_in import sign_in

WANTED = ("Samira", "Yusuf", "Layla")
OTHERS = ("Rosalinda", "Thanh")

#: What the officer might type or put into an address, under every name that a page may listen to.
QUESTIONS = ("ar", "Arabic", "arabic", "العربية", "93701", "ar 93701")
PARAMETERS = (
    "q",
    "zip",
    "zip_code",
    "language",
    "spoken_language",
    "written_language",
    "words",
    "state",
    "show",
    "kind",
)
BOXES = ("words", "record_number", "phone", "birth_date", "language", "zip_code", "spoken_language", "q")


@pytest.fixture
def clinic(town: Town) -> Member:
    """A clinic whose caseload holds three who speak Arabic in 93701, and two who do not."""
    clinic = town.clinic()
    service = town.service()
    for name in (*WANTED, *OTHERS):
        language = "ar" if name in WANTED else "es"
        place = {"zip_code": "93701", "spoken_language": language, "written_language": language}
        patient = town.patient(clinic, given_name=name, family_name="Haddad", **place)
        town.referral(town.need(patient), service)
    town.commit()
    return clinic


@pytest.fixture
def people(town: Town, clinic: Member) -> dict[Role, Person]:
    """Somebody of every role: at the clinic, at an organization, in the network."""
    network = town.member(MemberKind.NETWORK)
    organization = town.member(MemberKind.ORGANIZATION)
    of_network = (Role.PLATFORM_ADMINISTRATOR,)
    of_organization = (Role.ORGANIZATION_STAFF, Role.ORGANIZATION_ADMINISTRATOR)
    found = {}
    for role in Role:
        if role is not Role.EMERGENCY:
            member = network if role in of_network else organization if role in of_organization else clinic
            found[role] = town.person(member, role)
    town.commit()
    return found


def names_on(text: str) -> set[str]:
    return {name for name in (*WANTED, *OTHERS) if name in text}


def pages(app: Flask) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if not rule.arguments and "GET" in (rule.methods or ()):
            yield rule.rule


def list_made(before: set[str], after: set[str]) -> bool:
    """Return True if two of the wanted stand there, and somebody who stood there without the question does not."""
    return len(after & set(WANTED)) >= 2 and not before <= after


ROLES = [role for role in Role if role is not Role.EMERGENCY]


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_no_page_makes_the_list_from_its_address(
    role: Role, people: dict[Role, Person], app: Flask, client: FlaskClient
) -> None:
    sign_in(client, people[role])
    made = []

    for path in pages(app):
        page = client.get(path)
        before = names_on(page.text)
        for question in QUESTIONS if page.status_code == 200 else ():  # whoever is refused is refused any question
            after = names_on(client.get(path, query_string=dict.fromkeys(PARAMETERS, question)).text)
            made += [f"{path} {question}"] if list_made(before, after) else []

    assert made == []


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_no_search_makes_the_list_from_what_is_typed(
    role: Role, people: dict[Role, Person], client: FlaskClient
) -> None:
    sign_in(client, people[role])
    made = []

    for path in (
        each for each in ("/patients/", "/records/", "/privacy/patients/") if client.get(each).status_code < 400
    ):
        for question in QUESTIONS:
            for box in BOXES:
                found = names_on(client.post(path, data={box: question}).text)
                made += [f"{path} {box}={question}"] if list_made({*WANTED, *OTHERS}, found) else []

    assert made == []


@pytest.mark.parametrize("role", [Role.ANALYST, Role.PRIVACY_OFFICER, Role.PLATFORM_ADMINISTRATOR], ids=str)
def test_reports_tell_no_number_from_1_to_10(role: Role, people: dict[Role, Person], client: FlaskClient) -> None:
    sign_in(client, people[role])

    page = client.get("/reports/").text
    cells = [re.sub(r"<[^>]*>", " ", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]
    numbers = {int(number) for cell in cells for number in re.findall(r"\d+", cell)}

    assert not numbers & set(range(1, 11))
    assert not names_on(page)


def test_the_register_records_and_answers_the_demand_and_names_nobody(
    people: dict[Role, Person], client: FlaskClient, session: ScopedSession
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
    assert names_on(shown) == set()


@pytest.mark.parametrize("role", [role for role in ROLES if role is not Role.PRIVACY_OFFICER], ids=str)
def test_nobody_else_reaches_the_register(role: Role, people: dict[Role, Person], client: FlaskClient) -> None:
    sign_in(client, people[role])

    assert {client.get("/privacy/demands").status_code, client.post("/privacy/demands/new").status_code} == {404}
