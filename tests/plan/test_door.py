"""The door of a patient's page: in the language of the printed address, the same for every code; too many tries."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from referral.kit import clock
from referral.prescriptions.slip import address_in_their_language
from tests.plan.conftest import Home
from tests.sign_in import sign_in


def door(home: Home, known: str | None) -> str:
    """Return the page behind the address as it is printed for a patient who reads a language."""
    home.patient.written_language, home.patient.spoken_language = known, None
    home.town.commit()
    answer = home.client.get(address_in_their_language(home.town.session, home.patient))
    assert "Set-Cookie" not in answer.headers
    return answer.text


def test_the_door_speaks_the_language_of_the_paper(home: Home) -> None:
    assert '<html lang="es"' in door(home, "es")


@pytest.mark.parametrize("query", ["", "?language=es", "?language=ar", "?language=xx"])
def test_the_door_of_nobodys_code_is_the_same(home: Home, query: str) -> None:
    code, nobodys = home.code, "a" * 26
    home.patient.written_language = "es"
    home.town.commit()
    pages = [home.client.get(f"/p/{each}{query}").text.replace(each, "code") for each in (code, nobodys)]

    assert pages[0] == pages[1]


@pytest.mark.parametrize("known", ["en", None])
def test_every_language_of_our_pages_is_an_equal_button(home: Home, known: str | None) -> None:
    page = door(home, known)

    assert page.index(">English</a>") < page.index(">Español</a>") < page.index("<form")


def test_a_language_without_a_page_stands_on_top_by_its_own_name(home: Home) -> None:
    page = door(home, "fa")

    assert '<strong lang="fa" dir="rtl"><bdi>فارسی</bdi></strong>' in page
    assert page.index("فارسی") < page.index("<form")
    assert "interpreter" in page


def test_the_door_is_the_same_while_the_page_is_off(home: Home) -> None:
    before = door(home, "es")
    home.town.need(home.patient, "interpersonal_safety")

    assert door(home, "es") == before


def test_after_too_many_tries_a_page_for_patients_says_the_hours_and_to_call(home: Home) -> None:
    for _each in range(6):
        home.try_to_open("1900", language="es")

    page = home.try_to_open("1900", language="es")

    assert page.status_code == 429
    assert '<html lang="es" dir="ltr" class="patient-page' in page.text
    assert "la clínica que le dio la dirección" in page.text
    assert "minut" not in page.text
    assert 'href="/"' not in page.text


def test_a_wrong_answer_stays_in_the_language_of_the_door(home: Home) -> None:
    assert '<html lang="es"' in home.try_to_open("1900", language="es").text


def test_slip_and_receipt_lead_to_no_page_that_does_not_open(home: Home, nurse: FlaskClient) -> None:
    address, prescription = home.address, home.referral.prescription_id
    home.town.commit()
    papers = [f"/prescriptions/{prescription}/{paper}" for paper in ("slip", "receipt")]
    assert all(address in nurse.get(paper).text for paper in papers)

    home.patient.birth_date_text = None
    home.town.commit()

    for paper in papers:
        page = nurse.get(paper).text
        assert address not in page
        assert "slip-qr" not in page


def test_no_paper_leads_to_a_page_that_is_off_for_safety(home: Home, nurse: FlaskClient) -> None:
    address = home.address
    home.town.need(home.patient, "interpersonal_safety")
    home.town.commit()

    slip = nurse.get(f"/prescriptions/{home.referral.prescription_id}/slip").text
    printed = nurse.get(f"/patients/{home.patient.id}/plan-page/printed").text

    assert address not in slip + printed


@pytest.fixture
def nurse(home: Home, app: Flask) -> FlaskClient:
    """Somebody of the clinic, in a browser of their own."""
    home.town.commit()
    client = app.test_client()
    sign_in(client, home.clinician)
    return client


def test_a_page_that_was_closed_says_so_in_its_own_language(home: Home) -> None:
    home.patient.written_language = "ar"
    home.open()

    closed = home.press("close")

    assert closed.location == "/p/closed?language=ar"
    assert '<html lang="ar"' in home.client.get(closed.location).text


def test_a_page_that_nobody_touched_closes_in_its_own_language(home: Home) -> None:
    home.patient.written_language = "ar"
    home.open()

    with time_machine.travel(clock.wall() + timedelta(minutes=31), tick=False):
        late = [home.client.get("/p/"), home.client.post("/p/call")]

    for answer in late:
        assert answer.status_code == 410
        assert '<html lang="ar"' in answer.text


def test_whoever_opened_nothing_is_told_in_the_language_of_the_browser(home: Home) -> None:
    home.patient.written_language = "ar"
    home.town.commit()

    answer = home.client.get("/p/", headers={"Accept-Language": "es"})

    assert answer.status_code == 410
    assert '<html lang="es"' in answer.text
