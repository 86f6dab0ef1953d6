"""The answer "1, another place": the address of the page to choose on, else a call; and which request is meant."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.patients.models import Patient, PatientPhone
from referral.patients.states import PhoneHolder
from referral.referrals.actions import accept, decline, move
from referral.referrals.actors import THE_CLOCK
from referral.referrals.models import Referral
from referral.referrals.states import DeclineReason, ReferralEvent
from referral.screening.models import Need
from referral.todos.models import ToDo, ToDoReason
from resources_directory.models.service import NeedOrigin, ServiceNeed
from tests.factories import Town
from tests.followups.test_conversation import DESK, Conversation


@pytest.fixture
def talk(at_noon: None, app: Flask, database: Database, town: Town, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A conversation on a Friday at noon, about a need for which there is another place."""
    monkeypatch.setattr("referral.kit.worker.follow_clock", lambda _session: None)
    talk = Conversation(app, database, town)
    with database.job("tests") as session:
        patient = session.scalars(select(Patient)).one()
        patient.birth_date_text, patient.written_language = "1984-05-06", "en"
        need = session.scalars(select(Need)).one()
        for each in (Town(session).service(name="Second Table"), Town(session).service(name="Third Table")):
            session.add(ServiceNeed(service_id=each.id, need=need.domain, origin=NeedOrigin.STATED))
    return talk


def wants_another(talk: Conversation) -> None:
    """The organization declines, the text asks, the patient answers 1."""
    talk.decline()
    talk.work()
    talk.write("1")


def bodies(talk: Conversation, template: str) -> list[str]:
    """The words of the texts that left."""
    with talk.database.job("tests") as session:
        found = select(Message).where(Message.template == template).order_by(Message.created_at, Message.id)
        return [row.body or "" for row in session.scalars(found)]


def test_one_brings_the_address_of_their_own_page_and_no_second_call(talk: Conversation) -> None:
    wants_another(talk)

    assert talk.texts()[-1] == ("other_place_link", "en")
    (body,) = bodies(talk, "other_place_link")
    assert "/p/" in body
    assert "language=en" in body
    assert talk.to_dos() == [ToDoReason.ORGANIZATION_DECLINED]


@pytest.mark.parametrize("why", ["nothing opens it", "shared phone", "phone of a parent", "no to-do"])
def test_without_a_page_that_they_alone_open_a_person_calls(talk: Conversation, why: str) -> None:
    talk.decline()
    talk.work()
    with talk.database.job("tests") as session:
        if why == "nothing opens it":
            session.scalars(select(Patient)).one().birth_date_text = None
        elif why == "no to-do":
            session.execute(update(ToDo).values(done_at=clock.now()))
        else:
            phone = session.scalars(select(PatientPhone)).one()
            phone.is_shared = why == "shared phone"
            phone.holder = PhoneHolder.SELF if phone.is_shared else PhoneHolder.PARENT

    talk.write("1")

    assert bodies(talk, "other_place_link") == []
    assert ToDoReason.PATIENT_ASKED_FOR_CALL in talk.to_dos()


def test_where_there_is_no_place_to_choose_a_person_calls(talk: Conversation) -> None:
    with talk.database.job("tests") as session:
        for each in session.scalars(select(ServiceNeed)).all():
            session.delete(each)

    wants_another(talk)

    assert talk.texts()[-1][0] == "chw_will_call"
    assert ToDoReason.PATIENT_ASKED_FOR_CALL in talk.to_dos()


def test_a_page_that_went_off_meanwhile_brings_a_person(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referral.followups.plan_links.address_for_paper", lambda *_args: None)
    monkeypatch.setattr("referral.followups.effects.can_choose_on_page", lambda *_args: True)

    wants_another(talk)

    with talk.database.job("tests") as session:
        assert session.scalars(select(Message.reason).where(Message.template == "other_place_link")).one() == "page_off"
    assert ToDoReason.MESSAGE_STUCK in talk.to_dos()


def test_texts_about_two_requests_signed_together_are_told_apart_by_their_numbers(talk: Conversation) -> None:
    with talk.database.job("tests") as session:
        town, first = Town(session), session.scalars(select(Referral)).one()
        patient = session.scalars(select(Patient)).one()
        again = town.referral(town.need(patient, "utilities"), town.service(), state="held")
        first.state, again.prescription_id = "held", first.prescription_id
        first.signed_at = again.signed_at = clock.now()
        session.flush()
        referrals = [first.id, again.id]
    for number, referral_id in enumerate(referrals, start=1):
        with talk.database.job("tests") as session:
            move(session, session.get_one(Referral, referral_id), ReferralEvent.SEND, THE_CLOCK)
        talk.work()
        talk.wait(timedelta(days=1))

        assert f"Nov 20 (#{number})" in bodies(talk, "sent")[-1]


def test_several_moves_on_one_day_are_told_in_one_text(talk: Conversation) -> None:
    with talk.database.job("tests") as session:
        town, patient = Town(session), session.scalars(select(Patient)).one()
        for domain in ("utilities", "transportation"):
            town.referral(town.need(patient, domain), town.service())
    with talk.database.job("tests") as session:
        for each in session.scalars(select(Referral)).all():
            accept(session, each, DESK)

    talk.work()

    assert talk.texts() == [("several_accepted", "en")]
    reasons = [row.reason for row in talk._all(select(Message).where(Message.template == "accepted"))]
    assert reasons == ["told_together"] * 3
    assert talk.to_dos() == []


def test_one_text_for_several_says_nothing_of_a_sensitive_request(talk: Conversation) -> None:
    with talk.database.job("tests") as session:
        town, patient = Town(session), session.scalars(select(Patient)).one()
        town.referral(town.need(patient, "legal_immigration"), town.service())
    with talk.database.job("tests") as session:
        for each in session.scalars(select(Referral)).all():
            accept(session, each, DESK)

    talk.work()

    assert talk.texts() == [("accepted", "en")]


def test_news_that_waited_for_the_next_day_is_told_in_one_text(talk: Conversation) -> None:
    with talk.database.job("tests") as session:
        town, patient = Town(session), session.scalars(select(Patient)).one()
        others = [town.referral(town.need(patient, each), town.service()).id for each in ("utilities", "childcare")]
    talk.accept()
    talk.work()
    for referral_id in others:
        with talk.database.job("tests") as session:
            accept(session, session.get_one(Referral, referral_id), DESK)
        talk.work()
    same_day = talk.texts()

    talk.wait(timedelta(days=1))
    talk.work()

    assert same_day == [("accepted", "en")]
    assert talk.texts() == [("accepted", "en"), ("several_accepted", "en")]


def test_a_question_about_another_place_names_the_request_by_its_number(talk: Conversation) -> None:
    with talk.database.job("tests") as session:
        town, patient = Town(session), session.scalars(select(Patient)).one()
        town.referral(town.need(patient, "utilities"), town.service())
    with talk.database.job("tests") as session:
        decline(session, talk._fresh(session), DESK, reason=DeclineReason.NO_CAPACITY)
    talk.work()

    assert "(#1)" in bodies(talk, str(QuestionKind.OTHER_PLACE))[0]
