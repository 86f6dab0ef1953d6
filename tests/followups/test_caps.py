"""A phone gets one text a day and three a week, over all its requests and clinics; answers do not count."""

from datetime import datetime, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from referral.followups.planning import ask
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.installation import installation
from referral.kit.transaction import Database
from referral.messaging.caps import full_until
from referral.messaging.composing import compose_patient_text
from referral.outbox.hooks import Composed, Postponed
from referral.outbox.models import Message
from referral.outbox.states import Channel, MessageState
from referral.patients.models import Patient, PhoneNumber
from tests.factories import Town
from tests.followups.test_conversation import Conversation, talk

__all__ = ["talk"]

ZONE = "America/Los_Angeles"
NOON = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo(ZONE))


def sent(town: Town, number_id: object, *moments: datetime, **facts: object) -> None:
    """Texts that left at these moments."""
    patient = town.session.scalars(select(Patient)).first()
    assert patient is not None
    for moment in moments:
        row = {"sent_at": moment, "state": MessageState.DELIVERED, "facts": {}} | facts
        town.session.add(
            Message(
                channel=Channel.SMS,
                composer="question",
                template="reminder",
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                phone_number_id=number_id,
                subject_kind="patient",
                subject_id=patient.id,
                dedupe_key=f"{moment} {facts}",
                not_before=moment,
                created_at=moment,
                **row,
            )
        )
    town.session.flush()


@pytest.fixture
def number_id(town: Town) -> object:
    return town.phone(town.patient(town.clinic())).phone_number_id


def full(town: Town, number_id: object) -> Postponed | None:
    return full_until(town.session, number_id, now=NOON, timezone_name=ZONE)  # type: ignore[arg-type]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


#: (when texts left, until when the phone is full, why)
ROOM = [
    ([], None, None),
    (["2026-11-19 23:59"], None, None),  # yesterday
    (["2026-11-20 00:01"], "2026-11-21 00:00", "day_full"),
    (["2026-11-14 10:00", "2026-11-16 10:00", "2026-11-18 10:00"], "2026-11-21 10:00", "week_full"),
    (["2026-11-13 11:59", "2026-11-16 10:00", "2026-11-18 10:00"], None, None),  # the first is a week ago
    (["2026-11-14 10:00", "2026-11-16 10:00", "2026-11-20 10:00"], "2026-11-21 10:00", "week_full"),
    (["2026-11-14 10:00", "2026-11-15 10:00", "2026-11-16 10:00", "2026-11-17 10:00"], "2026-11-22 10:00", "week_full"),
]


@pytest.mark.parametrize(("moments", "until", "why"), ROOM)
def test_the_room_of_a_phone(
    moments: list[str], until: str | None, why: str | None, town: Town, number_id: object
) -> None:
    sent(town, number_id, *(local(each) for each in moments))

    found = full(town, number_id)

    assert found == (Postponed(local(until), why) if until and why else None)


@pytest.mark.parametrize("facts", [{"is_reply": True}, {"answers": "a text"}])
def test_what_answers_them_does_not_count(facts: dict[str, object], town: Town, number_id: object) -> None:
    sent(town, number_id, NOON - timedelta(hours=1), facts=facts)

    assert full(town, number_id) is None


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (MessageState.SUBMITTING, True),
        (MessageState.UNKNOWN, True),
        (MessageState.NEEDS_HUMAN, True),
        (MessageState.PENDING, False),
        (MessageState.SUPPRESSED, False),
        (MessageState.REJECTED, False),
    ],
)
def test_what_may_have_left_counts(state: MessageState, counts: bool, town: Town, number_id: object) -> None:
    sent(town, number_id, NOON - timedelta(hours=1), sent_at=None, state=state)

    assert (full(town, number_id) is not None) is counts


def test_texts_of_another_clinic_to_the_same_phone_count(town: Town, number_id: object) -> None:
    elsewhere = town.patient(town.clinic())
    phone = town.phone(elsewhere, town.session.get_one(PhoneNumber, number_id).number or "")

    sent(town, phone.phone_number_id, NOON - timedelta(hours=1))

    assert full(town, number_id) is not None


def test_a_second_text_of_a_day_leaves_on_the_next(talk: Conversation) -> None:
    talk.accept()
    talk.work()
    with talk.database.job("tests") as session:
        ask(session, talk._fresh(session), QuestionKind.CHECK_CONTACT, clock.now())
    talk.work()
    same_day = (talk.texts(), talk.questions()[QuestionKind.CHECK_CONTACT])

    talk.wait(timedelta(days=1))
    talk.work()

    assert same_day == ([("accepted", "es")], QuestionState.SCHEDULED)  # a reply must not find it unsent
    assert talk.texts() == [("accepted", "es"), ("check_contact_d3", "es")]


def test_what_answers_a_reply_leaves_at_once_however_many(talk: Conversation) -> None:
    talk.ask(QuestionKind.CHECK_OUTCOME)

    talk.write("2")
    talk.write("7")

    assert [template for template, _language in talk.texts()] == ["check_outcome_d10", "reason", "chw_will_call"]


def test_a_question_at_night_does_not_hold_the_phone(talk: Conversation) -> None:
    talk.wait(timedelta(hours=11))

    talk.ask(QuestionKind.CHECK_OUTCOME)

    assert talk.questions() == {QuestionKind.CHECK_OUTCOME: QuestionState.SCHEDULED}
    assert talk.write("1") == "no_question"
    assert talk.testimonies() == []


def test_of_two_workers_at_the_gate_of_one_phone_one_finds_room(
    at_noon: None, app: Flask, database: Database, town: Town
) -> None:
    phone = town.phone(town.patient(town.clinic()))
    sent(town, phone.phone_number_id, NOON, sent_at=None, state=MessageState.CLAIMED)
    sent(town, phone.phone_number_id, NOON - timedelta(hours=1), sent_at=None, state=MessageState.CLAIMED)
    first, second = town.session.scalars(select(Message.id).order_by(Message.not_before))
    installation(town.session).demo = True
    town.commit()
    second_found: list[object] = []

    def pass_second() -> None:
        with app.app_context(), database.job("second") as session:
            second_found.append(compose_patient_text(session, session.get_one(Message, second), clock.now()))

    with database.job("first") as session:
        message = session.get_one(Message, first)
        first_found = compose_patient_text(session, message, clock.now())
        message.state, message.sent_at = MessageState.ACCEPTED, clock.now()
        session.flush()
        worker = Thread(target=pass_second)
        worker.start()
        worker.join(timeout=0.3)  # it cannot end before this transaction does
    worker.join()

    assert isinstance(first_found, Composed)
    assert [type(found) for found in second_found] == [Postponed]
