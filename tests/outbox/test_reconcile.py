"""Asking the provider about texts of unknown end: found, missing and sent once more, or given to a person."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.gateway.base import ProviderUnreachable
from referral.outbox.models import MessageAttempt
from referral.outbox.receipts import record_receipt
from referral.outbox.reconcile import Reconciler
from referral.outbox.sending import sweep_outbox
from referral.outbox.states import MessageState
from tests.fakes.twilio_faults import TAKEN, Fault
from tests.fakes.twilio_server import FakeTwilio
from tests.outbox.conftest import PHONE, Script, attempts_of, gateway_to, new_text, queue, sender_to, stored
from tests.outbox.test_receipts import receipt_of

#: Minutes after the unclear end at which a worker looks: more often than anything changes.
EVERY_MINUTES = 1

NOT_TAKEN = (Fault.STALL_BEFORE, Fault.RESET_BEFORE, Fault.ERROR_500_BEFORE, Fault.PROXY_403)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.wall()) as traveller:
        yield traveller


def doubted(database: Database, twilio: FakeTwilio, *faults: Fault, resend_ok: bool = True) -> UUID:
    """A message whose first attempts met these faults."""
    message_id = queue(database, new_text(resend_ok=resend_ok))
    twilio.fail_next(*faults)
    sender_to(twilio).send_due(database)
    return message_id


def work(database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller, minutes: int) -> None:
    """Let a worker do its work for so long: look, sweep, send."""
    reconciler, sender = Reconciler(gateway_to(twilio)), sender_to(twilio)
    for _minute in range(0, minutes, EVERY_MINUTES):
        traveller.shift(timedelta(minutes=EVERY_MINUTES))
        reconciler.look(database)
        sweep_outbox(database)
        sender.send_due(database)


@pytest.mark.parametrize("fault", sorted(TAKEN))
def test_a_text_that_was_taken_is_found_on_the_lagging_list_and_not_sent_again(
    database: Database, twilio: FakeTwilio, script: Script, traveller: time_machine.Traveller, fault: Fault
) -> None:
    message_id = doubted(database, twilio, fault)

    work(database, twilio, traveller, 30)

    message, (text,) = stored(database, message_id), twilio.texts_to(PHONE)
    assert (message.state, message.provider_id) == (MessageState.ACCEPTED, text.sid)
    assert attempts_of(database, message_id)[0].provider_id == text.sid
    assert (script.accepted, script.stuck) == ([message_id], [])


@pytest.mark.parametrize("fault", NOT_TAKEN)
def test_a_text_missing_for_longer_than_lists_lag_is_sent_once_more(
    database: Database, twilio: FakeTwilio, script: Script, traveller: time_machine.Traveller, fault: Fault
) -> None:
    message_id = doubted(database, twilio, fault)

    work(database, twilio, traveller, 28)
    before = len(twilio.posts)
    work(database, twilio, traveller, 6)

    assert (before, len(twilio.posts), len(twilio.texts_to(PHONE))) == (1, 2, 1)
    assert stored(database, message_id).state == MessageState.ACCEPTED
    assert script.stuck == []


def test_a_text_that_may_not_be_repeated_goes_to_a_person(
    database: Database, twilio: FakeTwilio, script: Script, traveller: time_machine.Traveller
) -> None:
    message_id = doubted(database, twilio, Fault.ERROR_500_BEFORE, resend_ok=False)

    work(database, twilio, traveller, 61)

    assert len(twilio.posts) == 1
    assert script.stuck == [(message_id, MessageState.NEEDS_HUMAN, "unclear_answer")]


def test_a_second_unclear_end_goes_to_a_person(
    database: Database, twilio: FakeTwilio, script: Script, traveller: time_machine.Traveller
) -> None:
    message_id = doubted(database, twilio, Fault.ERROR_500_BEFORE, Fault.STALL_BEFORE)

    work(database, twilio, traveller, 100)

    assert len(twilio.posts) == 2
    assert script.stuck == [(message_id, MessageState.NEEDS_HUMAN, "unclear_answer")]


def test_while_the_list_cannot_be_read_nothing_is_sent_again_and_a_person_hears_of_it(
    database: Database, twilio: FakeTwilio, script: Script, traveller: time_machine.Traveller
) -> None:
    message_id = doubted(database, twilio, Fault.ERROR_500_BEFORE)
    twilio.failing_questions = 1_000

    work(database, twilio, traveller, 61)

    assert len(twilio.posts) == 1
    assert script.stuck == [(message_id, MessageState.NEEDS_HUMAN, "unclear_answer")]


def test_the_same_words_to_the_same_phone_are_not_taken_for_each_other(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    sent = queue(database)
    sender_to(twilio).send_due(database)
    lost = doubted(database, twilio, Fault.ERROR_500_AFTER)

    work(database, twilio, traveller, 30)

    sids = [text.sid for text in twilio.texts_to(PHONE)]
    assert [stored(database, each).provider_id for each in (sent, lost)] == sids


def test_a_text_of_the_day_before_is_not_taken_for_todays(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    """Somebody else's system may text the same words from the same account."""
    twilio.create({"To": PHONE, "Body": "Clinic: hello.", "MessagingServiceSid": twilio.messaging_service_sid})
    traveller.shift(timedelta(days=1))
    doubted(database, twilio, Fault.ERROR_500_BEFORE)

    work(database, twilio, traveller, 30)

    assert len(twilio.posts) == 2


def test_signs_that_the_provider_replaced_do_not_hide_a_text(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    message_id = doubted(database, twilio, Fault.ERROR_500_AFTER)
    twilio.texts_to(PHONE)[0].body = "Sent from your Twilio trial account - Clinic – hello"

    work(database, twilio, traveller, 30)

    assert stored(database, message_id).state == MessageState.ACCEPTED


def test_a_report_that_comes_while_the_second_try_waits_stops_it(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    twilio.list_lag = timedelta(hours=2)
    message_id = doubted(database, twilio, Fault.ERROR_500_AFTER)
    reconciler = Reconciler(gateway_to(twilio))
    for _minute in range(30):
        traveller.shift(timedelta(minutes=1))
        reconciler.look(database)
    before = stored(database, message_id).state

    with database.job("test") as session:
        record_receipt(session, receipt_of(twilio.callback(twilio.texts_to(PHONE)[0].sid, "delivered")))
    sender_to(twilio).send_due(database)

    assert (before, stored(database, message_id).state) == (MessageState.RETRY_WAIT, MessageState.DELIVERED)
    assert len(twilio.posts) == 1


def test_a_text_whose_reports_never_come_is_asked_about_after_an_hour(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    message_id = queue(database)
    sender_to(twilio).send_due(database)
    twilio.texts_to(PHONE)[0].status = "delivered"

    work(database, twilio, traveller, 59)
    before = stored(database, message_id).state
    work(database, twilio, traveller, 2)

    assert (before, stored(database, message_id).state) == (MessageState.ACCEPTED, MessageState.DELIVERED)


def test_a_text_that_stays_unreported_is_asked_about_twice_and_no_more(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    message_id = queue(database)
    sender_to(twilio).send_due(database)
    reconciler = Reconciler(gateway_to(twilio))

    for _hour in range(72):
        traveller.shift(timedelta(hours=1, minutes=1))
        reconciler.look(database)
    sweep_outbox(database)

    assert len(twilio.questions) == 2
    assert stored(database, message_id).state == MessageState.UNCONFIRMED


def test_no_transaction_is_open_while_the_provider_is_asked(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    doubted(database, twilio, Fault.ERROR_500_AFTER)
    gateway, open_connections = gateway_to(twilio), []

    class Asked:
        provider, sender = gateway.provider, gateway.sender

        def texts_to(self, phone: str) -> list[object]:
            open_connections.append(database.engine.pool.checkedout())  # type: ignore[attr-defined]  # of our pools
            raise ProviderUnreachable(phone[:0])

    traveller.shift(timedelta(minutes=3))
    Reconciler(Asked()).look(database)  # type: ignore[arg-type]  # the one question that is asked

    assert open_connections == [0]


def test_an_attempt_that_was_never_made_is_no_doubt(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    """Only what may have been sent counts against the one second try."""
    message_id = doubted(database, twilio, Fault.THROTTLE_429)
    traveller.shift(timedelta(minutes=2))
    twilio.fail_next(Fault.ERROR_500_BEFORE)
    sender_to(twilio).send_due(database)

    work(database, twilio, traveller, 30)

    with database.job("test") as session:
        outcomes = [each.outcome for each in session.query(MessageAttempt).order_by(MessageAttempt.attempt_no)]
    assert outcomes == ["throttled", "unknown", "accepted"]
    assert stored(database, message_id).state == MessageState.ACCEPTED


@pytest.mark.parametrize(("sent_ahead", "looked_ahead"), [(0, 10), (10, 0), (0, -10), (-10, 0)])
def test_a_worker_whose_clock_is_ten_minutes_off_takes_no_lagging_text_for_missing(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller, sent_ahead: int, looked_ahead: int
) -> None:
    """One worker's text ends unclear, another looks for it; the provider's clock goes right all the time."""
    traveller.shift(timedelta(minutes=sent_ahead))
    twilio.advance(-timedelta(minutes=sent_ahead))
    message_id = doubted(database, twilio, Fault.ERROR_500_AFTER)

    traveller.shift(timedelta(minutes=looked_ahead - sent_ahead))
    twilio.advance(timedelta(minutes=sent_ahead - looked_ahead))
    work(database, twilio, traveller, 60)

    assert len(twilio.posts) == 1
    assert stored(database, message_id).state == MessageState.ACCEPTED
