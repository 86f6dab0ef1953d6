"""Fixtures of the outbox: a database without the application, a Twilio on this machine, and scripted hooks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from referral.kit.crypto import Vault
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.outbox import hooks
from referral.outbox.gateway.base import Pace
from referral.outbox.gateway.choose import Gateways
from referral.outbox.gateway.twilio_sms import TwilioGateway
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message, MessageAttempt
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.senders import Route
from referral.outbox.sending import Sender, Timing
from referral.outbox.states import Channel
from resources_directory.db import new_id
from tests.databases import empty
from tests.fakes.twilio_server import FakeTwilio

PUBLIC_BASE_URL = "https://needsrx.example.org"
CLINIC_ID = UUID("01990000-0000-7000-8000-00000000c111")
PATIENT_ID = UUID("01990000-0000-7000-8000-00000000aaaa")
SUBJECT_ID = UUID("01990000-0000-7000-8000-00000000bbbb")
PHONE = "+13055550123"

Answer = Composed | Postponed | Suppressed


def plain_words(_session: ScopedSession, message: Message, _now: datetime) -> Answer:
    return Composed(to=message.facts["to"], body="Clinic: hello.", language="en", subject="A subject")


@dataclass
class Script:
    """What the slices above answer, and what they were told: ids of messages accepted and stuck."""

    compose: Callable[[ScopedSession, Message, datetime], Answer] = plain_words
    accepted: list[UUID] = field(default_factory=list)
    stuck: list[tuple[UUID, str, str | None]] = field(default_factory=list)


@pytest.fixture(autouse=True)
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    script = Script()
    monkeypatch.setattr(hooks.compose, "_answer", lambda *given: script.compose(*given))
    monkeypatch.setattr(hooks.on_message_accepted, "_answer", lambda _s, message: script.accepted.append(message.id))
    monkeypatch.setattr(
        hooks.on_message_stuck,
        "_answer",
        lambda _s, message: script.stuck.append((message.id, message.state, message.reason)),
    )
    return script


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, Vault(b"k" * 32))
    yield database
    if database.engine.dialect.name == "postgresql":
        empty(database.engine)
    database.engine.dispose()


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


def gateway_to(twilio: FakeTwilio, base_url: str | None = None, pace: Pace | None = None) -> TwilioGateway:
    return TwilioGateway(
        twilio.account_sid,
        twilio.auth_token,
        messaging_service_sid=twilio.messaging_service_sid,
        base_url=base_url or twilio.base_url,
        timeout_s=0.5,
        pace=pace,
    )


def sender_to(
    twilio: FakeTwilio, timing: Timing | None = None, base_url: str | None = None, pace: Pace | None = None
) -> Sender:
    return Sender(Gateways(sms=gateway_to(twilio, base_url, pace), email=None), PUBLIC_BASE_URL, timing)


def route_to(twilio: FakeTwilio | None = None, pace: Pace | None = None) -> dict[Channel, Route]:
    """Return the routes of a worker that sends texts alone."""
    return {Channel.SMS: Route("twilio", twilio.messaging_service_sid if twilio else "MG", pace)}


def new_text(to: str = PHONE, **changes: Any) -> NewMessage:
    facts: dict[str, Any] = {
        "channel": Channel.SMS,
        "composer": "patient_text",
        "template": "sent",
        "clinic_id": CLINIC_ID,
        "subject_kind": "referral",
        "subject_id": SUBJECT_ID,
        "dedupe_key": f"test:{new_id()}",
        "patient_id": PATIENT_ID,
        "facts": {"to": to},
    }
    return NewMessage(**(facts | changes))


def queue(database: Database, new: NewMessage | None = None) -> UUID:
    with database.job("test") as session:
        message_id = queue_message(session, new or new_text())
    assert message_id is not None
    return message_id


def stored(database: Database, message_id: UUID) -> Message:
    with database.job("test") as session:
        message = session.get(Message, message_id)
    assert message is not None
    return message


def attempts_of(database: Database, message_id: UUID) -> list[MessageAttempt]:
    with database.job("test") as session:
        found = session.query(MessageAttempt).filter_by(message_id=message_id)
        return found.order_by(MessageAttempt.attempt_no).all()
