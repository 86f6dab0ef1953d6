"""From due to done: every transition of a message, through the real Twilio client, on both databases."""

import socket
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy.exc import OperationalError

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.outbox import sending
from referral.outbox.claiming import claim_messages
from referral.outbox.gateway.choose import Gateways
from referral.outbox.gateway.simulator import SimulatorGateway
from referral.outbox.gateway.smtp import SmtpGateway, read_smtp_url
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.outbox.queries import queue_health
from referral.outbox.queueing import suppress_for_phone
from referral.outbox.recording import record_outcome
from referral.outbox.sending import Sender, Timing, sweep_outbox
from referral.outbox.states import Channel, MessageState
from referral.outbox.submitting import LeaseLost, Terms, submit
from tests.fakes.smtp_server import FakeSmtp
from tests.fakes.twilio_faults import TAKEN, Fault
from tests.fakes.twilio_server import FakeTwilio
from tests.outbox.conftest import (
    PHONE,
    PUBLIC_BASE_URL,
    Script,
    attempts_of,
    new_text,
    queue,
    route_to,
    sender_to,
    stored,
)

UNCLEAR = sorted(TAKEN | {Fault.STALL_BEFORE, Fault.RESET_BEFORE, Fault.ERROR_500_BEFORE, Fault.PROXY_403})


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_due_message_is_sent_once_and_keeps_the_providers_id(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    message_id = queue(database)

    sent = sender_to(twilio).send_due(database)

    message = stored(database, message_id)
    assert (sent, message.state, message.provider) == (1, MessageState.ACCEPTED, "twilio")
    assert [text.sid for text in twilio.texts_to(PHONE)] == [message.provider_id]
    assert (message.lease_owner, message.lease_until) == (None, None)
    assert script.accepted == [message_id]


def test_an_attempt_is_written_down_with_its_outcome(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)

    sender_to(twilio).send_due(database)

    (attempt,) = attempts_of(database, message_id)
    assert (attempt.attempt_no, attempt.outcome, attempt.http_status) == (1, "accepted", 201)
    assert attempt.provider_id == twilio.texts_to(PHONE)[0].sid
    assert attempt.finished_at is not None


def test_the_exact_words_sent_are_kept_sealed(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)

    sender_to(twilio).send_due(database)

    with database.job("test") as session:
        message = session.get_one(Message, message_id)
        assert (message.body, message.language) == ("Clinic: hello.", "en")
        assert b"hello" not in (message.body_sealed or b"")


@pytest.mark.parametrize("fault", UNCLEAR)
def test_an_unclear_end_is_unknown_and_is_not_sent_again(
    database: Database, twilio: FakeTwilio, script: Script, fault: Fault
) -> None:
    message_id = queue(database)
    twilio.fail_next(fault)
    sender = sender_to(twilio)

    with time_machine.travel(clock.wall()) as traveller:
        sender.send_due(database)
        state = stored(database, message_id).state
        traveller.shift(timedelta(minutes=50))
        sweep_outbox(database)
        sender.send_due(database)

    assert (state, stored(database, message_id).state) == (MessageState.UNKNOWN, MessageState.UNKNOWN)
    assert len(twilio.posts) == 1
    assert script.accepted == []


def test_a_message_unknown_for_too_long_goes_to_a_person(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    message_id = queue(database)
    twilio.fail_next(Fault.ERROR_500_BEFORE)

    with time_machine.travel(clock.wall()) as traveller:
        sender_to(twilio).send_due(database)
        traveller.shift(timedelta(minutes=61))
        sweep_outbox(database)

    assert stored(database, message_id).state == MessageState.NEEDS_HUMAN
    assert script.stuck == [(message_id, MessageState.NEEDS_HUMAN, "unclear_answer")]


def test_what_never_left_is_tried_again_later(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)

    with time_machine.travel(clock.wall()) as traveller:
        sender_to(twilio, base_url=closed_port()).send_due(database)
        waiting = stored(database, message_id)
        at_once = sender_to(twilio).send_due(database)
        traveller.shift(timedelta(seconds=45))
        sender_to(twilio).send_due(database)

    assert (waiting.state, at_once) == (MessageState.RETRY_WAIT, 0)
    assert stored(database, message_id).state == MessageState.ACCEPTED
    assert [each.outcome for each in attempts_of(database, message_id)] == ["not_sent", "accepted"]


def test_what_never_leaves_goes_to_a_person_in_the_end(database: Database, twilio: FakeTwilio, script: Script) -> None:
    message_id = queue(database)
    sender = sender_to(twilio, base_url=closed_port())

    with time_machine.travel(clock.wall()) as traveller:
        for _ in range(12):
            sender.send_due(database)
            traveller.shift(timedelta(minutes=61))

    assert stored(database, message_id).state == MessageState.REJECTED
    assert script.stuck == [(message_id, MessageState.REJECTED, "never_reached_provider")]
    assert len(attempts_of(database, message_id)) == 8


def test_throttling_waits_and_tries_again(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)
    twilio.fail_next(Fault.THROTTLE_429)

    with time_machine.travel(clock.wall()) as traveller:
        sender_to(twilio).send_due(database)
        state = stored(database, message_id).state
        traveller.shift(timedelta(seconds=45))
        sender_to(twilio).send_due(database)

    assert (state, stored(database, message_id).state) == (MessageState.RETRY_WAIT, MessageState.ACCEPTED)
    assert len(twilio.texts_to(PHONE)) == 1


def test_an_account_problem_pauses_the_channel_and_spends_no_message(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    message_ids = [queue(database) for _ in range(3)]
    twilio.fail_next(Fault.UNREGISTERED_400)

    with time_machine.travel(clock.wall()) as traveller:
        sender_to(twilio).send_due(database)
        states = {stored(database, each).state for each in message_ids}
        with database.job("test") as session:
            paused = queue_health(session).paused
        posts_while_paused = len(twilio.posts)
        traveller.shift(timedelta(minutes=6))
        sender_to(twilio).send_due(database)

    assert (states, paused, posts_while_paused) == (
        {MessageState.PENDING},
        ((twilio.messaging_service_sid, "30034"),),
        1,
    )
    assert {stored(database, each).state for each in message_ids} == {MessageState.ACCEPTED}
    assert script.stuck == []


@pytest.mark.parametrize(
    ("make_refused", "code", "reason"),
    [
        (lambda twilio: twilio.landlines.add(PHONE), "21614", "recipient"),
        (lambda twilio: twilio.opted_out.add(PHONE), "21610", "opted_out"),
        (lambda twilio: twilio.fail_next(Fault.UNHEARD_OF_400), "29999", "other"),
    ],
)
def test_a_refused_message_is_final_and_a_person_hears_why(
    database: Database, twilio: FakeTwilio, script: Script, make_refused: object, code: str, reason: str
) -> None:
    message_id = queue(database)
    assert callable(make_refused)
    make_refused(twilio)

    sender_to(twilio).send_due(database)

    message = stored(database, message_id)
    assert (message.state, message.error_code) == (MessageState.REJECTED, code)
    assert script.stuck == [(message_id, MessageState.REJECTED, reason)]


def test_nothing_configured_leaves_everything_waiting(database: Database) -> None:
    message_id = queue(database)

    sent = Sender(Gateways(sms=None, email=None), PUBLIC_BASE_URL).send_due(database)

    assert (sent, stored(database, message_id).state) == (0, MessageState.PENDING)


def test_the_simulator_marks_what_it_took(database: Database) -> None:
    message_id = queue(database)
    simulator = SimulatorGateway()

    Sender(Gateways(sms=simulator, email=simulator), PUBLIC_BASE_URL).send_due(database)

    message = stored(database, message_id)
    assert (message.state, message.provider) == (MessageState.ACCEPTED, "simulated")
    assert (message.provider_id or "").startswith("simulated:")


def test_an_email_goes_by_smtp_and_keeps_subject_and_words(database: Database) -> None:
    new = new_text(channel=Channel.EMAIL, to_address="desk@pantry.example.org", facts={"to": "desk@pantry.example.org"})
    message_id = queue(database, new)

    with FakeSmtp() as server:
        email = SmtpGateway(read_smtp_url(server.url), "needsrx@clinic.example.org")
        Sender(Gateways(sms=None, email=email), PUBLIC_BASE_URL).send_due(database)

    assert [(mail["To"], mail["Subject"]) for mail in server.taken] == [("desk@pantry.example.org", "A subject")]
    with database.job("test") as session:
        message = session.get_one(Message, message_id)
        assert (message.state, message.body) == (MessageState.ACCEPTED, "A subject\nClinic: hello.")
        assert message.to_address == "desk@pantry.example.org"


def test_the_gate_can_postpone(database: Database, twilio: FakeTwilio, script: Script) -> None:
    message_id, until = queue(database), clock.now() + timedelta(hours=9)
    script.compose = lambda *_given: Postponed(until, "quiet_hours")

    sender_to(twilio).send_due(database)

    message = stored(database, message_id)
    assert (message.state, message.not_before, message.reason) == (MessageState.PENDING, until, "quiet_hours")
    assert twilio.posts == []


def test_a_postponement_into_the_past_cannot_spin(database: Database, twilio: FakeTwilio, script: Script) -> None:
    queue(database)
    script.compose = lambda *_given: Postponed(clock.now() - timedelta(hours=1), "wrong_clock")

    assert sender_to(twilio).send_due(database) == 1


@pytest.mark.parametrize("needs_person", [True, False])
def test_the_gate_can_suppress(database: Database, twilio: FakeTwilio, script: Script, needs_person: bool) -> None:
    message_id = queue(database)
    script.compose = lambda *_given: Suppressed("opted_out", needs_person=needs_person)

    sender_to(twilio).send_due(database)

    message = stored(database, message_id)
    assert (message.state, message.reason, twilio.posts) == (MessageState.SUPPRESSED, "opted_out", [])
    assert bool(script.stuck) is needs_person


def test_words_that_cannot_be_made_do_not_stop_the_others(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    poisoned, healthy = queue(database), queue(database, new_text(to="+13055550199"))

    def compose(_session: object, message: Message, _now: object) -> Composed:
        if message.id == poisoned:
            raise KeyError("a placeholder")
        return Composed(to=message.facts["to"], body="hello", language="en")

    script.compose = compose
    sender_to(twilio).send_due(database)

    assert stored(database, healthy).state == MessageState.ACCEPTED
    assert script.stuck == [(poisoned, MessageState.QUARANTINED, "no_words:KeyError")]


def test_an_expired_message_is_not_sent(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database, new_text(expires_at=clock.now() - timedelta(seconds=1)))

    sender_to(twilio).send_due(database)

    assert (stored(database, message_id).state, twilio.posts) == (MessageState.EXPIRED, [])


def test_the_sweep_lets_waiting_messages_run_out(database: Database, script: Script) -> None:
    later = clock.now() + timedelta(hours=1)
    message_id = queue(database, new_text(not_before=later, expires_at=clock.now() - timedelta(seconds=1)))

    sweep_outbox(database)

    assert script.stuck == [(message_id, MessageState.EXPIRED, "expired")]


def test_a_message_is_not_sent_before_its_time(database: Database, twilio: FakeTwilio) -> None:
    queue(database, new_text(not_before=clock.now() + timedelta(minutes=5)))

    assert sender_to(twilio).send_due(database) == 0


def test_the_provider_may_not_send_it_after_it_expires(database: Database, twilio: FakeTwilio) -> None:
    with time_machine.travel(clock.wall(), tick=False):
        queue(database, new_text(expires_at=clock.now() + timedelta(minutes=30)))
        sender_to(twilio).send_due(database)

    assert twilio.posts[0]["ValidityPeriod"] == "1800"


def test_a_claim_left_by_a_dead_worker_is_freed_and_sent(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)
    with database.job("test") as session:
        message = session.get_one(Message, message_id)
        message.state, message.lease_owner = MessageState.CLAIMED, "dead"
        message.lease_until = clock.wall() - timedelta(seconds=1)

    sweep_outbox(database)
    sender_to(twilio).send_due(database)

    assert stored(database, message_id).state == MessageState.ACCEPTED


def test_a_submission_left_by_a_dead_worker_is_unknown(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)
    with database.job("test") as session:
        message = session.get_one(Message, message_id)
        message.state, message.lease_owner = MessageState.SUBMITTING, "dead"
        message.lease_until = clock.wall() - timedelta(seconds=1)

    sweep_outbox(database)
    sender_to(twilio).send_due(database)

    assert stored(database, message_id).state == MessageState.UNKNOWN
    assert twilio.posts == []


def test_a_live_lease_is_left_alone(database: Database) -> None:
    message_id = queue(database)
    with database.job("test") as session:
        message = session.get_one(Message, message_id)
        message.state, message.lease_owner = MessageState.SUBMITTING, "alive"
        message.lease_until = clock.wall() + timedelta(seconds=40)

    sweep_outbox(database)

    assert stored(database, message_id).state == MessageState.SUBMITTING


def test_no_post_starts_when_the_lease_would_not_outlast_it(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)

    sender_to(twilio, Timing(lease=timedelta(seconds=20))).send_due(database)

    assert (stored(database, message_id).state, twilio.posts) == (MessageState.RETRY_WAIT, [])


def test_no_transaction_is_open_while_the_post_is_under_way(database: Database, twilio: FakeTwilio) -> None:
    queue(database)
    twilio.gate = threading.Event()
    sender = threading.Thread(target=sender_to(twilio).send_due, args=(database,))

    sender.start()
    twilio.wait_for_posts(1)
    connections = database.engine.pool.checkedout()  # type: ignore[attr-defined]  # of every pool we use
    twilio.gate.set()
    sender.join()

    assert connections == 0


def test_a_stop_between_queueing_and_sending_stops_the_text(database: Database, twilio: FakeTwilio) -> None:
    phone_number_id = uuid4()
    message_id = queue(database, new_text(phone_number_id=phone_number_id))

    with database.job("test") as session:
        suppress_for_phone(session, phone_number_id, reason="opted_out")
    sender_to(twilio).send_due(database)

    assert (stored(database, message_id).state, twilio.posts) == (MessageState.SUPPRESSED, [])


def test_a_message_taken_back_after_its_claim_does_not_pass_the_gate(database: Database) -> None:
    phone_number_id = uuid4()
    message_id = queue(database, new_text(phone_number_id=phone_number_id))
    with database.job("test") as session:
        claim_messages(session, Channel.SMS, most=1, owner="worker")
    with database.job("test") as session:
        suppress_for_phone(session, phone_number_id, reason="opted_out")

    terms = Terms("worker", timedelta(seconds=45), PUBLIC_BASE_URL, route_to())
    with pytest.raises(LeaseLost), database.job("test") as session:
        submit(session, message_id, terms)

    assert stored(database, message_id).state == MessageState.SUPPRESSED


@pytest.mark.parametrize(
    ("owner", "later"),
    [("another", timedelta()), ("worker", timedelta(seconds=46))],
    ids=["claimed by another worker", "lease ended"],
)
def test_a_worker_that_does_not_hold_the_message_does_not_pass_the_gate(
    database: Database, owner: str, later: timedelta
) -> None:
    message_id = queue(database)
    terms = Terms(owner, timedelta(seconds=45), PUBLIC_BASE_URL, route_to())
    with time_machine.travel(clock.wall()) as traveller:
        with database.job("test") as session:
            claim_messages(session, Channel.SMS, most=1, owner="worker")
        traveller.shift(later)

        with pytest.raises(LeaseLost), database.job("test") as session:
            submit(session, message_id, terms)

    assert attempts_of(database, message_id) == []


def test_a_message_taken_back_while_its_words_are_made_is_not_sent(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    phone_number_id = uuid4()
    queue(database, new_text(phone_number_id=phone_number_id))

    def compose(session: ScopedSession, message: Message, _now: object) -> Composed:
        suppress_for_phone(session, phone_number_id, reason="opted_out")
        return Composed(to=message.facts["to"], body="hello", language="en")

    script.compose = compose
    sender_to(twilio).send_due(database)

    assert twilio.posts == []


def test_an_outcome_is_written_down_when_the_database_comes_back(
    database: Database, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = queue(database)
    failures = [OperationalError("COMMIT", {}, Exception("the database went away"))] * 2

    def record(*given: Any) -> None:
        if failures:
            raise failures.pop()
        record_outcome(*given)

    monkeypatch.setattr(sending, "record_outcome", record)
    monkeypatch.setattr(clock, "sleep_s", lambda _seconds: None)
    sender_to(twilio).send_due(database)

    assert stored(database, message_id).state == MessageState.ACCEPTED


def test_without_a_report_an_accepted_text_ends_unconfirmed(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)

    with time_machine.travel(clock.wall()) as traveller:
        sender_to(twilio).send_due(database)
        traveller.shift(timedelta(hours=73))
        sweep_outbox(database)

    assert stored(database, message_id).state == MessageState.UNCONFIRMED


def test_the_queue_tells_how_it_stands(database: Database, twilio: FakeTwilio) -> None:
    oldest = clock.now() - timedelta(hours=2)
    queue(database, new_text(not_before=oldest))
    queue(database)

    with database.job("test") as session:
        health = queue_health(session)

    assert (health.due, health.oldest_due_at, health.unknown, health.paused) == (2, oldest, 0, ())
