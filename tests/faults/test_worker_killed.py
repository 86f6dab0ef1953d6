"""The worker killed with -9 before a random statement, commit or POST, again and again: nothing lost, nothing doubled.

FAULT_ROUNDS sets how often, FAULT_SEED repeats a run.
"""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from referral.kit.crypto import Vault
from referral.kit.transaction import Database
from referral.outbox import hooks
from referral.outbox.models import Message
from referral.outbox.receipts import record_receipt
from referral.outbox.states import MessageState
from tests.databases import empty
from tests.fakes.twilio_server import FakeTwilio
from tests.fakes.worker_process import MASTER_KEY, WorkerProcess, order_for
from tests.faults.rounds import ROUNDS, chance
from tests.outbox.conftest import new_text, queue
from tests.outbox.test_receipts import receipt_of

#: More steps than the sending of one round's messages takes, so that some workers live.
STEPS = 45
MESSAGES_A_ROUND = 2

LEASE_S = 2.0

#: Visible, and on nobody's phone. RETRY_WAIT: a slow machine left too little of a lease, so nothing was posted.
NOT_KNOWN_TO_BE_SENT = {MessageState.UNKNOWN, MessageState.RETRY_WAIT}


@pytest.fixture(autouse=True)
def quiet_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks.on_message_accepted, "_answer", lambda *_: None)
    monkeypatch.setattr(hooks.on_message_stuck, "_answer", lambda *_: None)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, Vault(MASTER_KEY))
    yield database
    if database.engine.dialect.name == "postgresql":
        empty(database.engine)
    database.engine.dispose()


def states(database: Database) -> Counter[str]:
    with database.job("test") as session:
        return Counter(session.scalars(select(Message.state).order_by(Message.id)))


def states_by_phone(database: Database) -> dict[str, str]:
    with database.job("test") as session:
        return {message.facts["to"]: message.state for message in session.scalars(select(Message).order_by(Message.id))}


def kill_again_and_again(database: Database, twilio: FakeTwilio) -> int:
    """Queue, start a worker, let it die at a random step; return how many died."""
    dice, killed = chance(), 0
    for n in range(ROUNDS):
        for m in range(MESSAGES_A_ROUND):
            queue(database, new_text(to=f"+1305{n:05}{m:02}"))
        code = WorkerProcess(order_for(database, twilio, step=dice.randint(1, STEPS), lease_s=LEASE_S)).wait()
        killed += code == -9
    return killed


def finish(database: Database, twilio: FakeTwilio) -> None:
    """Let leases end and healthy workers do the rest."""
    for _ in range(20):
        time.sleep(LEASE_S / 2)
        WorkerProcess(order_for(database, twilio, lease_s=LEASE_S)).wait()
        if not set(states(database)) & {MessageState.PENDING, MessageState.CLAIMED, MessageState.SUBMITTING}:
            return
    pytest.fail(f"the queue does not come to rest: {states(database)}")


def report_everything(database: Database, twilio: FakeTwilio) -> None:
    for message in list(twilio.messages):
        with database.job("test") as session:
            record_receipt(session, receipt_of(twilio.callback(message.sid, "delivered")))


def test_however_often_a_worker_is_killed_no_message_is_lost_or_sent_twice(database: Database) -> None:
    with FakeTwilio() as twilio:
        killed = kill_again_and_again(database, twilio)
        finish(database, twilio)
        at_rest = states_by_phone(database)
        report_everything(database, twilio)
        after_reports = states_by_phone(database)

    arrived = Counter(message.to for message in twilio.messages)
    assert killed > ROUNDS / 2
    assert len(at_rest) == ROUNDS * MESSAGES_A_ROUND
    assert max(arrived.values()) == 1
    assert set(at_rest.values()) <= {MessageState.ACCEPTED, *NOT_KNOWN_TO_BE_SENT}
    assert {phone for phone, state in at_rest.items() if state == MessageState.ACCEPTED} <= set(arrived)
    assert {phone for phone, state in after_reports.items() if state == MessageState.DELIVERED} == set(arrived)
    assert {state for phone, state in after_reports.items() if phone not in arrived} <= NOT_KNOWN_TO_BE_SENT


def test_killed_at_any_statement_commit_or_post_of_one_text_it_arrives_once_or_is_doubted(database: Database) -> None:
    """One text and one worker for each step; a worker killed late has sent the texts that others left before."""
    with FakeTwilio() as twilio:
        codes = set()
        for step in range(1, STEPS):
            queue(database, new_text(to=f"+1305777{step:04}"))
            codes.add(WorkerProcess(order_for(database, twilio, step=step, lease_s=LEASE_S)).wait())
        finish(database, twilio)
        at_rest = states_by_phone(database)

    arrived = Counter(message.to for message in twilio.messages)
    assert -9 in codes
    assert codes <= {-9, 0}
    assert max(arrived.values()) == 1
    assert {phone for phone, state in at_rest.items() if state == MessageState.ACCEPTED} <= set(arrived)
    assert {state for phone, state in at_rest.items() if phone not in arrived} <= NOT_KNOWN_TO_BE_SENT
