"""The worker killed with -9 before a random statement, commit or POST, again and again: nothing lost, nothing doubled.

FAULT_ROUNDS sets how often, FAULT_SEED repeats a run.
"""

import time
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.states import MessageState
from resources_directory.db import new_id
from tests.fakes.deeds import GIVEN_UP
from tests.fakes.twilio_server import FakeTwilio
from tests.fakes.worker_process import WorkerProcess, order_for
from tests.faults.rounds import ROUNDS, chance
from tests.faults.test_schedules import ENDS, Case, Run
from tests.faults.test_transitions_killed import PASSING
from tests.outbox.conftest import Script, database, new_text, queue, script

__all__ = ["database", "script"]

#: More steps than the sending of one round's messages takes, so that some workers live.
STEPS = 45
MESSAGES_A_ROUND = 3

#: Every so many rounds a worker is killed where it hurts most.
DOUBTFUL = 5

LEASE_S = 2.0

#: Visible, and on nobody's phone. RETRY_WAIT: a slow machine left too little of a lease, so nothing was posted.
#: QUARANTINED: five workers died in a row before they had submitted it, so it was given to a person.
NOT_KNOWN_TO_BE_SENT = {MessageState.UNKNOWN, MessageState.RETRY_WAIT, MessageState.QUARANTINED}


def states(database: Database) -> Counter[str]:
    with database.job("test") as session:
        return Counter(session.scalars(select(Message.state).order_by(Message.id)))


def states_by_phone(database: Database) -> dict[str, str]:
    with database.job("test") as session:
        return {message.facts["to"]: message.state for message in session.scalars(select(Message).order_by(Message.id))}


def phones_told_of(database: Database, script: Script) -> set[str]:
    """The phones whose message was given to a person: here, or by a process that may be dead by now."""
    here = {message_id for message_id, _state, _reason in script.stuck}
    with database.job("test") as session:
        messages = session.scalars(select(Message).order_by(Message.id)).all()
    return {each.facts["to"] for each in messages if each.id in here or each.facts.get("told")}


def kill_again_and_again(database: Database, twilio: FakeTwilio, *, naive: bool = False) -> int:
    """Queue, start workers, let one of them die at a random step, until as many died as asked; return how many.

    On PostgreSQL another works beside the one that dies. Each `DOUBTFUL`th, which works alone, dies between the
    provider's answer and writing it down, wherever the dice fall.
    """
    dice, killed = chance(), 0
    several = database.engine.dialect.name == "postgresql"
    more = {"lease_s": 2 * LEASE_S, "margin_s": 0.0, "naive": True} if naive else {"lease_s": LEASE_S}
    for n in range(6 * ROUNDS):
        if killed == ROUNDS:
            break
        for m in range(MESSAGES_A_ROUND if n < ROUNDS else 1):
            queue(database, new_text(to=f"+1305{n:05}{m:02}", phone_number_id=new_id()))
        step = "posted" if n % DOUBTFUL == 0 else dice.randint(1, STEPS)
        orders = [order_for(database, twilio, step=step, **more)]
        if several and step != "posted":
            orders.append(order_for(database, twilio, **more))
        killed += [worker.wait() for worker in [WorkerProcess(order) for order in orders]].count(-9)
    return killed


def finish(database: Database, twilio: FakeTwilio, *, naive: bool = False) -> None:
    """Let leases end and healthy workers do the rest."""
    at_work = {MessageState.PENDING, MessageState.CLAIMED, MessageState.SUBMITTING}
    at_work |= {MessageState.UNKNOWN} if naive else set()
    for _ in range(20):
        time.sleep(LEASE_S / 2)
        WorkerProcess(order_for(database, twilio, lease_s=LEASE_S, naive=naive)).wait()
        if not set(states(database)) & at_work:
            return
    pytest.fail(f"the queue does not come to rest: {states(database)}")


def let_time_pass(database: Database, twilio: FakeTwilio) -> None:
    """Four days: the provider's list lags, reports come for every other phone, and nobody is killed any more."""
    with database.job("test") as session:
        phones = [message.facts["to"] for message in session.scalars(select(Message).order_by(Message.id))]
    run = Run(database, twilio, [Case(phone, None, bool(n % 2)) for n, phone in enumerate(phones)])
    with time_machine.travel(clock.wall() + timedelta(minutes=1)) as traveller:
        for steps, step in PASSING:
            run.pass_time(traveller, steps * (1 + len(phones) // 100), step / (1 + len(phones) // 100))


def test_however_often_workers_are_killed_no_message_is_lost_or_sent_twice(database: Database, script: Script) -> None:
    with FakeTwilio() as twilio:
        killed = kill_again_and_again(database, twilio)
        finish(database, twilio)
        at_rest = states_by_phone(database)
        arrived_by_then = {message.to for message in twilio.messages}
        let_time_pass(database, twilio)
        at_the_end = states_by_phone(database)
        told = phones_told_of(database, script)

    arrived = Counter(message.to for message in twilio.messages)
    assert killed == ROUNDS
    assert len(at_rest) >= ROUNDS * MESSAGES_A_ROUND
    assert max(arrived.values()) == 1
    assert set(at_rest.values()) <= {MessageState.ACCEPTED, *NOT_KNOWN_TO_BE_SENT}
    assert {phone for phone, state in at_rest.items() if state == MessageState.ACCEPTED} <= arrived_by_then
    assert set(at_the_end.values()) <= {*ENDS, MessageState.QUARANTINED}
    assert set(at_the_end) - set(arrived) <= told
    assert {phone for phone, state in at_the_end.items() if state in GIVEN_UP} <= told


def test_a_sender_that_sends_again_when_a_lease_runs_out_doubles_under_the_same_kills(database: Database) -> None:
    """The test above has teeth: what it forbids does happen to a sender that takes no answer for "not sent"."""
    with FakeTwilio() as twilio:
        kill_again_and_again(database, twilio, naive=True)
        finish(database, twilio, naive=True)

    arrived = Counter(message.to for message in twilio.messages)
    assert max(arrived.values()) > 1


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
