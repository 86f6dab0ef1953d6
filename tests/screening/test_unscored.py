"""Answers of which no rule says whether they speak of a need: shown, called unscored, never called "no need"."""

import json
import re
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.screening.instrument_files import read_file
from referral.screening.instrument_library import import_instrument
from referral.screening.instruments import needs_check
from referral.screening.scoring import unscored
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town
from tests.screening.test_tablet import hand_over, step

LOINC = "http://loinc.org"
YES_OR_NO = [{"valueCoding": {"code": "y", "display": "Often true"}}, {"valueCoding": {"code": "n", "display": "No"}}]
#: A file as a publisher gives it away: codes, and no word on what an answer means.
BARE = {
    "resourceType": "Questionnaire", "name": "Bare", "title": "Bare questions",
    "item": [
        {"linkId": "1", "code": [{"system": LOINC, "code": "88122-7"}], "type": "choice",
         "text": "Did the food not last?", "answerOption": YES_OR_NO},
        {"linkId": "2", "text": "Who hears you?", "type": "choice", "answerOption": YES_OR_NO},
    ],
}  # fmt: skip

NO_NEED = "Nothing is left to confirm"


@pytest.fixture
def bare(town: Town) -> str:
    """The name of the instrument as the page sends it."""
    text = json.dumps(BARE)
    import_instrument(town.session, read_file(text), text)
    town.commit()
    return f"{read_file(text).instrument.key}@1"


def result(browser: FlaskClient, patient: Patient, instrument: str, **ticked: str) -> str:
    how = {"mode": "staff", "chosen_instrument": instrument, "language": "en", "respondent": "patient", "alone": "yes"}
    form = {"form_id": str(uuid4())} | how | {f"a-{name}": value for name, value in ticked.items()}
    done = browser.post(f"/patients/{patient.id}/screen/answers", data=form)
    assert done.status_code == 303, done.text
    return browser.get(done.headers["Location"]).text


def test_answers_without_a_rule_are_shown_as_not_scored_and_never_called_no_need(
    browser: FlaskClient, rosa: Patient, bare: str
) -> None:
    page = result(browser, rosa, bare, **{"1": "y", "2": "y"})

    assert NO_NEED not in page
    assert "These answers were not scored" in page
    told = page.split('id="unscored"')[1]
    assert re.search(r"Did the food not last\?</dt>\s*<dd[^>]*>Often true", told)
    assert "Who hears you?" in told.split("Answers given alone")[1], "its code is unknown, so it was asked alone"
    assert f"/patients/{rosa.id}/needs/new" in told


def test_answers_that_are_scored_and_say_no_are_no_need(browser: FlaskClient, rosa: Patient) -> None:
    page = result(browser, rosa, f"needs_check@{needs_check().version}", food="no")

    assert NO_NEED in page
    assert "not scored" not in page


def test_a_score_that_lacks_an_answer_says_nothing_and_an_answer_that_is_known_says_something() -> None:
    items = [
        {"linkId": name, "code": code, "text": name, "domain": "food-insecurity",
         "answers": [{"code": "a", "display": "A", "score": 1}, {"code": "b", "display": "B", "score": 5}]}
        for name, code in (("one", "1-1"), ("two", "1-2"))
    ]  # fmt: skip
    score = {"id": "s", "display": "S", "members": ["1-1", "1-2"], "positive": "total >= 6"}
    summed = read_file(json.dumps({"id": "sum", "title": "Sum", "items": items, "scores": [score]})).instrument

    assert [item.link_id for item in unscored(summed, {"one": "a"})] == ["one"]
    assert unscored(summed, {"one": "a", "two": "b"}) == []
    assert unscored(summed, {"one": "skip"}) == []
    assert unscored(needs_check(), {"food": "declined"}) == []


def test_somebody_looks_at_answers_that_the_patient_gave_alone_and_nothing_scored(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, bare: str
) -> None:
    hand_over(browser, rosa, chosen_instrument=bare)

    step(browser, 1, **{"1": "y"})

    session.rollback()
    to_do = session.scalars(select(ToDo).where(ToDo.patient_id == rosa.id)).one()
    assert to_do.reason == ToDoReason.CONFIRM_NEED


def test_questions_are_counted_as_they_were_asked(browser: FlaskClient, rosa: Patient) -> None:
    of = len(needs_check().asked(alone=True))

    one = result(browser, rosa, f"needs_check@{needs_check().version}", food="yes", food_want="yes")
    skipped = result(
        browser, rosa, f"needs_check@{needs_check().version}", transportation="no", utilities="skip", housing="skip"
    )

    assert f"1 of {of} questions answered." in one
    assert f"1 of {of} questions answered." in skipped
