"""CPU of a signed webhook, in multiples of an empty answer of the same application. Part of `make bench`."""

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Flask
from twilio.request_validator import RequestValidator

from referral.app import create_app
from referral.kit import clock
from referral.kit.policy import public
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.states import Channel, MessageState
from referral.tables import metadata
from resources_directory.db import new_id
from tests.databases import find_postgres

ROUNDS, CALLS = 9, 20
GOAL = 16.0
TOKEN = "token-of-the-bench"
KEY = "a2V5LW9mLXRoZS1iZW5jaC0tLTMyLWJ5dGVzLWxvbmc="

Request = tuple[str, dict[str, str]]


def lines() -> list[str]:
    """Measure, for SQLite and where there is one for PostgreSQL; return what is to be told."""
    server, told = find_postgres(), []
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'webhooks.sqlite3'}"}
        if server is not None:
            urls["PostgreSQL"] = server.new_database()
        for name, url in urls.items():
            told += _measured(name, _application(url))
    if server is not None:
        server.close()
    return told


def _application(url: str) -> Flask:
    settings = Settings(url, "bench", KEY, "http://localhost", twilio_auth_token=TOKEN)
    app = create_app(settings)

    @app.get("/empty")
    @public("the measure of everything else")
    def empty() -> str:
        return ""

    database: Database = app.extensions["database"]
    metadata.create_all(database.engine)
    return app


def _measured(name: str, app: Flask) -> list[str]:
    client = app.test_client()
    validator = RequestValidator(TOKEN)

    def post(requests: Iterator[Request]) -> None:
        path, fields = next(requests)
        signature = validator.compute_signature("http://localhost" + path, fields)
        code = client.post(path, data=fields, headers={"X-Twilio-Signature": signature}).status_code
        if code != 204:
            raise SystemExit(f"a webhook of the bench was answered {code}")

    reports, texts = _reports(app.extensions["database"]), _texts()
    works: dict[str, Callable[[], object]] = {
        "an empty answer": lambda: client.get("/empty"),
        "a report on a text": lambda: post(reports),
        "a text that arrives": lambda: post(texts),
    }
    empty, *costs = _cpu_ms(list(works.values()))
    app.extensions["database"].engine.dispose()
    return [
        f"{cost / empty:8.2f}  {name}: CPU of the webhook for {what}, of an empty answer's (goal: at most {GOAL:.0f})"
        for what, cost in zip(list(works)[1:], costs, strict=True)
    ]


def _cpu_ms(works: list[Callable[[], object]]) -> list[float]:
    """Return the CPU milliseconds of one call of each, the median of nine rounds in turns."""
    rounds: list[list[float]] = [[] for _ in works]
    for each in works:
        each()
    for _ in range(ROUNDS):
        for work, found in zip(works, rounds, strict=True):
            started = time.process_time()
            for _ in range(CALLS):
                work()
            found.append((time.process_time() - started) * 1000 / CALLS)
    return [statistics.median(found) for found in rounds]


def _reports(database: Database) -> Iterator[Request]:
    """Give a report of arrival on a text of its own each."""
    texts = [_accepted_text(number) for number in range(ROUNDS * CALLS + 1)]
    with database.job("bench") as session:
        session.add_all(texts)
    for each in texts:
        yield f"/sms/status?m={each.id}&a=1", {"MessageSid": str(each.provider_id), "MessageStatus": "delivered"}


def _accepted_text(number: int) -> Message:
    now = clock.now()
    facts = {"channel": Channel.SMS, "composer": "bench", "template": "bench", "facts": {}}
    about = {"clinic_id": new_id(), "subject_kind": "patient", "subject_id": new_id(), "dedupe_key": str(number)}
    state = {"state": MessageState.ACCEPTED, "provider": "twilio", "provider_id": f"SM{number:032x}", "attempt_no": 1}
    return Message(id=new_id(), not_before=now, created_at=now, sent_at=now, **facts, **about, **state)


def _texts() -> Iterator[Request]:
    """Give a text of its own each, from a phone of its own."""
    for number in itertools.count():
        phone, sid = f"+1305555{number:04}", f"SM1{number:031x}"
        yield "/sms/inbound", {"MessageSid": sid, "From": phone, "To": "+15595550199", "Body": "hello"}
