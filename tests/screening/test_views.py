"""Screening, voicing and confirming through their pages."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.screening.models import Need, Screening
from referral.screening.queries import needs_of
from referral.screening.states import NeedStatus
from tests.factories import Town

AFRAID = "make you afraid"


def needs(session: ScopedSession, patient: Patient) -> list[Need]:
    """Return the needs; the transaction is over afterwards, so that pages can write."""
    session.expire_all()
    found = list(needs_of(session, patient.id))
    session.commit()
    return found


HOW = {"mode": "staff", "chosen_instrument": "needs_check@2026-11", "language": "en", "respondent": "patient"}


def answer(
    browser: FlaskClient, patient: Patient, *, how: dict[str, str] | None = None, **ticked: str
) -> tuple[int, str]:
    form = {"form_id": str(uuid4())} | HOW | (how or {}) | {f"a-{name}": value for name, value in ticked.items()}
    response = browser.post(f"/patients/{patient.id}/screen/answers", data=form)
    return response.status_code, response.headers.get("Location") or response.text


def test_the_first_step_asks_no_question_of_the_instrument(browser: FlaskClient, rosa: Patient) -> None:
    page = browser.get(f"/patients/{rosa.id}/screen").text

    assert "The patient is alone with me" in page
    assert "help to get food" not in page


@pytest.mark.parametrize(("alone", "shown"), [({"alone": "y"}, True), ({}, False)])
def test_safety_is_asked_about_only_when_alone_is_ticked(
    browser: FlaskClient, rosa: Patient, alone: dict[str, str], shown: bool
) -> None:
    page = browser.post(f"/patients/{rosa.id}/screen", data=HOW | alone).text

    assert "help to get food" in page
    assert (AFRAID in page) is shown


def test_questions_in_spanish_stand_beside_the_language_of_the_staff(browser: FlaskClient, rosa: Patient) -> None:
    page = browser.post(f"/patients/{rosa.id}/screen", data=HOW | {"language": "es"}).text

    assert '<span lang="es" dir="auto">¿Quiere ayuda con la comida?</span>' in page
    assert '<span lang="en" dir="auto">Do you want help to get food?</span>' in page


def test_answers_lead_to_the_needs_to_confirm(browser: FlaskClient, session: ScopedSession, rosa: Patient) -> None:
    status, address = answer(browser, rosa, food="yes", food_want="yes")

    assert status == 303
    page = browser.get(address).text
    assert "To confirm with the patient" in page
    assert f"/needs/{needs(session, rosa)[0].id}/confirm" in page


def test_answers_that_name_no_need_say_so(browser: FlaskClient, rosa: Patient) -> None:
    _status, address = answer(browser, rosa, food="no", food_want="no")

    assert "Nothing is left to confirm" in browser.get(address).text


def test_answers_on_safety_sent_without_alone_are_not_taken(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    answer(browser, rosa, safety_afraid="yes", safety_afraid_want="yes")

    assert needs(session, rosa) == []


def test_a_yes_without_the_wish_for_help_is_asked_again_and_nothing_is_lost(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    status, page = answer(browser, rosa, how={"interpreter": "Line 4711", "alone": "yes"}, food="yes", work="no")

    assert status == 422
    assert "Ask whether they want help with it" in page
    assert 'checked id="a-food-0"' in page
    assert 'value="Line 4711"' in page
    assert AFRAID in page
    assert session.query(Screening).count() == 0


def test_the_same_answers_sent_twice_are_one_screening(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    form_id = str(uuid4())

    first = answer(browser, rosa, how={"form_id": form_id}, food="yes", food_want="yes")
    second = answer(browser, rosa, how={"form_id": form_id}, food="yes", food_want="yes")

    assert first == second
    assert len(needs(session, rosa)) == 1


def test_a_safety_need_has_a_neutral_name_in_lists(browser: FlaskClient, rosa: Patient) -> None:
    _status, address = answer(browser, rosa, how={"alone": "yes"}, safety_afraid="yes", safety_afraid_want="yes")

    for page in (browser.get(address).text, browser.get(f"/patients/{rosa.id}").text):
        assert "A private matter" in page
        assert "Safety" not in page


def test_the_address_of_the_answers_leads_back_to_the_start(browser: FlaskClient, rosa: Patient) -> None:
    response = browser.get(f"/patients/{rosa.id}/screen/answers")

    assert response.headers["Location"] == f"/patients/{rosa.id}/screen"


def confirm(browser: FlaskClient, need: Need, says: str, version: int | None = None) -> tuple[int, str]:
    form = {"says": says, "version": str(version or need.version)}
    response = browser.post(f"/needs/{need.id}/confirm", data=form)
    return response.status_code, response.text


@pytest.mark.parametrize(
    ("says", "status"), [("yes", NeedStatus.OPEN), ("not_now", NeedStatus.OPEN), ("not_a_need", NeedStatus.GONE)]
)
def test_a_need_is_confirmed_with_the_patient(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, says: str, status: NeedStatus
) -> None:
    answer(browser, rosa, food="yes", food_want="yes")
    (need,) = needs(session, rosa)

    assert browser.get(f"/needs/{need.id}/confirm").status_code == 200
    assert confirm(browser, need, says)[0] == 303

    (need,) = needs(session, rosa)
    assert need.status == status
    assert need.confirmed_by is not None


@pytest.mark.parametrize("says", ["yes", "not_a_need"])
def test_a_need_confirmed_by_the_same_form_again_is_answered_as_the_first_time(
    browser: FlaskClient, town: Town, rosa: Patient, says: str
) -> None:
    need = town.need(rosa, "food", status=NeedStatus.UNCONFIRMED)
    town.commit()
    opened_at = need.version

    answers = [confirm(browser, need, says, opened_at) for _press in range(2)]

    assert [status for status, _page in answers] == [303, 303]
    assert answers[1] == answers[0]


def test_two_people_who_confirm_one_need_both_see_what_the_other_said(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    need = town.need(rosa, "food", status=NeedStatus.UNCONFIRMED)
    town.commit()
    opened_at = need.version
    confirm(browser, need, "already")

    status, page = confirm(browser, need, "yes", opened_at)

    assert status == 409
    assert "Has help already" in page
    assert needs(session, rosa)[0].wants_help == "already"


def test_a_need_that_is_over_says_what_to_do(browser: FlaskClient, town: Town, rosa: Patient) -> None:
    need = town.need(rosa, "food", status=NeedStatus.MET)
    town.commit()

    status, page = confirm(browser, need, "yes")

    assert status == 409
    assert "write it down as a new need" in page


def test_an_answer_is_needed_to_confirm(browser: FlaskClient, town: Town, rosa: Patient) -> None:
    need = town.need(rosa, "food")
    town.commit()

    status, page = confirm(browser, need, "")

    assert status == 422
    assert "Choose what the patient says" in page


def test_a_voiced_need_stands_on_the_page_of_the_patient(browser: FlaskClient, rosa: Patient) -> None:
    form = {"form_id": str(uuid4()), "domain": "housing", "wants_help": "yes"}

    response = browser.post(f"/patients/{rosa.id}/needs/new", data=form)

    assert response.status_code == 303
    page = browser.get(f"/patients/{rosa.id}").text
    assert "Housing" in page
    assert "Wants help" in page


def test_a_voiced_need_without_a_domain_is_told(browser: FlaskClient, rosa: Patient) -> None:
    response = browser.post(f"/patients/{rosa.id}/needs/new", data={"wants_help": "yes"})

    assert response.status_code == 422
    assert "Choose what they need" in response.text


def test_needs_of_another_clinic_are_not_there(browser: FlaskClient, town: Town, clinic: Member) -> None:
    foreign = town.patient(town.clinic())
    need = town.need(foreign)
    town.commit()

    assert browser.get(f"/needs/{need.id}/confirm").status_code == 404
    assert browser.post(f"/needs/{need.id}/confirm", data={"says": "yes", "version": "1"}).status_code == 404
    assert browser.get(f"/patients/{foreign.id}/screen").status_code == 404
    assert browser.get(f"/patients/{foreign.id}/needs/new").status_code == 404


@pytest.mark.parametrize("broken", ["", "?screening=x", "?screening=00000000-0000-4000-8000-000000000000"])
def test_confirming_leads_back_to_where_the_person_came_from(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, broken: str
) -> None:
    _status, address = answer(browser, rosa, food="yes", food_want="yes")
    (need,) = needs(session, rosa)
    came_from = f"?screening={address.rsplit('/', 1)[1]}"

    back = [
        browser.post(f"/needs/{need.id}/confirm{query}", data={"says": "yes", "version": str(version)})
        for version, query in ((need.version, came_from), (need.version + 1, broken))
    ]

    assert [page.headers["Location"] for page in back] == [address, f"/patients/{rosa.id}"]


def test_staff_may_pass_over_the_wish_for_help(browser: FlaskClient, rosa: Patient) -> None:
    page = browser.post(f"/patients/{rosa.id}/screen", data=HOW).text

    assert 'name="a-food_want" type="radio" value="skip"' in page
