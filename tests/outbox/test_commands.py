"""`flask outbox`: what waits for people is listed without a word of it, and moved by name."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from referral.kit.transaction import Database
from referral.outbox.commands import outbox_commands
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel, MessageState
from tests.factories import Town


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def message_id(database: Database, town: Town) -> UUID:
    """A text to a patient, waiting."""
    patient = town.patient(town.clinic())
    phone = town.phone(patient)
    town.commit()
    new = NewMessage(
        channel=Channel.SMS,
        composer="patient_text",
        template="sent",
        clinic_id=patient.clinic_id,
        subject_kind="patient",
        subject_id=patient.id,
        dedupe_key="test",
        patient_id=patient.id,
        phone_number_id=phone.phone_number_id,
    )
    with database.job("test") as session:
        found = queue_message(session, new)
    assert found is not None
    return found


def put(database: Database, message_id: UUID, state: MessageState) -> None:
    with database.job("test") as session:
        session.get_one(Message, message_id).state = state


def state_of(database: Database, message_id: UUID) -> str:
    with database.job("test") as session:
        return session.get_one(Message, message_id).state


def test_the_list_names_what_waits_for_a_person(runner: FlaskCliRunner, database: Database, message_id: UUID) -> None:
    before = runner.invoke(outbox_commands, ["list"]).output
    put(database, message_id, MessageState.NEEDS_HUMAN)

    after = runner.invoke(outbox_commands, ["list"]).output

    assert str(message_id) not in before
    assert f"{message_id}  " in after
    assert "needs_human" in after


def test_the_list_shows_other_states_when_asked(runner: FlaskCliRunner, message_id: UUID) -> None:
    told = runner.invoke(outbox_commands, ["list", "--state", "pending"])

    assert str(message_id) in told.output


def test_retry_sends_again_what_was_given_up(runner: FlaskCliRunner, database: Database, message_id: UUID) -> None:
    put(database, message_id, MessageState.REJECTED)

    told = runner.invoke(outbox_commands, ["retry", str(message_id)])

    assert (told.exit_code, state_of(database, message_id)) == (0, MessageState.PENDING)


def test_retry_wants_to_know_which(runner: FlaskCliRunner) -> None:
    assert runner.invoke(outbox_commands, ["retry"]).exit_code == 2


def test_what_cannot_be_moved_so_is_said_and_nothing_is_changed(
    runner: FlaskCliRunner, database: Database, message_id: UUID
) -> None:
    told = runner.invoke(outbox_commands, ["release", str(message_id)])

    assert told.exit_code == 1
    assert f"{message_id} is pending. Nothing was changed." in told.output
    assert state_of(database, message_id) == MessageState.PENDING


def test_one_message_is_set_aside_and_let_go(runner: FlaskCliRunner, database: Database, message_id: UUID) -> None:
    runner.invoke(outbox_commands, ["quarantine", str(message_id)])
    aside = state_of(database, message_id)
    runner.invoke(outbox_commands, ["release", str(message_id)])

    assert (aside, state_of(database, message_id)) == (MessageState.QUARANTINED, MessageState.PENDING)


@pytest.mark.parametrize(
    ("how", "state"), [([], MessageState.NEEDS_HUMAN), (["--send"], MessageState.PENDING)], ids=["people", "send"]
)
def test_the_whole_queue_is_quarantined_and_released(
    runner: FlaskCliRunner, database: Database, message_id: UUID, how: list[str], state: MessageState
) -> None:
    set_aside = runner.invoke(outbox_commands, ["quarantine"])
    listed = runner.invoke(outbox_commands, ["list"])
    released = runner.invoke(outbox_commands, ["release", *how])

    assert (set_aside.exit_code, released.exit_code) == (0, 0)
    assert "nothing is sent" in listed.output
    assert state_of(database, message_id) == state
