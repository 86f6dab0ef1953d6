"""Behind the link everything speaks the language of the questions, whatever the browser's is."""

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import SignedLink
from referral.kit import clock
from referral.kit.scope import ScopedSession
from tests.screening.test_link import begin, mobile, noon, phone, step, token

__all__ = ["mobile", "noon", "phone", "token"]

ENGLISH = {"Accept-Language": "en-US,en"}
DEAD_ES, DEAD_EN = "Este enlace ya no abre nada", "This link opens nothing now"


def html_language(page: str) -> str:
    return page.split('<html lang="')[1].split('"')[0]


def test_thanks_are_said_in_the_language_of_the_questions(mobile: FlaskClient, token: str) -> None:
    begin(mobile, token)
    step(mobile, 1, do="stop", food="no")

    thanks = mobile.get("/questions/done/thank-you", headers=ENGLISH).text

    assert html_language(thanks) == "es"
    assert "Gracias" in thanks


def test_that_nothing_is_open_any_more_is_said_in_both_languages(mobile: FlaskClient, token: str) -> None:
    begin(mobile, token)
    step(mobile, 1, do="stop", food="no")

    for address in ("/questions", f"/questions/{token}"):
        page = mobile.get(address, headers=ENGLISH).text
        assert html_language(page) == "es"
        assert DEAD_EN in page
        assert page.index("se respondieron" if address == "/questions" else "demasiado") < page.index(DEAD_EN)


@pytest.mark.parametrize(("browser_speaks", "first"), [("es", "es"), ("en", "en")])
def test_a_link_of_which_nothing_is_known_answers_in_the_browsers_language_and_english(
    mobile: FlaskClient, browser_speaks: str, first: str
) -> None:
    page = mobile.get("/questions/abc.1.def", headers={"Accept-Language": browser_speaks}).text

    assert html_language(page) == first
    assert "It is too old" in page
    assert page.count("It is too old") == 1


def test_a_link_that_is_too_old_answers_in_the_language_of_its_text(
    session: ScopedSession, mobile: FlaskClient, token: str
) -> None:
    session.query(SignedLink).one().expires_at = clock.now()
    session.commit()

    assert html_language(mobile.get(f"/questions/{token}", headers=ENGLISH).text) == "es"


def test_the_cookie_comes_with_the_secret_only_and_names_a_language(mobile: FlaskClient, token: str) -> None:
    mobile.get(f"/questions/{token}")
    before = mobile.get_cookie("needsrx_questions_language")
    begin(mobile, token, year=None)
    after = mobile.get_cookie("needsrx_questions_language")

    assert before is None
    assert after is not None
    assert after.value == "es"
