"""Screenings that are kept half-filled, the sheet of paper, who answers, and which questions: through their pages."""

import re
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.proxies import NewProxy, record_proxy
from referral.patients.states import ProxyRelation, Reach
from referral.patients.wish_models import PatientProxy
from referral.screening.instrument_library import import_instrument
from referral.screening.instruments import needs_check
from referral.screening.models import Need, Screening
from referral.screening.queries import answers_of, needs_of, screenings_of
from referral.screening.started import (
    Start,
    discard_screening,
    finish_screening,
    keep_answers,
    start_screening,
    started_of,
)
from referral.screening.states import Respondent, ScreeningMode
from referral.screening.steps import numbered_questions
from resources_directory.needs import NeedDomain
from tests.factories import Town
from tests.screening.test_files import shipped

HOW = {"mode": "staff", "chosen_instrument": "needs_check@2026-11", "language": "en", "respondent": "patient"}
AFRAID = "make you afraid"


def begin(
    session: ScopedSession, patient: Patient, mode: ScreeningMode = ScreeningMode.STAFF, **facts: object
) -> Start:
    return Start(form_id=uuid4(), instrument=needs_check(), language="en", mode=mode, **facts)


def send(browser: FlaskClient, patient: Patient, how: dict[str, str], **ticked: str) -> tuple[int, str]:
    form = {"form_id": str(uuid4())} | HOW | how | {f"a-{name}": value for name, value in ticked.items()}
    response = browser.post(f"/patients/{patient.id}/screen/answers", data=form)
    return response.status_code, response.headers.get("Location") or response.text


def core(session: ScopedSession, town: Town) -> str:
    """Import the core of AHC; return its name in forms."""
    import_instrument(session, shipped("ahc-hrsn-core"), "")
    town.commit()
    return "ahc-hrsn-core@1"


def test_what_was_answered_is_kept_sealed_and_gone_on_with(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    status, address = send(browser, rosa, {"later": "yes"}, food="yes", work="no")

    assert status == 303
    assert "Not finished" in browser.get(f"/patients/{rosa.id}").text
    page = browser.post(f"{address}/questions").text
    assert 'checked id="a-food-0"' in page
    assert 'checked id="a-work-1"' in page
    assert session.query(Need).count() == session.query(Screening).count() == 0
    (started,) = started_of(session, rosa.id)
    assert b"yes" not in (started.answers_sealed or b"")


def test_going_on_and_saving_makes_one_screening_of_both_parts(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    _status, address = send(browser, rosa, {"later": "yes"}, food="yes", food_want="yes")
    form_id = address.rsplit("/", 1)[1]

    first = send(browser, rosa, {"form_id": form_id}, work="no")
    second = send(browser, rosa, {"form_id": form_id}, work="no")

    assert first == second
    (screening,) = screenings_of(session, rosa.id)
    assert answers_of(session, screening.id) == {"food": "yes", "food_want": "yes", "work": "no"}
    assert [need.domain for need in needs_of(session, rosa.id)] == ["food"]
    assert started_of(session, rosa.id) == []


def test_a_finished_one_leads_to_its_result(browser: FlaskClient, rosa: Patient) -> None:
    _status, address = send(browser, rosa, {"later": "yes"}, food="yes", food_want="yes")
    send(browser, rosa, {"form_id": address.rsplit("/", 1)[1]}, work="no")

    assert "/screenings/" in browser.get(address).headers["Location"]
    assert browser.post(f"{address}/questions").status_code == 409


def test_safety_is_asked_again_only_if_the_patient_is_alone_now(browser: FlaskClient, rosa: Patient) -> None:
    _status, address = send(browser, rosa, {"later": "yes", "alone": "yes"}, safety_afraid="yes")

    assert AFRAID not in browser.post(f"{address}/questions").text
    assert AFRAID in browser.post(f"{address}/questions", data={"alone": "y"}).text


def test_answers_on_safety_given_alone_are_kept_when_somebody_else_goes_on(
    session: ScopedSession, rosa: Patient
) -> None:
    started = start_screening(session, rosa, begin(session, rosa))
    keep_answers(session, started, {"safety_afraid": "yes"}, mode=ScreeningMode.STAFF, alone=True)
    keep_answers(session, started, {"food": "no"}, mode=ScreeningMode.TABLET)

    screening = finish_screening(session, rosa, started, by=None)

    assert screening.alone is True
    assert [need.domain for need in needs_of(session, rosa.id)] == ["interpersonal_safety"]


@pytest.mark.parametrize("mode", [ScreeningMode.TABLET, ScreeningMode.LINK, ScreeningMode.PAPER])
def test_answers_on_safety_are_kept_from_nobody_but_staff_who_are_alone_with_the_patient(
    session: ScopedSession, rosa: Patient, mode: ScreeningMode
) -> None:
    started = start_screening(session, rosa, begin(session, rosa, mode))

    keep_answers(session, started, {"safety_afraid": "yes", "food": "no"}, mode=mode, alone=True)

    assert started.answers == {"food": "no"}
    assert started.alone is False


def answering(town: Town, patient: Patient, *domains: NeedDomain) -> PatientProxy:
    """Return an aunt who may answer in these needs; in all, if none is named."""
    reach = dict.fromkeys(domains or NeedDomain, Reach.ANSWER)
    by = town.person(town.session.get_one(Member, patient.clinic_id), Role.NAVIGATOR)
    aunt = record_proxy(town.session, patient, NewProxy("Ana Molina", ProxyRelation.CAREGIVER, reach), by=by.id)
    town.commit()
    return aunt


def test_a_relative_who_answers_is_asked_nothing_about_safety(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    aunt = {"respondent": f"proxy:{answering(town, rosa).id}"}
    proxy = aunt | {"alone": "yes"}
    page = browser.post(f"/patients/{rosa.id}/screen", data=HOW | aunt | {"alone": "y"}).text

    assert AFRAID not in page
    send(browser, rosa, proxy, food="yes", food_want="yes", safety_afraid="yes", safety_afraid_want="yes")
    assert [need.domain for need in needs_of(session, rosa.id)] == ["food"]
    (screening,) = screenings_of(session, rosa.id)
    assert (screening.respondent, screening.alone) == (Respondent.PROXY, False)


def test_a_relative_is_not_asked_about_what_the_patient_keeps_to_themselves(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    aunt = {"respondent": f"proxy:{answering(town, rosa).id}"}
    asked = "get care or medicine"
    assert asked in browser.post(f"/patients/{rosa.id}/screen", data=HOW | aunt).text
    rosa.private_domains_text = "health_care_access"
    town.commit()

    assert asked not in browser.post(f"/patients/{rosa.id}/screen", data=HOW | aunt).text
    assert asked in browser.post(f"/patients/{rosa.id}/screen", data=HOW).text


def test_what_was_discarded_takes_no_answers_and_leaves_none(session: ScopedSession, rosa: Patient) -> None:
    started = start_screening(session, rosa, begin(session, rosa))
    keep_answers(session, started, {"food": "yes"}, mode=ScreeningMode.STAFF)

    discard_screening(session, started)
    discard_screening(session, started)

    assert started.answers == {}
    with pytest.raises(Conflict):
        keep_answers(session, started, {"food": "yes"}, mode=ScreeningMode.STAFF)
    with pytest.raises(Conflict):
        finish_screening(session, rosa, started, by=None)


def test_starting_twice_is_one(session: ScopedSession, rosa: Patient) -> None:
    start = begin(session, rosa)

    assert start_screening(session, rosa, start) is start_screening(session, rosa, start)


def test_started_screenings_of_another_clinic_are_not_there(
    browser: FlaskClient, session: ScopedSession, town: Town
) -> None:
    foreign = town.patient(town.clinic())
    started = start_screening(session, foreign, begin(session, foreign))
    town.commit()
    address = f"/patients/{foreign.id}/started/{started.id}"

    assert browser.get(address).status_code == 404
    for step in ("questions", "hand-over", "text", "discard"):
        assert browser.post(f"{address}/{step}", data={"code": "481529"}).status_code == 404


def test_the_sheet_has_the_numbers_of_the_page_on_which_it_is_typed_in(browser: FlaskClient, rosa: Patient) -> None:
    sheet = browser.get("/instruments/paper?instrument=needs_check@2026-11&language=es").text
    typed = browser.post(f"/patients/{rosa.id}/screen", data=HOW | {"mode": "paper", "language": "es"}).text

    for question in numbered_questions(needs_check(), alone=False):
        assert f"<strong>{question.number}.</strong> {question.words.say('es')}" in sheet
        assert f'{question.number}. <span lang="es" dir="auto">{question.words.say("es")}</span>' in typed
        assert f'<span lang="en" dir="auto">{question.words.say("en")}</span>' in typed
    assert "needs_check 2026-11 es" in sheet


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_question_on_safety_stands_on_paper_not_even_in_the_source(browser: FlaskClient, language: str) -> None:
    sheet = browser.get(f"/instruments/paper?language={language}").text

    assert [word for word in (AFRAID, "miedo", "prohíbe", "seguridad", "safety") if word in sheet.casefold()] == []


def test_the_sheet_names_nobody(browser: FlaskClient, rosa: Patient) -> None:
    assert "Rosa" not in browser.get("/instruments/paper").text


def test_a_sheet_is_typed_in_by_numbers(browser: FlaskClient, session: ScopedSession, rosa: Patient) -> None:
    """Food is question 2, yes its number 1; question 1 asks for the wish, whose number 1 is "yes"."""
    status, address = send(browser, rosa, {"mode": "paper"}, food_want="1", food="1", work="2", housing="3")

    assert status == 303
    assert "On paper" in browser.get(address).text
    (screening,) = screenings_of(session, rosa.id)
    answers = answers_of(session, screening.id)
    said = {name: value for name, value in answers.items() if value != "skip"}
    assert said == {"food_want": "yes", "food": "yes", "work": "no", "housing": "declined"}
    assert answers["childcare"] == "skip"
    assert (screening.mode, screening.alone) == (ScreeningMode.PAPER, False)


def test_a_number_that_is_not_on_the_sheet_is_asked_again_and_nothing_typed_is_lost(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    status, page = send(browser, rosa, {"mode": "paper"}, food="7", work="2")

    assert status == 422
    assert "Type one of the numbers 1, 2, 3." in page
    assert re.search(r'name="a-work"[^>]*value="2"', page)
    assert session.query(Screening).count() == 0


def test_a_half_typed_sheet_keeps_what_is_typed_and_loses_no_wrong_number(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    how = {"mode": "paper", "later": "yes"}

    wrong, page = send(browser, rosa, how, food="7")
    right, _address = send(browser, rosa, how, food="1")

    assert (wrong, right) == (422, 303)
    assert 'value="7"' in page
    (kept,) = started_of(session, rosa.id)
    assert kept.answers == {"food": "yes"}


def test_answers_on_safety_typed_from_paper_are_not_taken(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    send(browser, rosa, {"mode": "paper", "alone": "yes"}, food="2", safety_afraid="1")

    assert needs_of(session, rosa.id) == []


def test_another_instrument_is_asked_scored_and_shown_with_its_licence(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    how = {"chosen_instrument": core(session, town)}
    page = browser.post(f"/patients/{rosa.id}/screen", data=HOW | how).text
    answers = {"/88122-7": "LA6729-3", "/96778-6": "LA28580-1", "/71802-3": "declined"}

    _status, address = send(browser, rosa, how, **answers)

    assert "Hager et al. 2010" in page
    result = browser.get(address).text
    assert "US federal work" in result
    assert "LOINC(R) is a registered" in result
    assert {need.domain for need in needs_of(session, rosa.id)} == {"food", "housing"}


def test_an_old_screening_is_read_with_the_version_that_was_asked(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    how = {"chosen_instrument": core(session, town)}
    _status, address = send(browser, rosa, how, **{"/88122-7": "LA6729-3"})
    text = shipped("ahc-hrsn-core").definition.replace("LA6729-3", "LA0000-0")
    changed = shipped("ahc-hrsn-core")
    import_instrument(session, type(changed)(changed.key, changed.instrument, text, "plain"), "")
    town.commit()

    assert "To confirm with the patient" in browser.get(address).text


def test_questions_that_do_not_exist_in_a_language_say_so(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    how = HOW | {"chosen_instrument": core(session, town), "language": "es", "mode": "tablet"}

    response = browser.post(f"/patients/{rosa.id}/screen", data=how)

    assert response.status_code == 422
    assert "These questions exist only in: English" in response.text


def test_the_pages_of_instruments_show_codes_licence_and_what_was_left_out(
    browser: FlaskClient, session: ScopedSession, town: Town
) -> None:
    import_instrument(session, shipped("ahc-hrsn-supplemental"), "")
    town.commit()

    index = browser.get("/instruments").text
    (address,) = re.findall(r'href="(/instruments/[0-9a-f-]{36})"', index)
    page = browser.get(address).text

    assert "76513-1" in page
    assert "LA15832-1" in page
    assert "positive_rule is not verified" in page
    assert "Asked only when the patient is alone with staff" in page


def test_a_broken_name_of_an_instrument_is_not_there(browser: FlaskClient, rosa: Patient) -> None:
    for name in ("", "needs_check", "nothing@1", "nothing@x", "@", "a@-1"):
        assert send(browser, rosa, {"chosen_instrument": name}, food="no")[0] in (404, 303)
        assert browser.get(f"/instruments/paper?instrument={name}").status_code in (404, 200)
