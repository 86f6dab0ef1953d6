"""Language *none*: somebody who reads no language gets calls and never a text."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member
from referral.followups.due import ask_due_questions
from referral.followups.models import Question
from referral.followups.planning import ask
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.i18n import NO_WRITTEN_LANGUAGE
from referral.outbox.models import Message
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town


@pytest.fixture
def mai(town: Town, clinic: Member) -> Patient:
    """She reads no language; her own phone is safe, and she agreed to texts once."""
    mai = town.patient(clinic, given_name="Mai", written_language=NO_WRITTEN_LANGUAGE, spoken_language="hmn")
    town.phone(mai)
    return mai


def test_whoever_reads_no_language_gets_no_text_even_with_consent(town: Town, mai: Patient) -> None:
    assert texting_route(town.session, mai).why_not == "reads_no_language"


def test_each_question_becomes_a_call_and_nothing_is_queued(app: Flask, town: Town, mai: Patient) -> None:
    referral = town.referral(town.need(mai), town.service(), state="accepted")
    question = ask(town.session, referral, QuestionKind.CHECK_CONTACT, clock.now() - timedelta(minutes=1))
    town.commit()

    assert ask_due_questions(app.extensions["database"]) == 1

    town.session.expire_all()
    assert town.session.get_one(Question, question.id).state == "given_to_person"
    to_do = town.session.scalars(select(ToDo)).one()
    assert (to_do.reason, to_do.note) == (ToDoReason.CALL_INSTEAD_OF_TEXT, "the patient reads no language")
    assert town.session.scalars(select(Message)).all() == []


def test_the_page_and_the_registration_form_say_so(browser: FlaskClient, town: Town, mai: Patient) -> None:
    town.commit()

    page = browser.get(f"/patients/{mai.id}").text
    form = browser.get("/patients/new").text

    assert "Every question becomes a call" in page
    assert "Somebody who reads no language gets no texts" in form
