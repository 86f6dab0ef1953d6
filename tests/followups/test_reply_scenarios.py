"""What four people write back, from the text that arrives to what the database holds."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage
from referral.outbox.models import Message
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.states import SmsSafety
from referral.referrals.states import ReferralState
from referral.todos.models import ToDoReason
from tests.factories import Town
from tests.followups.test_conversation import Conversation


@pytest.fixture
def talk(app: Flask, database: Database, town: Town, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    noon = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
    offset = noon - clock.wall()
    clock.set_offset(offset)
    monkeypatch.setattr("referral.kit.worker.follow_clock", lambda _session: None)
    return Conversation(app, database, town)


def ask_in(talk: Conversation, language: str) -> None:
    """The organization has accepted, and the patient, who reads this language, is asked whether it helped."""
    talk.accept()
    talk.ask(QuestionKind.CHECK_OUTCOME)
    with talk.database.job("tests") as session:
        session.scalars(select(Patient)).one().written_language = language
        session.scalars(select(Question).where(Question.kind == QuestionKind.CHECK_OUTCOME)).one().language = language


def opted_out(talk: Conversation) -> bool:
    """Whether the phone takes no more texts."""
    return talk._all(select(PhoneNumber))[0].opted_out_at is not None


def test_dung_with_its_tone_never_opts_out_and_dung_stops_and_co_afterwards_lifts_and_closes_nothing(
    talk: Conversation,
) -> None:
    ask_in(talk, "vi")

    right = (talk.write("đúng"), opted_out(talk))  # "right": no answer that closes, and no stop
    stop = (talk.write("dừng"), opted_out(talk))
    queued_before = len(talk._all(select(Message)))
    yes = (talk.write("có"), opted_out(talk))

    assert (right, stop, yes) == (("given_to_person", False), ("opted_out", True), ("late", True))
    assert (talk.state(), talk.testimonies()) == (ReferralState.ACCEPTED, [])
    assert len(talk._all(select(Message))) == queued_before  # nothing is even queued for a phone that stopped
    assert ToDoReason.LATE_ANSWER in talk.to_dos()


def test_an_arabic_speaker_who_answers_with_an_arabic_nine_gets_a_call(talk: Conversation) -> None:
    ask_in(talk, "ar")

    effect = talk.write("٩")

    assert effect == "applied call"
    assert ToDoReason.PATIENT_ASKED_FOR_CALL in talk.to_dos()
    assert talk.questions()[QuestionKind.CHECK_OUTCOME] == QuestionState.GIVEN_TO_PERSON


def test_a_spanish_speaker_who_writes_two_and_a_story_has_said_no(talk: Conversation) -> None:
    ask_in(talk, "es")

    effect = talk.write("2 no había nadie")

    inbound = talk._all(select(InboundMessage))[0]
    assert effect == "applied check_outcome_d10 2"
    assert (inbound.reading_value, inbound.reading_rule.split("@")[0]) == ("2", "digit_and_its_words")
    assert (talk.state(), talk.testimonies()) == (ReferralState.ACCEPTED, [("patient", "not_received")])


def test_start_from_a_monitored_phone_lifts_nothing_sends_nothing_and_reaches_a_person(talk: Conversation) -> None:
    talk.write("STOP")
    with talk.database.job("tests") as session:
        session.scalars(select(PatientPhone)).one().sms_ok = SmsSafety.NO  # they told us that somebody reads it

    effect = talk.write("START")
    talk.ask(QuestionKind.CHECK_CONTACT)

    assert (effect, opted_out(talk)) == ("opted_in not_safe", True)
    assert talk.questions()[QuestionKind.CHECK_CONTACT] == QuestionState.GIVEN_TO_PERSON
    assert talk._all(select(PatientPhone))[0].sms_ok == SmsSafety.NO
    assert [template for template, _language in talk.texts()] == ["stop_confirm"]
    assert {ToDoReason.PATIENT_WROTE, ToDoReason.CALL_INSTEAD_OF_TEXT} <= set(talk.to_dos())


def test_the_version_of_the_reader_is_kept_with_each_reading(talk: Conversation) -> None:
    talk.write("hola")
    talk.write("STOP")

    rules = [row.reading_rule for row in talk._all(select(InboundMessage).order_by(InboundMessage.id))]
    assert [rule.partition("@")[0] for rule in rules] == ["free_text", "stop_keyword"]
    assert len({rule.partition("@")[2] for rule in rules}) == 1
