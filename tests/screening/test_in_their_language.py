"""The frame of questions in a patient's hands, in languages that staff pages do not exist in."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from referral.accounts.put_aside_models import PutAside
from referral.kit.i18n import LANGUAGES
from referral.kit.installation import installation
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.screening.started_models import StartedScreening
from tests.patient_words import DRAFTED, MARKS, left_in_english, seen_on
from tests.screening.test_link import begin, mobile, noon, phone, step, token
from tests.screening.test_tablet import hand_over

__all__ = ["left_in_english", "mobile", "noon", "phone", "token"]


def asked_in(session: ScopedSession, code: str, *, demo: bool = True) -> None:
    """Let the questions that were started be in a language, as those of an imported file can be."""
    session.execute(update(StartedScreening).values(language=code))
    session.execute(update(PutAside).values(language=code))
    installation(session).demo = demo
    session.commit()


def head(code: str) -> str:
    """Return how a page in a language begins."""
    return f'<html lang="{code}" dir="{LANGUAGES[code].direction}"'


@pytest.mark.parametrize("code", DRAFTED)
def test_the_frame_behind_a_link_is_in_the_language_of_the_questions(
    session: ScopedSession, mobile: FlaskClient, token: str, left_in_english: set[str], code: str
) -> None:
    asked_in(session, code)

    pages = [mobile.get(f"/questions/{token}").text]
    begin(mobile, token, year=None)
    pages.append(mobile.post("/questions/year", data={"year": "1900"}).text)
    begin(mobile, token)
    pages += [mobile.get(f"/questions?at={at}").text for at in (1, 2)]
    step(mobile, 1, do="stop")
    pages.append(mobile.get("/questions/done/thank-you").text)

    assert [page for page in pages if head(code) not in page or MARKS[code] not in page] == []
    assert seen_on(pages, left_in_english) == []


@pytest.mark.parametrize("code", DRAFTED)
def test_a_device_speaks_the_language_of_the_questions_and_then_that_of_staff(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, left_in_english: set[str], code: str
) -> None:
    hand_over(browser, rosa)
    asked_in(session, code)

    pages = [browser.get(f"/tablet?at={at}").text for at in (1, 2)]
    browser.post("/tablet", data={"at": "1", "do": "stop"})
    pages.append(browser.get("/tablet").text)

    assert [page for page in pages if head(code) not in page or MARKS[code] not in page] == []
    assert seen_on(pages, left_in_english) == []
    assert head("en") in browser.get("/tablet/return").text


def test_real_people_get_no_unreviewed_frame(browser: FlaskClient, session: ScopedSession, rosa: Patient) -> None:
    hand_over(browser, rosa)
    asked_in(session, "ar", demo=False)

    page = browser.get("/tablet").text

    assert head("en") in page
    assert MARKS["ar"] not in page


def test_what_goes_wrong_on_a_device_is_told_in_its_frame(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    hand_over(browser, rosa)
    asked_in(session, "vi")
    session.execute(update(PutAside).values(subject_id=rosa.id))
    session.commit()

    page = browser.get("/tablet").text

    assert head("vi") in page
    assert "Hãy trả lại máy." in page
    assert "primary-nav" not in page
