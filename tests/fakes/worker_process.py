"""A real worker process that sends messages and can be made to die or sleep at any step. Only for tests."""

import multiprocessing
import os
import signal
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import Any

import time_machine
from sqlalchemy import Connection, Engine, event, or_, select, update

from referral.kit import clock
from referral.kit.crypto import Vault
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.outbox import hooks
from referral.outbox.gateway.base import SendOutcome
from referral.outbox.gateway.choose import Gateways
from referral.outbox.gateway.twilio_sms import TwilioGateway
from referral.outbox.hooks import Composed, Postponed
from referral.outbox.models import Message
from referral.outbox.sending import Sender, Timing, sweep_outbox
from referral.outbox.states import MessageState
from referral.outbox.submitting import Submission
from tests.fakes.deeds import Deed, do
from tests.fakes.twilio_server import FakeTwilio

#: Forked from a clean server process: as separate as a new one, and started in an instant.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])

MASTER_KEY = b"k" * 32


@dataclass(frozen=True)
class WorkOrder:
    """What a worker is to do. `step`: the number of the statement, commit or POST before which `signal` hits it.

    Or a name: "submitted" (committed, the clock not yet looked at), "posted" (answered, nothing written down). With a
    `deed` it does that alone, and the step is "before" or "after" the commit that makes the deed's transition.
    `naive`: what a lease ran out on, and what may have been sent, is sent again. `clock_s`: by how much its clock is
    ahead.
    """

    database_url: str
    twilio_url: str
    account_sid: str
    auth_token: str
    messaging_service_sid: str
    step: int | str | None = None
    signal: int = signal.SIGKILL
    lease_s: float = 2.0
    timeout_s: float = 1.0
    margin_s: float = 0.5
    deed: Deed | None = None
    naive: bool = False
    clock_s: float = 0.0


def order_for(database: Database, twilio: FakeTwilio, **changes: Any) -> WorkOrder:
    """Return the order to send everything that is due, through this Twilio."""
    return WorkOrder(
        database.engine.url.render_as_string(hide_password=False),
        twilio.base_url,
        twilio.account_sid,
        twilio.auth_token,
        twilio.messaging_service_sid,
        **changes,
    )


class WorkerProcess:
    """A started worker. `reached` is set just before the signal hits it."""

    def __init__(self, order: WorkOrder) -> None:
        self.reached: Event = _context.Event()
        self._process: BaseProcess = _context.Process(target=_work, args=(order, self.reached), daemon=True)
        self._process.start()

    def wait(self, seconds: float = 30) -> int | None:
        """Return the exit code, -9 when killed; None while it still runs."""
        self._process.join(seconds)
        return self._process.exitcode

    def wake(self) -> None:
        """Let a sleeping worker go on."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, wherever it is."""
        self._process.kill()


class _Steps:
    """Counts what the worker does, and strikes at the step of the order. Its posts are in threads of their own."""

    def __init__(self, order: WorkOrder, reached: Event) -> None:
        self._order, self._reached, self._count = order, reached, 0
        self._lock = threading.Lock()

    def __call__(self, name: str | None = None) -> None:
        with self._lock:
            self._count += 1
            if self._order.step in (self._count, name or ""):
                self._reached.set()
                # To this thread: of a signal to the process another thread would hear first, and this one go on.
                signal.pthread_kill(threading.get_ident(), self._order.signal)


class _Watch:
    """Strikes before or after the commit that makes the transition of a deed."""

    def __init__(self, deed: Deed, steps: _Steps, engine: Engine) -> None:
        self._deed, self._steps, self._committed, self._at_last = deed, steps, "", False
        event.listen(engine, "commit", self._before)
        event.listen(ScopedSession, "after_commit", self._after)

    def _before(self, connection: Connection) -> None:
        state = connection.scalar(select(Message.__table__.c.state).where(Message.id == self._deed.message_id))
        self._at_last = (self._committed or self._deed.source, state) == (self._deed.source, self._deed.target)
        self._committed = str(state)
        if self._at_last:
            self._steps("before")

    def _after(self, _session: object) -> None:
        if self._at_last:
            self._steps("after")


class _BreakableSender(Sender):
    """A sender with steps around its POST."""

    steps: _Steps

    def _post(self, submission: Submission) -> SendOutcome:
        self.steps("submitted")
        outcome = super()._post(submission)
        self.steps("posted")
        return outcome


def _work(order: WorkOrder, reached: Event) -> None:
    hooks.compose.fill(_compose)
    hooks.on_message_accepted.fill(lambda _session, _message: None)
    hooks.on_message_stuck.fill(_tell)
    steps = _Steps(order, reached)
    database = Database(order.database_url, Vault(MASTER_KEY))
    gateway = TwilioGateway(
        order.account_sid,
        order.auth_token,
        messaging_service_sid=order.messaging_service_sid,
        base_url=order.twilio_url,
        timeout_s=order.timeout_s,
    )
    timing = Timing(timedelta(seconds=order.lease_s), order.timeout_s, order.margin_s)
    sender = _BreakableSender(Gateways(sms=gateway, email=None), "https://needsrx.example.org", timing)
    sender.steps = steps
    with time_machine.travel(clock.wall() + timedelta(seconds=order.clock_s)) if order.clock_s else nullcontext():
        if order.deed is not None:
            _Watch(order.deed, steps, database.engine)
            do(order.deed, database, sender, gateway)
            return
        event.listen(database.engine, "before_cursor_execute", lambda *_: steps())
        event.listen(database.engine, "commit", lambda *_: steps())
        sweep = send_again if order.naive else sweep_outbox
        sweep(database)
        while sender.send_due(database):
            sweep(database)


def send_again(database: Database) -> None:
    """What a sender does that takes no answer for "not sent": the naive sweep that the product must not have."""
    over = or_(Message.lease_until <= clock.wall(), Message.state == MessageState.UNKNOWN)
    doubted = (MessageState.CLAIMED, MessageState.SUBMITTING, MessageState.UNKNOWN)
    again = update(Message).where(Message.state.in_(doubted), over)
    with database.job("naive") as session:
        session.execute(
            again.values(state=MessageState.PENDING, lease_owner=None).execution_options(synchronize_session=False)
        )


def _compose(_session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed:
    if message.facts.get("not_now"):
        return Postponed(now + timedelta(hours=1), "quiet_hours")
    return Composed(to=message.facts["to"], body="Clinic: hello.", language="en")


def _tell(_session: ScopedSession, message: Message) -> None:
    """A person hears of it in the same transaction, or not at all."""
    message.facts = message.facts | {"told": True}
