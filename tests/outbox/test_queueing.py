"""Queueing: with its cause or not at all, once per business identity, and taken back when the cause is gone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from referral.kit import clock
from referral.kit.scope import NOBODY, ForeignWrite, Scope, ScopedSession, ScopeKind
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.queueing import (
    cancel_for_subject,
    queue_message,
    suppress_for_patient,
    suppress_for_phone,
)
from referral.outbox.states import Channel, MessageState
from tests.outbox.conftest import CLINIC_ID, PATIENT_ID, SUBJECT_ID, new_text, queue, stored

OTHER_CLINIC = Scope(ScopeKind.MEMBERSHIP, "membership", clinic_ids=frozenset({uuid4()}))
LINK = Scope(ScopeKind.LINK, "link", referral_id=SUBJECT_ID)


def count(database: Database) -> int:
    with database.job("test") as session:
        return len(session.scalars(select(Message.id)).all())


def test_a_message_is_queued_once_per_business_identity(database: Database) -> None:
    first = queue(database, new_text(dedupe_key="referral:1:question:day_3:v1"))

    with database.job("test") as session:
        second = queue_message(session, new_text(dedupe_key="referral:1:question:day_3:v1"))

    assert first is not None
    assert (second, count(database)) == (None, 1)


def test_a_message_is_gone_when_its_cause_is_rolled_back(database: Database) -> None:
    session = database.open(LINK)
    queue_message(session, new_text())
    session.rollback()
    session.close()

    assert count(database) == 0


def test_an_address_is_stored_sealed_and_can_be_read_again(database: Database) -> None:
    message_id = queue(database, new_text(channel=Channel.EMAIL, to_address="desk@pantry.example.org"))

    with database.job("test") as session:
        message = session.get_one(Message, message_id)
        raw = session.execute(text("SELECT to_address_sealed FROM message")).scalar_one()
        assert message.to_address == "desk@pantry.example.org"
        assert b"pantry" not in bytes(raw)


def test_a_first_sealed_address_survives_a_duplicate_in_the_same_transaction(database: Database) -> None:
    new = new_text(channel=Channel.EMAIL, to_address="desk@pantry.example.org")

    with database.job("test") as session:
        message_id = queue_message(session, new)
        queue_message(session, new)

    assert message_id is not None
    with database.job("test") as session:
        assert session.get_one(Message, message_id).to_address == "desk@pantry.example.org"


def test_a_receiver_may_cause_a_message_it_cannot_read(database: Database) -> None:
    with database.writing(LINK) as session:
        message_id = queue_message(session, new_text())
        seen = session.scalars(select(Message)).all()

    assert message_id is not None
    assert (seen, count(database)) == ([], 1)


def test_another_clinic_cannot_queue_for_this_one(database: Database) -> None:
    with pytest.raises(ForeignWrite), database.writing(OTHER_CLINIC) as session:
        queue_message(session, new_text())

    assert count(database) == 0


def test_a_link_that_moves_a_referral_cancels_what_was_queued_about_it(database: Database) -> None:
    message_id, other = queue(database), queue(database, new_text(subject_id=uuid4()))

    with database.writing(LINK) as session:
        canceled = cancel_for_subject(session, "referral", SUBJECT_ID, reason="moved")

    message = stored(database, message_id)
    assert (canceled, message.state, message.reason) == (1, MessageState.CANCELED, "moved")
    assert stored(database, other).state == MessageState.PENDING


def test_only_the_named_templates_are_canceled(database: Database) -> None:
    kept, gone = queue(database, new_text(template="sent")), queue(database, new_text(template="reminder"))

    with database.job("test") as session:
        cancel_for_subject(session, "referral", SUBJECT_ID, reason="answered", templates=["reminder"])

    assert (stored(database, kept).state, stored(database, gone).state) == (
        MessageState.PENDING,
        MessageState.CANCELED,
    )


def by_phone(session: ScopedSession, phone_number_id: UUID) -> int:
    return suppress_for_phone(session, phone_number_id, reason="opted_out")


def by_patient(session: ScopedSession, _phone_number_id: UUID) -> int:
    return suppress_for_patient(session, PATIENT_ID, reason="opted_out")


@pytest.mark.parametrize("suppress", [by_phone, by_patient])
@pytest.mark.parametrize(
    ("state", "after"),
    [
        (MessageState.PENDING, MessageState.SUPPRESSED),
        (MessageState.RETRY_WAIT, MessageState.SUPPRESSED),
        (MessageState.CLAIMED, MessageState.SUPPRESSED),
        (MessageState.SUBMITTING, MessageState.SUBMITTING),  # on its way: it cannot be recalled
        (MessageState.UNKNOWN, MessageState.UNKNOWN),  # perhaps sent: suppressing would claim that it was not
        (MessageState.DELIVERED, MessageState.DELIVERED),
    ],
)
def test_suppressing_takes_back_only_what_has_not_left(
    database: Database,
    suppress: Callable[[ScopedSession, UUID], int],
    state: MessageState,
    after: MessageState,
) -> None:
    phone_number_id = uuid4()
    message_id = queue(database, new_text(phone_number_id=phone_number_id))
    with database.job("test") as session:
        session.get_one(Message, message_id).state = state

    with database.job("test") as session:
        suppress(session, phone_number_id)

    assert stored(database, message_id).state == after


def test_a_stop_reaches_texts_of_every_clinic(database: Database) -> None:
    phone_number_id = uuid4()
    queue(database, new_text(phone_number_id=phone_number_id))
    queue(database, new_text(phone_number_id=phone_number_id, clinic_id=uuid4()))

    with database.writing(Scope(ScopeKind.MEMBERSHIP, "m", clinic_ids=frozenset({CLINIC_ID}))) as session:
        suppressed = suppress_for_phone(session, phone_number_id, reason="opted_out")

    assert suppressed == 2


def test_a_message_without_a_time_is_due_now(database: Database) -> None:
    before = clock.now()

    message = stored(database, queue(database))

    assert before <= message.not_before <= clock.now() + timedelta(seconds=1)
    assert message.expires_at is None


def test_the_same_message_queued_at_once_from_many_sides_is_queued_once(database: Database) -> None:
    new = new_text(channel=Channel.EMAIL, to_address="desk@pantry.example.org")
    queue(database, new_text(channel=Channel.EMAIL, to_address="first@pantry.example.org", patient_id=PATIENT_ID))

    def cause(_side: int) -> UUID | None:
        with database.job("scheduler") as session:
            return queue_message(session, new)

    with ThreadPoolExecutor(8) as crowd:
        made = [each for each in crowd.map(cause, range(16)) if each is not None]

    assert len(made) == 1
    assert count(database) == 2


@pytest.mark.parametrize("scope", [OTHER_CLINIC, NOBODY, Scope(ScopeKind.MEMBERSHIP, "membership")])
def test_whoever_takes_a_cause_back_cancels_its_message_without_reading_it(database: Database, scope: Scope) -> None:
    message_id = queue(database)

    with database.writing(scope) as session:
        canceled = cancel_for_subject(session, "referral", SUBJECT_ID, reason="withdrawn")
        seen = session.scalars(select(Message)).all()

    assert (canceled, seen) == (1, [])
    assert stored(database, message_id).state == MessageState.CANCELED
