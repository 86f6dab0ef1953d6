"""Every fault of the provider, with and without reports, with a list that shows, lags or hides: what people received.

What the delivery promises: nobody gets a message more than twice, and twice only where three things come together; and
after 72 hours every message has come to an end, or to a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.receipts import record_receipt
from referral.outbox.reconcile import Reconciler
from referral.outbox.sending import sweep_outbox
from referral.outbox.states import MessageState as S
from tests.fakes.twilio_faults import TAKEN, Fault
from tests.fakes.twilio_server import FakeMessage, FakeTwilio
from tests.outbox.conftest import Script, database, gateway_to, new_text, queue, script, sender_to, twilio
from tests.outbox.test_receipts import receipt_of

__all__ = ["database", "script", "twilio"]

#: No event leads on by itself, or a person was told.
ENDS = {S.DELIVERED, S.UNDELIVERED, S.FAILED, S.UNCONFIRMED, S.REJECTED, S.NEEDS_HUMAN, S.EXPIRED}

#: How long after a text was taken its first report comes.
REPORTED_AFTER = timedelta(minutes=3)

LAGS = {"shows": timedelta(), "lags": timedelta(minutes=15), "hides": timedelta(days=30)}


@dataclass
class Case:
    """One message: the fault its first POST meets, whether reports on it come, what happened to it."""

    phone: str
    fault: Fault | None
    reported: bool
    texts: int = 0
    state: str = ""


@dataclass
class Run:
    """A queue with every fault, and the time that passes over it."""

    database: Database
    twilio: FakeTwilio
    cases: list[Case]
    told: set[str] = field(default_factory=set)

    def pass_time(self, traveller: time_machine.Traveller, steps: int, step: timedelta) -> None:
        """Let a worker look, sweep and send at each step, and the provider report."""
        sender, reconciler = sender_to(self.twilio), Reconciler(gateway_to(self.twilio))
        for _step in range(steps):
            sender.send_due(self.database)
            reconciler.look(self.database)
            sweep_outbox(self.database)
            self._report()
            traveller.shift(step)

    def _report(self) -> None:
        silent = {case.phone for case in self.cases if not case.reported}
        for text in list(self.twilio.messages):
            young = self.twilio.now() - text.created_at < REPORTED_AFTER
            if text.to not in silent | {self.twilio.our_number} and text.sid not in self.told and not young:
                self.told.add(text.sid)
                self._post(text)

    def _post(self, text: FakeMessage) -> None:
        for status in ("delivered", "sent"):
            with self.database.job("webhook") as session:
                record_receipt(session, receipt_of(self.twilio.callback(text.sid, status)))


@pytest.fixture
def cases() -> list[Case]:
    faults = [None, *Fault]
    return [
        Case(f"+1305555{n:02}{reported:02}", fault, bool(reported))
        for n, fault in enumerate(faults)
        for reported in (0, 1)
    ]


@pytest.fixture(params=sorted(LAGS))
def lag(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ended(database: Database, twilio: FakeTwilio, script: Script, cases: list[Case], lag: str) -> Iterator[list[Case]]:
    """The cases, three days and more later."""
    twilio.list_lag = LAGS[lag]
    for case in cases:
        queue(database, new_text(to=case.phone))
        if case.fault is not None:
            twilio.fail_next(case.fault, to=case.phone)
    run = Run(database, twilio, cases)
    with time_machine.travel(clock.wall()) as traveller:
        run.pass_time(traveller, 144, timedelta(minutes=5))  # the sender rests a lot until the last has had its turn
        run.pass_time(traveller, 73, timedelta(hours=1))
        with database.job("test") as session:
            states = {message.facts["to"]: message.state for message in session.query(Message)}
        for case in cases:
            case.texts, case.state = len(twilio.texts_to(case.phone)), states[case.phone]
        yield cases


def test_nobody_gets_a_message_more_than_twice_or_is_silently_left_out(
    database: Database, ended: list[Case], script: Script, lag: str
) -> None:
    """Twice only where the text was taken, the answer lost, no report came, and the list hid it."""
    doubled = {(case.fault, case.reported) for case in ended if case.texts > 1}
    with database.job("test") as session:
        phones = {message.id: message.facts["to"] for message in session.query(Message)}
    heard_of = {phones[message_id] for message_id, _state, _reason in script.stuck}
    unsent = {case.phone: case.fault for case in ended if case.texts == 0}

    assert max(case.texts for case in ended) <= 2
    assert doubled == ({(fault, False) for fault in TAKEN} if lag == "hides" else set())
    assert {case.state for case in ended} <= ENDS
    assert {case.state for case in ended if case.texts and case.reported} == {S.DELIVERED}
    assert set(unsent) <= heard_of
    assert set(unsent.values()) == {Fault.UNHEARD_OF_400}
