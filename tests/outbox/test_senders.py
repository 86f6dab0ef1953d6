"""Senders rest when the provider refuses or fails, try again by one message, and keep one pace over all workers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.gateway.base import OutcomeKind, Pace, SendOutcome
from referral.outbox.hooks import Composed
from referral.outbox.models import SenderStanding
from referral.outbox.queries import queue_health
from referral.outbox.senders import FAILURES_TO_REST, Route, note_outcome, open_channels, rest, take_tokens
from referral.outbox.sending import sweep_outbox
from referral.outbox.states import Channel, MessageState
from tests.fakes.twilio_faults import Fault
from tests.fakes.twilio_server import FakeTwilio
from tests.outbox.conftest import Script, new_text, queue, sender_to, stored
from tests.outbox.test_receipts import report
from tests.outbox.test_sending import closed_port

TRIAL = timedelta(seconds=45)
SLOW = Pace(per_s=1.0, burst=3.0)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.wall(), tick=False) as traveller:
        yield traveller


def standing(database: Database, name: str) -> SenderStanding:
    with database.job("test") as session:
        return session.get_one(SenderStanding, name)


def is_open(database: Database, route: Route) -> bool:
    with database.job("test") as session:
        return list(open_channels(session, {Channel.SMS: route}, TRIAL)) == [Channel.SMS]


def fail(database: Database, route: Route, times: int = FAILURES_TO_REST) -> None:
    with database.job("test") as session:
        for _ in range(times):
            note_outcome(session, Channel.SMS, route, SendOutcome(OutcomeKind.UNKNOWN))


def test_a_provider_that_fails_again_and_again_is_left_alone(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    ids = [queue(database, new_text(to=f"+1305555{n:04}")) for n in range(12)]
    twilio.fail_next(*[Fault.OUTAGE_503_BEFORE] * 12)

    for _second in range(30):
        sender_to(twilio).send_due(database)
        traveller.shift(timedelta(seconds=1))

    assert len(twilio.posts) == FAILURES_TO_REST <= 10
    assert sum(stored(database, each).state == MessageState.PENDING for each in ids) == 12 - FAILURES_TO_REST


def test_after_its_rest_one_message_tries_and_success_opens_the_way(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    for n in range(FAILURES_TO_REST + 3):
        queue(database, new_text(to=f"+1305555{n:04}"))
    twilio.fail_next(*[Fault.OUTAGE_503_BEFORE] * FAILURES_TO_REST)
    sender_to(twilio).send_due(database)
    traveller.shift(timedelta(minutes=1, seconds=1))

    sender_to(twilio).send_due(database)

    assert len(twilio.messages) == 3
    assert standing(database, twilio.messaging_service_sid).failures == 0


def test_a_trial_that_fails_makes_the_rest_longer(database: Database, traveller: time_machine.Traveller) -> None:
    route, rests = Route("twilio", "MG1"), []
    fail(database, route, FAILURES_TO_REST - 1)

    for _ in range(5):
        fail(database, route, 1)
        until = standing(database, "MG1").rests_until
        assert until is not None
        rests.append((until - clock.wall()).total_seconds() / 60)
        traveller.move_to(until + timedelta(seconds=1))

    assert rests == [1, 2, 5, 15, 15]


def test_only_one_worker_tries_after_a_rest(database: Database, traveller: time_machine.Traveller) -> None:
    route = Route("twilio", "MG1")
    fail(database, route)
    traveller.shift(timedelta(minutes=2))

    assert [is_open(database, route) for _worker in range(3)] == [True, False, False]


def test_what_never_left_us_counts_as_a_failure_and_a_short_lease_does_not(
    database: Database, twilio: FakeTwilio
) -> None:
    route = Route("twilio", "MG1")
    with database.job("test") as session:
        for _ in range(20):
            note_outcome(session, Channel.SMS, route, SendOutcome(OutcomeKind.NOT_TRIED))

    for n in range(9):
        queue(database, new_text(to=f"+1305555{n:04}"))
    sender_to(twilio, base_url=closed_port()).send_due(database)

    assert is_open(database, route)
    assert standing(database, twilio.messaging_service_sid).failures == FAILURES_TO_REST


def test_one_sender_rests_while_another_sends(database: Database) -> None:
    fail(database, Route("twilio", "MG-patients"))

    assert not is_open(database, Route("twilio", "MG-patients"))
    assert is_open(database, Route("twilio", "MG-organizations"))


def test_throttling_lets_the_sender_rest_as_long_as_the_provider_asks(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    ids = [queue(database), queue(database, new_text(to="+13055550199"))]
    twilio.fail_next(Fault.THROTTLE_429)

    sender_to(twilio).send_due(database)
    posts = len(twilio.posts)
    traveller.shift(timedelta(seconds=8))
    sender_to(twilio).send_due(database)

    states = sorted(stored(database, each).state for each in ids)
    assert (posts, states) == (1, [MessageState.ACCEPTED, MessageState.RETRY_WAIT])


@pytest.mark.parametrize("code", ["30023", "30027"])
def test_a_cap_of_the_day_rests_until_the_carriers_next_day(database: Database, code: str) -> None:
    with time_machine.travel(datetime(2026, 11, 20, 20, tzinfo=UTC), tick=False), database.job("test") as session:
        rest(session, Channel.SMS, "MG1", code)

    assert standing(database, "MG1").rests_until == datetime(2026, 11, 21, 8, tzinfo=UTC)  # midnight in California


def test_a_registration_refused_in_a_report_lets_the_sender_rest(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    queue(database)
    sender_to(twilio).send_due(database)

    report(database, twilio, "undelivered", 30034)

    with database.job("test") as session:
        assert queue_health(session).paused == ((twilio.messaging_service_sid, "30034"),)


def test_texts_go_no_faster_than_the_pace_whatever_the_number_of_workers(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    for n in range(20):
        queue(database, new_text(to=f"+1305555{n:04}"))
    workers = [sender_to(twilio, pace=SLOW) for _ in range(3)]
    sent = []

    for _second in range(6):
        for worker in workers:
            worker.send_due(database)
        sent.append(len(twilio.posts))
        traveller.shift(timedelta(seconds=1))

    assert sent == [3, 4, 5, 6, 7, 8]


def test_a_long_text_uses_up_the_pace_by_its_segments(
    database: Database, twilio: FakeTwilio, script: Script, traveller: time_machine.Traveller
) -> None:
    script.compose = lambda _session, message, _now: Composed(message.facts["to"], "long", "vi", segments=3)
    for n in range(4):
        queue(database, new_text(to=f"+1305555{n:04}"))
    sent = []

    for _second in range(7):
        sender_to(twilio, pace=SLOW).send_due(database)
        sent.append(len(twilio.posts))
        traveller.shift(timedelta(seconds=1))

    assert sent == [1, 2, 2, 2, 3, 3, 3]


def test_a_message_that_waits_for_its_sender_loses_nothing(
    database: Database, twilio: FakeTwilio, traveller: time_machine.Traveller
) -> None:
    queue(database, new_text(not_before=clock.now() - timedelta(seconds=1)))
    waiting = queue(database, new_text(to="+13055550199"))
    due_at = stored(database, waiting).due_at

    sender_to(twilio, pace=Pace(1.0, 1.0)).send_due(database)

    message = stored(database, waiting)
    assert (message.state, message.due_at, message.attempt_no) == (MessageState.PENDING, due_at, 0)


def test_a_clock_that_went_back_gives_and_takes_no_tokens(
    database: Database, traveller: time_machine.Traveller
) -> None:
    route = Route("twilio", "MG1", SLOW)
    with database.job("test") as session:
        taken = [take_tokens(session, Channel.SMS, route, 1) for _ in range(3)]
    traveller.shift(-timedelta(hours=2))

    with database.job("test") as session:
        after = take_tokens(session, Channel.SMS, route, 1)
    traveller.shift(timedelta(seconds=1))

    with database.job("test") as session:
        assert (taken, after, take_tokens(session, Channel.SMS, route, 1)) == ([True] * 3, False, True)


def test_a_text_that_a_carrier_lost_is_said_once_more_hours_later(
    database: Database, twilio: FakeTwilio, script: Script, traveller: time_machine.Traveller
) -> None:
    first = queue(database)
    sender_to(twilio).send_due(database)
    report(database, twilio, "undelivered", 30003)

    for _hour in range(5):
        traveller.shift(timedelta(hours=1))
        sweep_outbox(database)
        sender_to(twilio).send_due(database)
    again = len(twilio.posts)
    report(database, twilio, "undelivered", 30003)
    for _hour in range(6):
        traveller.shift(timedelta(hours=1))
        sweep_outbox(database)
        sender_to(twilio).send_due(database)

    assert (again, len(twilio.posts)) == (2, 2)
    assert [(state, reason) for message_id, state, reason in script.stuck if message_id != first] == [
        (MessageState.UNDELIVERED, "carrier")
    ]


def test_a_lost_text_that_arrived_after_all_is_not_said_again(
    database: Database, twilio: FakeTwilio, script: Script, traveller: time_machine.Traveller
) -> None:
    queue(database)
    sender_to(twilio).send_due(database)
    report(database, twilio, "undelivered", 30003)
    traveller.shift(timedelta(hours=1))
    sweep_outbox(database)

    report(database, twilio, "delivered")
    traveller.shift(timedelta(hours=5))
    sender_to(twilio).send_due(database)

    assert (len(twilio.posts), script.stuck) == (1, [])
