"""Receipts: known once, in any order, before or after our own answer, and healing what we did not know."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import select

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.claiming import claim_messages
from referral.outbox.gateway.base import OutcomeKind, SendOutcome
from referral.outbox.models import ProviderEvent
from referral.outbox.receipts import SETTLING, Receipt, record_receipt
from referral.outbox.recording import record_outcome
from referral.outbox.sending import sweep_outbox
from referral.outbox.states import Channel, MessageState
from referral.outbox.submitting import Submission, Terms, submit
from tests.fakes.twilio_faults import Fault
from tests.fakes.twilio_server import FakeTwilio, SignedRequest
from tests.outbox.conftest import PHONE, PUBLIC_BASE_URL, Script, attempts_of, queue, route_to, sender_to, stored

STATUSES = ("queued", "sending", "sent", "delivered")


def receipt_of(callback: SignedRequest) -> Receipt:
    """Read a callback as the webhook does."""
    ours = parse_qs(urlsplit(callback.url).query)
    return Receipt(
        provider_id=callback.fields["MessageSid"],
        status=callback.fields["MessageStatus"],
        error_code=callback.fields.get("ErrorCode", ""),
        message_id=UUID(ours["m"][0]),
        attempt_no=int(ours["a"][0]),
    )


def report(database: Database, twilio: FakeTwilio, status: str, error_code: int | None = None, to: str = PHONE) -> bool:
    receipt = receipt_of(twilio.callback(twilio.texts_to(to)[-1].sid, status, error_code))
    with database.job("test") as session:
        return record_receipt(session, receipt)


def settle(database: Database) -> None:
    """Let the time pass in which a report may still be overtaken by another, and do what is due then."""
    with time_machine.travel(clock.wall() + SETTLING):
        sweep_outbox(database)


def sent_text(database: Database, twilio: FakeTwilio, fault: Fault | None = None) -> UUID:
    message_id = queue(database)
    if fault is not None:
        twilio.fail_next(fault)
    sender_to(twilio).send_due(database)
    return message_id


def submitted(database: Database, message_id: UUID) -> Submission:
    """Take a message up to the moment before its POST, as a worker does."""
    terms = Terms("worker", timedelta(seconds=45), PUBLIC_BASE_URL, route_to())
    with database.job("test") as session:
        claim_messages(session, Channel.SMS, most=1, owner="worker")
    with database.job("test") as session:
        submission = submit(session, message_id, terms)
    assert submission is not None
    return submission


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", MessageState.ACCEPTED),
        ("sent", MessageState.SENT),
        ("delivered", MessageState.DELIVERED),
        ("undelivered", MessageState.UNDELIVERED),
        ("failed", MessageState.FAILED),
        ("canceled", MessageState.FAILED),
        ("partially_delivered", MessageState.UNDELIVERED),
        ("read", MessageState.DELIVERED),
        ("something_new", MessageState.ACCEPTED),  # kept, and of no effect
    ],
)
def test_a_report_moves_the_message(database: Database, twilio: FakeTwilio, status: str, state: MessageState) -> None:
    message_id = sent_text(database, twilio)

    report(database, twilio, status)

    assert stored(database, message_id).state == state


@pytest.mark.parametrize("order", list(itertools.permutations(STATUSES)), ids="-".join)
def test_the_order_of_reports_does_not_matter(database: Database, twilio: FakeTwilio, order: tuple[str, ...]) -> None:
    message_id = sent_text(database, twilio)

    for status in order:
        report(database, twilio, status)

    assert stored(database, message_id).state == MessageState.DELIVERED


@pytest.mark.parametrize("order", list(itertools.permutations(("sent", "undelivered", "delivered"))), ids="-".join)
def test_evidence_of_arrival_beats_a_report_of_failure(
    database: Database, twilio: FakeTwilio, order: tuple[str, ...]
) -> None:
    message_id = sent_text(database, twilio)

    for status in order:
        report(database, twilio, status, 30003 if status == "undelivered" else None)

    message = stored(database, message_id)
    assert (message.state, message.error_code, message.reason) == (MessageState.DELIVERED, None, None)


def test_the_same_report_five_times_changes_nothing_more(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    message_id = sent_text(database, twilio)

    answers = [report(database, twilio, "undelivered", 30006) for _ in range(5)]
    settle(database)
    answers.append(report(database, twilio, "undelivered", 30006))
    settle(database)

    assert answers == [True, False, False, False, False, False]
    assert script.stuck == [(message_id, MessageState.UNDELIVERED, "recipient")]


@pytest.mark.parametrize(
    ("code", "reason"), [(30006, "recipient"), (30007, "blocked"), (21610, "opted_out"), (None, "undelivered")]
)
def test_a_failure_says_why_and_a_person_hears_of_it(
    database: Database, twilio: FakeTwilio, script: Script, code: int | None, reason: str
) -> None:
    message_id = sent_text(database, twilio)

    report(database, twilio, "undelivered", code)
    settle(database)

    assert stored(database, message_id).error_code == (str(code) if code else None)
    assert script.stuck == [(message_id, MessageState.UNDELIVERED, reason)]


def test_a_code_left_over_from_another_message_is_not_believed(database: Database, twilio: FakeTwilio) -> None:
    message_id = sent_text(database, twilio)

    report(database, twilio, "sent", 30005)

    assert (stored(database, message_id).state, stored(database, message_id).error_code) == (MessageState.SENT, None)


@pytest.mark.parametrize(
    "fault", [Fault.ERROR_500_AFTER, Fault.STALL_AFTER, Fault.RESET_AFTER, Fault.GARBAGE_201_AFTER]
)
def test_a_report_heals_an_unknown_message(
    database: Database, twilio: FakeTwilio, script: Script, fault: Fault
) -> None:
    message_id = sent_text(database, twilio, fault)
    before = stored(database, message_id).state

    report(database, twilio, "delivered")

    message = stored(database, message_id)
    assert (before, message.state) == (MessageState.UNKNOWN, MessageState.DELIVERED)
    assert message.provider_id == twilio.texts_to(PHONE)[0].sid == attempts_of(database, message_id)[0].provider_id
    assert (message.unknown_since, script.accepted) == (None, [message_id])


def test_a_late_report_heals_even_what_a_person_was_asked_about(database: Database, twilio: FakeTwilio) -> None:
    with time_machine.travel(clock.wall()) as traveller:
        message_id = sent_text(database, twilio, Fault.ERROR_500_AFTER)
        traveller.shift(timedelta(hours=2))
        sweep_outbox(database)
        before = stored(database, message_id).state
        report(database, twilio, "sent")

    assert (before, stored(database, message_id).state) == (MessageState.NEEDS_HUMAN, MessageState.SENT)


def test_a_report_before_our_own_answer_ends_the_same(database: Database, twilio: FakeTwilio, script: Script) -> None:
    message_id = queue(database)
    submission = submitted(database, message_id)
    reported = Receipt("SM1", "delivered", message_id=message_id, attempt_no=1)

    with database.job("test") as session:
        record_receipt(session, reported)
    with database.job("test") as session:
        record_outcome(session, submission, SendOutcome(OutcomeKind.ACCEPTED, provider_id="SM1", http_status=201))

    message = stored(database, message_id)
    assert (message.state, message.provider_id) == (MessageState.DELIVERED, "SM1")
    assert attempts_of(database, message_id)[0].outcome == "accepted"
    assert script.accepted == [message_id]


def test_a_report_that_names_only_the_providers_id_waits_for_our_answer(database: Database, script: Script) -> None:
    message_id = queue(database)
    submission = submitted(database, message_id)

    with database.job("test") as session:
        record_receipt(session, Receipt("SM1", "sent"))
    with database.job("test") as session:
        record_outcome(session, submission, SendOutcome(OutcomeKind.ACCEPTED, provider_id="SM1", http_status=201))

    assert stored(database, message_id).state == MessageState.SENT


def test_an_answer_after_the_lease_ended_is_still_believed(database: Database, script: Script) -> None:
    message_id = queue(database)
    with time_machine.travel(clock.wall()) as traveller:
        submission = submitted(database, message_id)
        traveller.shift(timedelta(minutes=5))
        sweep_outbox(database)
        before = stored(database, message_id).state
        with database.job("test") as session:
            record_outcome(session, submission, SendOutcome(OutcomeKind.ACCEPTED, provider_id="SM1", http_status=201))

    assert (before, stored(database, message_id).state) == (MessageState.UNKNOWN, MessageState.ACCEPTED)


@pytest.mark.parametrize(
    "stranger", [Receipt("SM9", "delivered", message_id=uuid4(), attempt_no=1), Receipt("SM9", "delivered")]
)
def test_a_report_about_nothing_of_ours_is_kept_and_has_no_effect(
    database: Database, script: Script, stranger: Receipt
) -> None:
    message_id = queue(database)

    with database.job("test") as session:
        fresh = record_receipt(session, stranger)

    with database.job("test") as session:
        kept = session.scalars(select(ProviderEvent.provider_id)).all()
    assert (fresh, kept) == (True, ["SM9"])
    assert stored(database, message_id).state == MessageState.PENDING


def test_a_second_message_for_the_same_attempt_is_kept_apart(
    database: Database, twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    message_id = sent_text(database, twilio)
    first = stored(database, message_id).provider_id

    with database.job("test") as session:
        record_receipt(session, Receipt("SM-other", "delivered", message_id=message_id, attempt_no=1))

    message = stored(database, message_id)
    assert (message.provider_id, message.state) == (first, MessageState.ACCEPTED)
    assert "twice sent" in caplog.text


def test_a_report_for_an_attempt_that_is_not_the_last_claims_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    message_id = queue(database)
    submitted(database, message_id)

    with database.job("test") as session:
        record_receipt(session, Receipt("SM1", "delivered", message_id=message_id, attempt_no=7))

    assert stored(database, message_id).state == MessageState.SUBMITTING


def test_the_same_reports_posted_at_once_from_many_sides_count_once(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    message_id = sent_text(database, twilio, Fault.ERROR_500_AFTER)
    sid = twilio.texts_to(PHONE)[0].sid
    receipts = [Receipt(sid, status, message_id=message_id, attempt_no=1) for status in STATUSES * 4]

    def post(receipt: Receipt) -> bool:
        with database.job("webhook") as session:
            return record_receipt(session, receipt)

    with ThreadPoolExecutor(8) as crowd:
        fresh = sum(crowd.map(post, receipts))

    assert (fresh, stored(database, message_id).state) == (len(STATUSES), MessageState.DELIVERED)
    assert script.accepted == [message_id]
