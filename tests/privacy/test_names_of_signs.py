"""A name made only of signs finds nobody: on no page that searches, and in no search at all."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import referral
from referral.accounts.models import Person
from referral.accounts.roles import Role
from referral.kit.scope import ScopedSession
from referral.patients.queries import EmptySearch, Search, find_patients
from tests.factories import Town
from tests.privacy.conftest import Clinic
from tests.sign_in import sign_in

SIGNS = ("%", ".", "-", "—", "¿?", "_", "*", "%%%", "· ·", "\u200b", "🙂")
REFUSAL = "There is no letter and no digit in this name"

#: Every module that searches for patients by name, and the page by which it is reached.
CALLERS = {
    "patients/views.py": "/patients/",
    "patients/record_views.py": "/patients/{rosa}/merge",
    "records/views.py": "/records/",
    "navigation/household_views.py": "/patients/{rosa}/household",
    "privacy/looking_up.py": "/privacy/patients/",
}


@pytest.fixture
def people(town: Town, clinic: Clinic) -> list[Person]:
    """Who may search: at the clinic, and its officer."""
    found = [clinic.nadia, clinic.officer, town.person(clinic.member, Role.CLINIC_ADMINISTRATOR)]
    town.patient(clinic.member, given_name="Iris", family_name="Paz", birth_date_text="1990-04-02")
    town.commit()
    return found


def test_every_module_that_searches_is_tried_here() -> None:
    root = Path(referral.__file__).parent
    calls = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if re.search(r"^(?!def ).*\bfind_patients\(", path.read_text(), re.MULTILINE)
    }

    assert calls == {*CALLERS, "patients/queries.py"}  # there: likely_duplicates, which has at least one word


@pytest.mark.parametrize("signs", SIGNS)
def test_a_search_that_would_find_everybody_is_an_error(session: ScopedSession, clinic: Clinic, signs: str) -> None:
    with pytest.raises(EmptySearch):
        find_patients(session, Search(words=signs, record_number=" "), clinic_id=clinic.member.id)


def test_a_search_for_nothing_is_an_error(session: ScopedSession, clinic: Clinic) -> None:
    with pytest.raises(EmptySearch):
        find_patients(session, Search(), clinic_id=clinic.member.id)


@pytest.mark.parametrize("address", CALLERS.values())
def test_a_name_of_signs_lists_nobody_and_says_why(
    address: str, client: FlaskClient, clinic: Clinic, people: list[Person]
) -> None:
    answered = 0
    for person in people:
        sign_in(client, person)
        for signs in SIGNS:
            page = client.post(address.format(rosa=clinic.rosa.id), data={"words": signs, "birth_date": "1990-04-02"})
            if page.status_code != 404:
                answered += 1
                assert (page.status_code, REFUSAL in page.text, "Iris" in page.text) == (422, True, False), signs
    assert answered >= len(SIGNS)


@pytest.mark.parametrize("signs", SIGNS)
def test_in_an_emergency_a_name_of_signs_lists_nobody(
    signs: str, town: Town, client: FlaskClient, clinic: Clinic, people: list[Person]
) -> None:
    carla = town.person(clinic.elsewhere, Role.CLINICIAN, "Carla Diaz")
    town.commit()
    sign_in(client, carla)
    client.post("/emergency-access", data={"clinic": str(clinic.member.id), "reason": "She lies unconscious here."})

    page = client.post("/patients/", data={"words": signs})
    found = client.post("/patients/", data={"words": "Iris"})

    assert (page.status_code, REFUSAL in page.text, "Iris" in page.text) == (422, True, False)
    assert "Iris" in found.text
