"""Questions that wait cost a round nothing, and are looked at as soon as anything changes what they wait for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, select

from referral.followups.due import ask_due_questions
from referral.followups.models import Question
from referral.followups.planning import ask, cancel_questions
from referral.followups.states import QuestionKind, QuestionState
from referral.followups.waiting import LONGEST, waiting_in
from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.states import Channel, MessageState
from referral.patients.consents import stop_number
from referral.patients.models import Patient, PatientPhone
from referral.patients.states import OptOutKind
from referral.referrals.models import Referral
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town

S = QuestionState
pytestmark = pytest.mark.usefixtures("at_noon")


@pytest.fixture
def phone(town: Town) -> PatientPhone:
    return town.phone(town.patient(town.clinic(), written_language="en"))


def due(town: Town, phone: PatientPhone, count: int) -> list[UUID]:
    """So many due questions about referrals of the patient; their referrals' ids."""
    patient = town.session.get_one(Patient, phone.patient_id)
    service, referrals = town.service(), []
    for _each in range(count):
        referral = town.referral(town.need(patient), service)
        ask(town.session, referral, QuestionKind.CHECK_CONTACT, clock.now() - timedelta(minutes=1))
        referrals.append(referral.id)
    town.commit()
    return referrals


def rounds(app: Flask, database: Database, count: int = 1) -> None:
    with app.app_context():
        for _each in range(count):
            ask_due_questions(database)


def states(database: Database) -> list[str]:
    with database.job("tests") as session:
        return sorted(session.scalars(select(Question.state)))


@contextmanager
def counting(database: Database) -> Iterator[dict[str, int]]:
    """Counts the transactions and the statements of the block."""
    counts = {"begin": 0, "before_cursor_execute": 0}

    def note_begin(*_told: object) -> None:
        counts["begin"] += 1

    def note_statement(*_told: object) -> None:
        counts["before_cursor_execute"] += 1

    event.listen(database.engine, "begin", note_begin)
    event.listen(database.engine, "before_cursor_execute", note_statement)
    try:
        yield counts
    finally:
        event.remove(database.engine, "begin", note_begin)
        event.remove(database.engine, "before_cursor_execute", note_statement)


def test_a_round_costs_the_same_however_many_questions_wait(
    app: Flask, database: Database, town: Town, phone: PatientPhone
) -> None:
    costs = []
    for more in (3, 40):
        due(town, phone, more)
        rounds(app, database, 3)
        with counting(database) as counts:
            rounds(app, database)
        costs.append(counts)

    assert states(database) == sorted([S.OPENING, *[S.SCHEDULED] * 42])
    assert costs[0]["begin"] == 1
    assert costs[1] == costs[0]


def test_what_waits_keeps_none_of_the_others_waiting(
    app: Flask, database: Database, town: Town, phone: PatientPhone
) -> None:
    due(town, phone, 60)
    rounds(app, database, 4)
    other = town.phone(town.patient(town.clinic(), written_language="en"), "+15595550188")
    due(town, other, 1)

    rounds(app, database)

    assert states(database).count(S.OPENING) == 2


def test_a_freed_phone_is_seen_at_the_next_round(
    app: Flask, database: Database, town: Town, phone: PatientPhone
) -> None:
    due(town, phone, 5)
    rounds(app, database, 3)
    with database.job("tests") as session:
        holding = session.scalars(select(Question).where(Question.state == S.OPENING)).one()
        cancel_questions(session, session.get_one(Referral, holding.referral_id))

    rounds(app, database)

    assert states(database) == sorted([S.CANCELLED, S.OPENING, S.SCHEDULED, S.SCHEDULED, S.SCHEDULED])


def test_a_phone_that_another_patient_frees_is_seen_at_the_next_round(
    app: Flask, database: Database, town: Town, phone: PatientPhone
) -> None:
    elsewhere = town.phone(town.patient(town.clinic(), written_language="en"))
    (first,) = due(town, phone, 1)
    rounds(app, database)
    due(town, elsewhere, 1)
    rounds(app, database, 3)
    with database.job("tests") as session:
        cancel_questions(session, session.get_one(Referral, first))

    rounds(app, database)

    assert states(database) == [S.CANCELLED, S.OPENING]


def test_after_a_stop_a_person_asks_what_waited_at_the_next_round(
    app: Flask, database: Database, town: Town, phone: PatientPhone
) -> None:
    due(town, phone, 4)
    rounds(app, database, 3)
    with app.app_context(), database.job("tests") as session:
        stop_number(session, phone.phone_number_id, OptOutKind.STAFF)

    rounds(app, database)

    assert states(database) == [S.GIVEN_TO_PERSON] * 4
    with database.job("tests") as session:
        calls = select(ToDo).where(ToDo.reason == ToDoReason.CALL_INSTEAD_OF_TEXT)
        assert len(session.scalars(calls).all()) == 3  # the to-do of the STOP stands for the one that was open


def test_what_waits_for_a_moment_is_asked_then(app: Flask, database: Database, town: Town, phone: PatientPhone) -> None:
    town.session.add(text_of_today(phone))
    due(town, phone, 1)
    rounds(app, database, 3)
    (wait,) = waiting_in(database).waits.values()
    before = states(database)

    clock.set_offset(clock.now() - clock.wall() + timedelta(days=1))
    rounds(app, database)

    assert (before, states(database)) == ([S.SCHEDULED], [S.OPENING])
    assert wait.until <= clock.now() - timedelta(days=1) + LONGEST


def text_of_today(phone: PatientPhone) -> Message:
    """A text that the phone has had, the one of its day."""
    moments = {"not_before": clock.now(), "created_at": clock.now(), "sent_at": clock.now()}
    return Message(
        channel=Channel.SMS,
        composer="question",
        template="reminder",
        clinic_id=phone.clinic_id,
        patient_id=phone.patient_id,
        phone_number_id=phone.phone_number_id,
        subject_kind="patient",
        subject_id=phone.patient_id,
        dedupe_key="the text of the day",
        facts={},
        state=MessageState.DELIVERED,
        **moments,
    )
