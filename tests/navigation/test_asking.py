"""Questions asked by a person in place of a text: the same answers, the same effect."""

import re
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.followups.effects import apply_option
from referral.followups.models import Question
from referral.followups.planning import ask, call_instead
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.navigation.models import ContactAttempt
from referral.outbox.models import Message
from referral.patients.models import PatientPhone
from referral.patients.proxies import NewProxy, record_proxy
from referral.patients.states import ProxyRelation, Reach
from referral.referrals.models import Referral, Testimony
from referral.screening.models import Need
from referral.todos.models import ToDo, ToDoReason
from resources_directory.needs import NeedDomain
from tests.navigation.conftest import Desk


def call_to_make(session: ScopedSession, desk: Desk, kind: QuestionKind, domain: str = "food") -> ToDo:
    """A question that nobody may text: its to-do."""
    desk.referral.domain = domain
    question = ask(session, desk.referral, kind, clock.now())
    call_instead(session, question, ToDoReason.CALL_INSTEAD_OF_TEXT)
    to_do = session.scalars(select(ToDo).order_by(ToDo.id.desc())).one()
    desk.town.commit()
    return to_do


def said(session: ScopedSession, digit: str, **facts: str) -> dict[str, Any]:
    """The form about the question that a person asks now. Other sessions may write afterwards."""
    asked = select(Question).where(Question.state == QuestionState.GIVEN_TO_PERSON)
    question = session.scalars(asked.order_by(Question.created_at.desc(), Question.id.desc())).first()
    session.commit()
    assert question is not None
    facts = {"digit": digit, "speaker": "Rosa Molina", "channel": "phone", "language": "es", "minutes": "4"} | facts
    return {f"answer-{name}": value for name, value in ({"question_id": str(question.id)} | facts).items()}


def test_the_page_asks_exactly_that_question_with_the_answers_of_the_text(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    page = browser.get(f"/to-dos/{to_do.id}").text

    assert "Did you get what you asked us for?" in page
    assert re.findall(r'name="answer-digit"[^>]* value="(.)"', page) == ["1", "2", "3"]


def test_a_yes_on_the_phone_does_what_a_yes_by_text_does(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    answer = browser.post(f"/to-dos/{to_do.id}/answer", data=said(session, "1"))

    session.expire_all()
    testimony = session.scalars(select(Testimony)).one()
    assert answer.status_code == 303
    assert (testimony.side, testimony.outcome, testimony.channel) == ("patient", "received", "phone")
    assert (testimony.speaker, testimony.taken_by, testimony.language) == ("Rosa Molina", desk.nadia.id, "es")
    assert session.get_one(Referral, desk.referral.id).state == "completed"
    assert session.scalars(select(Need)).one().status == "met"
    assert session.get_one(ToDo, to_do.id).done_by == desk.nadia.id
    assert session.scalars(select(ContactAttempt)).one().minutes == 4


def test_a_no_closes_nothing_and_asks_why_in_the_same_call(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    browser.post(f"/to-dos/{to_do.id}/answer", data=said(session, "2"))
    page = browser.get(f"/to-dos/{to_do.id}").text

    session.expire_all()
    assert session.get_one(Referral, desk.referral.id).state == "accepted"
    assert session.get_one(ToDo, to_do.id).done_at is None
    assert "What went wrong?" in page
    assert session.scalars(select(Message)).all() == []


def test_the_reason_brings_a_person_and_finishes_the_call(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)
    browser.post(f"/to-dos/{to_do.id}/answer", data=said(session, "2"))

    browser.post(f"/to-dos/{to_do.id}/answer", data=said(session, "7"))

    session.expire_all()
    assert session.get_one(ToDo, to_do.id).done_at is not None
    reasons = set(session.scalars(select(ToDo.reason).where(ToDo.done_at.is_(None))))
    assert reasons == {ToDoReason.NOT_HELPED}
    assert "waited_too_long" in {row.reason for row in session.scalars(select(Testimony))}


def test_nobody_was_in_touch_makes_the_to_do_of_a_silent_organization(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_CONTACT)

    browser.post(f"/to-dos/{to_do.id}/answer", data=said(session, "2"))

    session.expire_all()
    assert ToDoReason.ORGANIZATION_SILENT in set(session.scalars(select(ToDo.reason)))


def test_an_answer_sent_twice_is_one(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)
    sent = said(session, "1", form_id=str(uuid4()))

    answers = [browser.post(f"/to-dos/{to_do.id}/answer", data=sent).status_code for _ in range(2)]

    session.expire_all()
    assert answers == [303, 303]
    assert len(session.scalars(select(Testimony)).all()) == 1
    assert len(session.scalars(select(ContactAttempt)).all()) == 1


def test_of_two_navigators_who_ask_the_same_the_slower_keeps_their_words(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)
    sent = said(session, "1", note="She said it was good.")
    browser.post(f"/to-dos/{to_do.id}/answer", data=sent)

    answer = browser.post(f"/to-dos/{to_do.id}/answer", data=sent | {"answer-digit": "2"})

    assert answer.status_code == 409
    assert "answered meanwhile" in answer.text
    assert "She said it was good." in answer.text
    assert len(session.scalars(select(Testimony)).all()) == 1


@pytest.mark.parametrize("digit", ["9", "4", "", "x"])
def test_what_is_not_offered_is_refused(session: ScopedSession, desk: Desk, browser: FlaskClient, digit: str) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    answer = browser.post(f"/to-dos/{to_do.id}/answer", data=said(session, digit))

    assert answer.status_code == 422
    assert session.scalars(select(Testimony)).all() == []


def test_do_no_harm_the_script_names_neither_need_nor_place_on_a_shared_phone(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    desk.town.phone(desk.patient, "+15595550144", is_shared=True)
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    script = the_call(browser.get(f"/to-dos/{to_do.id}").text)

    assert "Others answer this phone" in script
    assert "Leave no message." in script
    for word in (desk.referral.service_facts["service_name"], "ood", desk.clinic.texting_name):
        assert word not in script


def test_do_no_harm_about_a_sensitive_need_the_script_asks_whether_they_are_alone(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME, domain="interpersonal_safety")

    script = the_call(browser.get(f"/to-dos/{to_do.id}").text)

    assert "Ask first whether they are alone" in script
    assert "Leave no message." in script
    assert desk.referral.service_facts["service_name"] not in script


def test_do_no_harm_a_neutral_sender_names_no_clinic_to_a_machine(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    desk.patient.privacy_level = "neutral"
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    script = the_call(browser.get(f"/to-dos/{to_do.id}").text)

    assert "Do not name the clinic." in script
    assert f"from {desk.clinic.texting_name}" not in script


def test_do_no_harm_nobody_is_called_who_has_died(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)
    desk.patient.deceased_at = clock.now()
    desk.town.commit()

    page = browser.get(f"/to-dos/{to_do.id}").text

    assert "The patient has died. Do not call." in page
    assert 'id="call"' not in page


def test_the_question_stands_in_the_language_that_they_speak(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    script = the_call(browser.get(f"/to-dos/{to_do.id}").text)

    assert 'lang="es"' in script
    assert "Have an interpreter for Spanish" in script


def the_call(page: str) -> str:
    """The part of the page that is read out."""
    return page.partition('id="call"')[2].partition("</section>")[0]


def test_do_no_harm_on_a_parents_phone_the_script_names_nothing(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    session.query(PatientPhone).update({"holder": "parent"})
    session.expire_all()
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    script = the_call(browser.get(f"/to-dos/{to_do.id}").text)

    assert "Others answer this phone" in script
    assert desk.referral.service_facts["service_name"] not in script


def test_do_no_harm_a_need_that_they_keep_to_themselves_is_asked_alone_and_of_them_only(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    desk.patient.private_domains_text = "food"
    reach = {NeedDomain.FOOD: Reach.ANSWER}
    record_proxy(session, desk.patient, NewProxy("Marta Molina", ProxyRelation.PARENT, reach), by=desk.nadia.id)
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    script = the_call(browser.get(f"/to-dos/{to_do.id}").text)

    assert "Ask first whether they are alone" in script
    assert "Only the patient may answer this." in script
    assert "Marta Molina" not in script


def test_whoever_may_answer_for_them_is_named(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    reach = {NeedDomain.FOOD: Reach.ANSWER}
    record_proxy(session, desk.patient, NewProxy("Marta Molina", ProxyRelation.CAREGIVER, reach), by=desk.nadia.id)
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)

    assert "Marta Molina answers this for Rosa Molina." in the_call(browser.get(f"/to-dos/{to_do.id}").text)


def test_an_answer_that_comes_by_text_meanwhile_takes_the_call_off_the_list(session: ScopedSession, desk: Desk) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)
    question = session.scalars(select(Question)).one()
    phone = session.scalars(select(PatientPhone)).one()
    own = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "phone_number_id": phone.phone_number_id}
    text = InboundMessage(provider_id="SM1", source="webhook", received_at=clock.now(), **own)
    text.body = "1"
    session.add(text)
    session.flush()

    apply_option(session, text, question, "1")

    session.refresh(to_do)
    assert to_do.outcome == "They answered by text."


def test_a_no_pressed_twice_leads_on_to_the_question_why(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = call_to_make(session, desk, QuestionKind.CHECK_OUTCOME)
    sent = said(session, "2", form_id=str(uuid4()))

    answers = [browser.post(f"/to-dos/{to_do.id}/answer", data=sent) for _ in range(2)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"/to-dos/{to_do.id}#call")] * 2
    assert len(session.scalars(select(Testimony)).all()) == 1
