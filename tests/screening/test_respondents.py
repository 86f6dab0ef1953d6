"""Somebody answers for the patient: who is on file, only about needs in which they may, and the record says who."""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.proxies import end_proxy
from referral.patients.wish_models import PatientProxy
from referral.screening.models import Screening
from referral.screening.queries import needs_of, screenings_of
from referral.screening.respondents import Answerer, not_asked
from referral.screening.started import started_of
from referral.screening.states import Respondent, ScreeningMode
from resources_directory.needs import NeedDomain
from tests.factories import Town
from tests.screening.test_started import answering
from tests.screening.test_tablet import hand_over, step

HOW = {"mode": "staff", "chosen_instrument": "needs_check@2026-11", "language": "en"}


@pytest.fixture
def aunt(town: Town, rosa: Patient) -> PatientProxy:
    """An aunt who may answer about food and housing, and nothing else."""
    return answering(town, rosa, NeedDomain.FOOD, NeedDomain.HOUSING)


def begin(browser: FlaskClient, patient: Patient, **how: str) -> str:
    return browser.post(f"/patients/{patient.id}/screen", data={"form_id": str(uuid4())} | HOW | how).text


def by(proxy: PatientProxy) -> str:
    return f"proxy:{proxy.id}"


def test_the_start_names_who_is_on_file(browser: FlaskClient, rosa: Patient, aunt: PatientProxy) -> None:
    page = browser.get(f"/patients/{rosa.id}/screen").text

    assert "Ana Molina (A caregiver)" in page
    assert f'value="{by(aunt)}"' in page


def test_nobody_on_file_has_to_be_written_down_first_and_what_was_chosen_stays(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    page = begin(browser, rosa, respondent="proxy", mode="paper", interpreter="Line 4711")

    assert "Write down first who this is" in page
    assert f"/patients/{rosa.id}/proxies" in page
    assert 'value="Line 4711"' in page
    assert 'checked id="mode-3" name="mode" type="radio" value="paper"' in page
    assert started_of(session, rosa.id) == []


@pytest.mark.parametrize("mode", ["staff", "paper"])
def test_staff_and_paper_ask_only_what_they_may_answer(
    browser: FlaskClient, rosa: Patient, aunt: PatientProxy, mode: str
) -> None:
    page = begin(browser, rosa, respondent=by(aunt), mode=mode)

    assert 'name="a-food"' in page
    assert 'name="a-housing"' in page
    assert 'name="a-work"' not in page


def test_an_answer_beyond_their_reach_is_not_taken(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, aunt: PatientProxy
) -> None:
    body = HOW | {"respondent": by(aunt), "a-food": "yes", "a-food_want": "yes", "a-work": "yes", "a-work_want": "yes"}

    page = browser.post(f"/patients/{rosa.id}/screen/answers", data=body, follow_redirects=True).text

    assert [need.domain for need in needs_of(session, rosa.id)] == ["food"]
    (screening,) = screenings_of(session, rosa.id)
    assert (screening.respondent, screening.proxy_id) == (Respondent.PROXY, aunt.id)
    assert "Answered for the patient: Ana Molina (A caregiver)" in page


def test_a_tablet_asks_only_what_they_may_answer_and_keeps_who_answered(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, aunt: PatientProxy
) -> None:
    hand_over(browser, rosa, respondent=by(aunt))
    pages = [browser.get(f"/tablet?at={number}").text for number in (1, 2, 3)]

    step(browser, 1, food="no")
    step(browser, 2, housing="yes", housing_want="yes")

    asked = {name for name in ("food", "housing", "work", "utilities") if any(f'"a-{name}"' in page for page in pages)}
    assert asked == {"food", "housing"}
    (screening,) = screenings_of(session, rosa.id)
    assert (screening.mode, screening.proxy_id) == (ScreeningMode.TABLET, aunt.id)


def test_a_tablet_shows_nothing_any_more_once_they_may_answer_nothing(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, aunt: PatientProxy
) -> None:
    hand_over(browser, rosa, respondent=by(aunt))
    rosa.private_domains_text = "food housing"
    session.commit()

    response = browser.get("/tablet")

    assert response.status_code == 410
    assert "Give the device back" in response.text


def test_whoever_answers_no_more_is_not_asked(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, aunt: PatientProxy
) -> None:
    end_proxy(session, aunt, by=aunt.recorded_by)
    session.commit()
    body = HOW | {"respondent": by(aunt), "a-food": "yes", "a-food_want": "yes"}

    response = browser.post(f"/patients/{rosa.id}/screen/answers", data=body)

    assert response.status_code == 409
    assert session.query(Screening).count() == 0


def test_somebody_elses_proxy_answers_for_nobody_here(
    session: ScopedSession, town: Town, rosa: Patient, aunt: PatientProxy
) -> None:
    other = town.patient(town.clinic())

    with pytest.raises(Conflict):
        not_asked(session, other.id, Answerer(aunt.id))
    with pytest.raises(Conflict):
        not_asked(session, rosa.id, Answerer(UUID(int=1)))


def test_who_may_answer_none_of_the_questions_is_told_at_the_start(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    friend = answering(town, rosa, NeedDomain.FOOD)
    rosa.private_domains_text = "food"
    session.commit()

    page = begin(browser, rosa, respondent=by(friend), mode="tablet")

    assert started_of(session, rosa.id) == []
    assert "What was sent cannot be chosen here" in page or "may answer none of these questions" in page


def test_a_screening_kept_for_later_goes_on_with_the_same_person(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, aunt: PatientProxy
) -> None:
    body = HOW | {"form_id": str(uuid4()), "respondent": by(aunt), "a-food": "no", "later": "yes"}
    browser.post(f"/patients/{rosa.id}/screen/answers", data=body)
    (started,) = started_of(session, rosa.id)
    session.commit()

    shown = browser.get(f"/patients/{rosa.id}/started/{started.id}").text
    page = browser.post(f"/patients/{rosa.id}/started/{started.id}/questions").text

    assert started.proxy_id == aunt.id
    assert "Ana Molina (A caregiver)" in shown
    assert f'value="{by(aunt)}"' in page
    assert 'name="a-work"' not in page


def test_the_patient_is_asked_everything(session: ScopedSession, rosa: Patient, aunt: PatientProxy) -> None:
    assert not_asked(session, rosa.id, Answerer()) == frozenset()
