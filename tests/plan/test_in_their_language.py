"""What a patient opens or holds, in languages that staff pages do not exist in: nothing in it is left in English."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit.i18n import LANGUAGES
from referral.kit.installation import installation
from referral.patients.models import Patient
from referral.patients.record_models import PatientCorrection
from referral.prescriptions.slip import address_in_their_language
from tests.patient_words import DRAFTED, MARKS, seen_on
from tests.patient_words import left_in_english as left_in_english
from tests.plan.conftest import Home, refused
from tests.sign_in import sign_in


@pytest.fixture
def nurse(home: Home, app: Flask) -> FlaskClient:
    """Somebody of the clinic, in a browser of their own."""
    home.town.commit()
    client = app.test_client()
    sign_in(client, home.clinician)
    return client


def reads(home: Home, code: str) -> None:
    """Let the patient read and speak a language."""
    home.patient.written_language = home.patient.spoken_language = code
    home.town.commit()


def not_a_demo(home: Home) -> None:
    """Let it be an installation with real people."""
    installation(home.session).demo = False
    home.town.commit()


def papers_of(home: Home, nurse: FlaskClient) -> dict[str, str]:
    """Return each paper's page, as staff see it before they print it."""
    own = f"/prescriptions/{home.referral.prescription_id}"
    home.session.rollback()
    pages = {paper: nurse.get(f"{own}/{paper}").text for paper in ("slip", "card", "receipt")}
    return pages | {"address": nurse.get(f"/patients/{home.patient.id}/plan-page/printed").text}


def printed(page: str) -> str:
    """Return what of a page goes onto paper."""
    return page[page.index("<article") : page.rindex("</article>")]


def in_theirs(page: str) -> str:
    """Return the sheet of a paper that is in the patient's language: the first of a card."""
    return page[page.index("<article") : page.index("</article>")]


@pytest.mark.parametrize("code", DRAFTED)
def test_nothing_of_the_page_is_left_in_english(home: Home, left_in_english: set[str], code: str) -> None:
    reads(home, code)
    refused(home)
    for domain, state in (("housing", "accepted"), ("utilities", "waitlisted"), ("education", "completed")):
        home.request_for(domain, f"{domain} help", state=state)

    pages = [home.try_to_open("1900", language=code).text, home.open(), home.client.get("/p/file").text]
    about = str(home.organization.id)
    pages += [home.press(step, about=about).text for step in ("stop-sharing", "stop-texts", "rate", "other-place")]
    pages += [home.press("word", word="abc").text, home.press("language", language="xx").text]
    home.press("call")
    pages += [home.page(), home.press("close").text, home.client.get("/p/").text]

    direction = LANGUAGES[code].direction
    assert [page for page in pages[:3] if f'<html lang="{code}" dir="{direction}"' not in page] == []
    assert [page for page in pages[:3] if MARKS[code] not in page] == []
    assert seen_on(pages, left_in_english) == []


@pytest.mark.parametrize("code", DRAFTED)
def test_nothing_of_the_papers_is_left_in_english(
    home: Home, nurse: FlaskClient, left_in_english: set[str], code: str
) -> None:
    reads(home, code)

    pages = papers_of(home, nurse)

    head = f'<article class="slip" lang="{code}" dir="{LANGUAGES[code].direction}">'
    assert {name for name, page in pages.items() if head not in " ".join(page.split())} == set()
    assert {name for name, page in pages.items() if MARKS[code] not in printed(page)} == set()
    assert {name for name, page in pages.items() if "draft that nobody qualified has reviewed" not in page} == set()
    assert seen_on(map(in_theirs, pages.values()), left_in_english) == []


def test_the_card_is_in_both_languages_side_by_side(home: Home, nurse: FlaskClient) -> None:
    reads(home, "vi")

    card = papers_of(home, nurse)["card"]

    sheets = card[card.index('<div class="slips">') :]
    assert sheets.index('lang="vi"') < sheets.index('lang="en"')
    assert "Tôi nói Tiếng Việt." in sheets
    assert "I speak Vietnamese (Tiếng Việt)." in sheets


def test_real_people_get_no_unreviewed_paper_and_staff_are_told_why(home: Home, nurse: FlaskClient) -> None:
    reads(home, "vi")
    not_a_demo(home)

    pages = papers_of(home, nurse)

    told = "nobody qualified has reviewed our words in Vietnamese (Tiếng Việt) yet. Go through it with an interpreter"
    for name, page in pages.items():
        assert told in page[: page.index("<article")], name
        assert 'lang="en" dir="ltr"' in " ".join(printed(page).split()), name
        assert "Tiếng Việt" in printed(page), name
        assert MARKS["vi"] not in page, name


def test_real_people_get_no_unreviewed_page(home: Home) -> None:
    reads(home, "ar")
    not_a_demo(home)

    door = home.client.get(address_in_their_language(home.session, home.patient)).text
    page = home.open()

    assert '<html lang="en"' in door
    assert ">العربية</a>" not in door
    assert '<strong lang="ar" dir="rtl"><bdi>العربية</bdi></strong>' in door
    assert '<html lang="en" dir="ltr"' in page
    assert "We have no page in Arabic (العربية) yet." in page


def test_the_door_offers_every_language_that_may_be_used(home: Home) -> None:
    door = home.client.get(f"/p/{home.code}?language=ht").text

    assert '<html lang="ht" dir="ltr"' in door
    assert [
        language.endonym for code, language in LANGUAGES.items() if code in DRAFTED and language.endonym not in door
    ] == []


@pytest.mark.parametrize("code", DRAFTED)
def test_the_patient_changes_the_language_of_the_page(home: Home, code: str) -> None:
    home.open()

    assert home.press("language", language=code).status_code == 303

    page = home.page()
    assert f'<html lang="{code}" dir="{LANGUAGES[code].direction}"' in page
    assert home.fresh(Patient, home.patient.id).written_language == code
    row = home.session.scalars(select(PatientCorrection)).one()
    assert (row.fact, row.old_value, row.new_value) == ("written_language", "en", code)


def test_staff_cannot_choose_a_language_of_patients_for_their_own_pages(nurse: FlaskClient) -> None:
    nurse.post("/language", data={"language": "vi", "next": "/patients"})

    page = nurse.get("/patients/").text

    assert '<html lang="en"' in page
    assert 'value="vi"' not in page[: page.index("<main")]


def test_staff_are_told_beside_the_paper_why_it_leads_to_no_page(home: Home, nurse: FlaskClient) -> None:
    home.patient.birth_date_text = None
    home.town.commit()

    pages = papers_of(home, nurse)

    why = "we do not know the birth date. Ask the patient for a word."
    for paper in ("slip", "receipt"):
        assert why in pages[paper][: pages[paper].index("<article")]
        assert why not in printed(pages[paper])
        assert f'href="/patients/{home.patient.id}/plan-page"' in pages[paper]


def test_a_paper_that_leads_to_the_page_says_nothing_of_it_being_off(home: Home, nurse: FlaskClient) -> None:
    assert "no address of the patient" not in papers_of(home, nurse)["slip"]
