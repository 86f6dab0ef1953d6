"""Real worker processes: several on one queue, killed around the POST, and asleep past their lease."""

import signal
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.sending import sweep_outbox
from referral.outbox.states import MessageState
from tests.fakes.twilio_server import FakeTwilio
from tests.fakes.worker_process import WorkerProcess, order_for
from tests.outbox.conftest import PHONE, new_text, queue, stored

pytestmark = pytest.mark.slow

LEASE_S = 2.0


def sweep_until_the_lease_has_ended(database: Database) -> None:
    time.sleep(LEASE_S)
    sweep_outbox(database)


def test_two_workers_and_one_message_make_one_post(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)
    twilio.gate = threading.Event()

    first = WorkerProcess(order_for(database, twilio, timeout_s=10.0, lease_s=45.0))
    twilio.wait_for_posts(1)
    second = WorkerProcess(order_for(database, twilio))
    second_ended = second.wait()
    twilio.gate.set()

    assert (first.wait(), second_ended) == (0, 0)
    assert (len(twilio.posts), stored(database, message_id).state) == (1, MessageState.ACCEPTED)


@pytest.mark.parametrize(("first_s", "second_s"), [(0, 600), (0, -600), (600, 0), (-600, 0)])
def test_two_workers_whose_clocks_are_ten_minutes_apart_make_one_post(
    database: Database, twilio: FakeTwilio, first_s: int, second_s: int
) -> None:
    """The one takes the other's lease for ended while its post is in the air; the answer clears that up."""
    message_id = queue(database, new_text(not_before=clock.now() - timedelta(hours=1)))
    twilio.gate = threading.Event()

    first = WorkerProcess(order_for(database, twilio, timeout_s=10.0, lease_s=45.0, clock_s=first_s))
    twilio.wait_for_posts(1)
    second_ended = WorkerProcess(order_for(database, twilio, clock_s=second_s)).wait()
    twilio.gate.set()

    assert (first.wait(), second_ended) == (0, 0)
    assert (len(twilio.posts), stored(database, message_id).state) == (1, MessageState.ACCEPTED)


@pytest.mark.parametrize("clock_s", [600, -600])
def test_a_worker_killed_after_its_post_leaves_an_unknown_that_no_clock_sends_again(
    database: Database, twilio: FakeTwilio, clock_s: int
) -> None:
    message_id = queue(database, new_text(not_before=clock.now() - timedelta(hours=1)))

    code = WorkerProcess(order_for(database, twilio, step="posted", clock_s=-clock_s, lease_s=30.0)).wait()
    WorkerProcess(order_for(database, twilio, clock_s=clock_s)).wait()

    assert code == -9
    assert stored(database, message_id).state in (MessageState.SUBMITTING, MessageState.UNKNOWN)
    assert len(twilio.posts) == 1


def test_a_worker_that_slept_with_several_in_the_air_posts_none_of_them(database: Database, twilio: FakeTwilio) -> None:
    """Asleep since the gate of its first text: whatever it had claimed beside it is another worker's by now."""
    phones = [f"+1305555{n:04}" for n in range(5)]
    for phone in phones:
        queue(database, new_text(to=phone))
    sleeper = WorkerProcess(order_for(database, twilio, step="submitted", signal=signal.SIGSTOP))
    assert sleeper.reached.wait(20)

    sweep_until_the_lease_has_ended(database)
    WorkerProcess(order_for(database, twilio, lease_s=30.0, timeout_s=10.0)).wait()
    before = Counter(post["To"] for post in twilio.posts)
    sleeper.wake()

    assert sleeper.wait() == 0
    assert len(before) == 4
    assert Counter(post["To"] for post in twilio.posts) == before


def test_three_workers_send_each_of_many_messages_once(database: Database, twilio: FakeTwilio) -> None:
    phones = [f"+1305555{n:04}" for n in range(30)]
    for phone in phones:
        queue(database, new_text(to=phone))

    workers = [WorkerProcess(order_for(database, twilio, lease_s=30.0, timeout_s=10.0)) for _ in range(3)]
    codes = [worker.wait() for worker in workers]

    assert codes == [0, 0, 0]
    assert Counter(post["To"] for post in twilio.posts) == Counter(phones)


def test_a_worker_that_slept_past_its_lease_posts_nothing(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)
    sleeper = WorkerProcess(order_for(database, twilio, step="submitted", signal=signal.SIGSTOP))
    assert sleeper.reached.wait(20)

    sweep_until_the_lease_has_ended(database)
    before = stored(database, message_id).state
    sleeper.wake()

    assert sleeper.wait() == 0
    assert (before, len(twilio.posts)) == (MessageState.UNKNOWN, 0)
    # The sleeper knows that it posted nothing, so the message is no longer unknown.
    assert stored(database, message_id).state == MessageState.RETRY_WAIT


def test_a_worker_that_slept_after_its_post_still_tells(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)
    sleeper = WorkerProcess(order_for(database, twilio, step="posted", signal=signal.SIGSTOP))
    assert sleeper.reached.wait(20)

    sweep_until_the_lease_has_ended(database)
    before = stored(database, message_id).state
    sleeper.wake()

    assert sleeper.wait() == 0
    assert (before, stored(database, message_id).state) == (MessageState.UNKNOWN, MessageState.ACCEPTED)
    assert len(twilio.posts) == 1


def test_a_worker_killed_after_its_post_leaves_an_unknown_that_nobody_sends_again(
    database: Database, twilio: FakeTwilio
) -> None:
    message_id = queue(database)

    code = WorkerProcess(order_for(database, twilio, step="posted")).wait()
    sweep_until_the_lease_has_ended(database)
    WorkerProcess(order_for(database, twilio)).wait()

    assert (code, stored(database, message_id).state) == (-9, MessageState.UNKNOWN)
    assert len(twilio.texts_to(PHONE)) == 1


def test_a_blind_retry_after_the_same_kill_would_send_twice(database: Database, twilio: FakeTwilio) -> None:
    """The test above has teeth: what it forbids does happen to a sender that takes no answer for "not sent"."""
    message_id = queue(database)

    WorkerProcess(order_for(database, twilio, step="posted")).wait()
    with database.job("test") as session:
        session.get_one(Message, message_id).state = MessageState.PENDING
    WorkerProcess(order_for(database, twilio)).wait()

    assert len(twilio.texts_to(PHONE)) == 2
