"""Messages: dispatch, claims, finished rows and webhooks, as ratios against the raw floor of one run; both databases.

Part of `make bench`, or alone: python -m tests.bench.messages. BENCH_FINISHED chooses another number of finished rows.
"""

import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from referral.kit import clock
from referral.kit.crypto import Vault
from referral.kit.transaction import Database
from referral.kit.worker import Task, Worker
from referral.outbox import hooks
from referral.outbox.claiming import claim_messages, give_back
from referral.outbox.gateway.base import OutcomeKind, OutgoingSms
from referral.outbox.gateway.choose import Gateways
from referral.outbox.gateway.twilio_sms import TwilioGateway
from referral.outbox.hooks import Composed
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.senders import MOST_AT_ONCE
from referral.outbox.sending import IN_FLIGHT, Sender
from referral.outbox.states import Channel
from referral.tables import metadata
from resources_directory.db import new_id
from tests.bench import webhooks
from tests.bench.loopback import LATENCY_S, Loopback, loopback
from tests.databases import find_postgres

ROUNDS = 9
TEXTS = 25 * IN_FLIGHT
WAITING = 2_000
CLAIMS = 20
FINISHED = int(os.environ.get("BENCH_FINISHED", "1000000"))

_COLUMNS = (
    "id, clinic_id, channel, composer, template, facts, subject_kind, subject_id, dedupe_key, state, not_before,"
    " created_at, attempt_no, resend_ok, lost_claims, provider_rank, looks"
)
_ROW = (
    "'sms', 'bench', 'bench', '{{}}', 'patient', {own}, 'finished:' || n, 'delivered', {then}, {then}, 1, true, 0, 9, 0"
)
#: Finished rows, numbered; ids that differ in their last letters.
_FINISHED = {
    "sqlite": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {rows}) {insert} FROM r",
    "postgresql": "{insert} FROM generate_series(1, {rows}) n",
}
_OWN = {"sqlite": "printf('%032x', n)", "postgresql": "lpad(to_hex(n), 32, '0')::uuid"}
_THEN = {"sqlite": "'2026-01-01 00:00:00.000000'", "postgresql": "'2026-01-01 00:00:00+00'"}

_PICK = (
    "SELECT id FROM message WHERE state IN ('pending', 'retry_wait') AND not_before <= {now} AND channel = 'sms'"
    f" ORDER BY not_before, id LIMIT {MOST_AT_ONCE}"
)
_CLAIM = {
    "sqlite": "UPDATE message SET state = 'claimed', lease_owner = 'raw', lease_until = '2099-01-01'"
    f" WHERE id IN ({_PICK.format(now='?')}) RETURNING id",
    "postgresql": f"WITH picked AS ({_PICK.format(now='%s')} FOR UPDATE SKIP LOCKED)"
    " UPDATE message SET state = 'claimed', lease_owner = 'raw', lease_until = '2099-01-01'"
    " WHERE id IN (SELECT id FROM picked) RETURNING id",
}
_MARK = "UPDATE message SET state = 'pending', lease_owner = NULL, lease_until = NULL WHERE id {ids}"


def report() -> None:
    """Measure and print, for SQLite and where there is one for PostgreSQL."""
    server = find_postgres()
    told = [f"\nMessages, in ratios (median of {ROUNDS} rounds each)"]
    with tempfile.TemporaryDirectory() as folder, loopback() as provider, plain_hooks():
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'messages.sqlite3'}"}
        if server is not None:
            urls["PostgreSQL"] = server.new_database()
        for name, url in urls.items():
            told += _measured(name, url, provider)
    if server is not None:
        server.close()
    sys.stdout.write("\n".join((*told, *webhooks.lines())) + "\n")


@contextmanager
def plain_hooks() -> Iterator[None]:
    """Let the outbox stand alone: one sentence for everybody, and nobody is told anything."""
    answers = {
        hooks.compose: lambda _session, message, _now: Composed(message.facts["to"], "Clinic: hello.", "en"),
        hooks.on_message_accepted: lambda *_: None,
        hooks.on_message_stuck: lambda *_: None,
    }
    before = {hook: hook._answer for hook in answers}
    for hook, answer in answers.items():
        hook._answer = answer  # type: ignore[assignment]  # hooks of several kinds
    try:
        yield
    finally:
        for hook, earlier in before.items():
            hook._answer = earlier


def _measured(name: str, url: str, provider: Loopback) -> list[str]:
    database = Database(url, Vault(b"k" * 32))
    metadata.create_all(database.engine)
    gateway = _gateway(provider)
    sender = Sender(Gateways(sms=gateway, email=None), "http://localhost")
    rates = [(_dispatched_a_second(database, sender), _posted_a_second(gateway)) for _ in range(ROUNDS)]
    dispatch = statistics.median(ours for ours, _raw in rates)
    of_floor = statistics.median(ours / raw for ours, raw in rates)
    idle = _idle_s(database, sender, provider)
    _queue(database, WAITING)
    ours, raw = _claims_a_second(database)
    before = _claim_s(database)
    _finish(database.engine, FINISHED)
    after = _claim_s(database)
    database.engine.dispose()
    ideal, goal, most = IN_FLIGHT / LATENCY_S, "goal: at least", "goal: at most"
    rows = f"{FINISHED:,} finished rows"
    return [
        f"{dispatch / ideal:8.2f}  {name}: dispatch, of {IN_FLIGHT} in flight ÷ {LATENCY_S:.1f} s ({goal} 0.85)",
        f"{of_floor:8.2f}  {name}: dispatch, of as many bare posts at a time ({dispatch:.0f} a second)",
        f"{ours / raw:8.2f}  {name}: claim and mark {MOST_AT_ONCE} at a time, of the raw statements ({goal} 0.25;"
        f" {ours:,.0f} of {raw:,.0f} a second)",
        f"{after / before:8.2f}  {name}: a claim with {rows}, of one without ({most} 1.20; {before * 1000:.1f} ms)",
        f"{statistics.median(idle):8.2f}  {name}: seconds from an idle queue to the provider (at most {max(idle):.2f})",
    ]


def _gateway(provider: Loopback) -> TwilioGateway:
    return TwilioGateway("AC" + "0" * 32, "token", messaging_service_sid="MG0", base_url=provider.base_url)


def _queue(database: Database, texts: int) -> None:
    with database.job("bench") as session:
        for n in range(texts):
            new = NewMessage(
                channel=Channel.SMS,
                composer="bench",
                template="bench",
                clinic_id=new_id(),
                subject_kind="patient",
                subject_id=new_id(),
                dedupe_key=str(new_id()),
                phone_number_id=new_id(),
                facts={"to": f"+1305555{n:04}"},
                not_before=clock.now() - timedelta(minutes=1),
            )
            queue_message(session, new)


def _dispatched_a_second(database: Database, sender: Sender) -> float:
    """Return how many due texts a second the sender posts, with all that it writes down."""
    _queue(database, TEXTS)
    started, sent = time.perf_counter(), 0
    while sent < TEXTS:
        sent += sender.send_due(database)
    return TEXTS / (time.perf_counter() - started)


def _posted_a_second(gateway: TwilioGateway) -> float:
    """Return how many texts a second go with as many posts at a time, and nothing else: the floor."""
    phones = [f"+1305555{n:04}" for n in range(TEXTS)]
    texts = [OutgoingSms(new_id(), 1, phone, "Clinic: hello.", "http://localhost", 60) for phone in phones]
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        started = time.perf_counter()
        outcomes = list(pool.map(gateway.send_sms, texts))
    if any(outcome.kind is not OutcomeKind.ACCEPTED for outcome in outcomes):
        raise SystemExit("the provider of the bench did not take a text")
    return TEXTS / (time.perf_counter() - started)


def _idle_s(database: Database, sender: Sender, provider: Loopback) -> list[float]:
    """Return the seconds from a text's commit to the provider, for each of nine queued at random moments."""
    worker, found, chance = Worker(database, [Task("send", 1.0, sender.send_due)]), [], random.Random(1)
    thread = threading.Thread(target=worker.run)
    thread.start()
    for _ in range(ROUNDS):
        time.sleep(0.5 + chance.random())
        _queue(database, 1)
        queued = time.time()
        while provider.arrived.value < queued - LATENCY_S / 2:
            time.sleep(0.005)
        found.append(max(0.0, provider.arrived.value - queued))
    worker.stop()
    thread.join()
    return found


def _claims_a_second(database: Database) -> tuple[float, float]:
    """Return the rows claimed and given back a second: by the product, and by its raw statements, in turns."""
    ours, raw = [], []
    for _ in range(ROUNDS):
        ours.append(_rate(lambda: _claim_and_mark(database)))
        raw.append(_rate(lambda: _claim_and_mark_raw(database.engine)))
    return statistics.median(ours), statistics.median(raw)


def _rate(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(CLAIMS):
        work()
    return CLAIMS * MOST_AT_ONCE / (time.perf_counter() - started)


def _claim_and_mark(database: Database) -> None:
    with database.job("bench") as session:
        found = claim_messages(session, Channel.SMS, most=MOST_AT_ONCE, owner="bench")
    with database.job("bench") as session:
        give_back(session, [each.message_id for each in found], owner="bench")


def _claim_and_mark_raw(engine: Engine) -> None:
    dialect, driver = engine.dialect.name, engine.raw_connection()
    cursor: Any = driver.cursor()
    lite = dialect == "sqlite"
    now = f"{clock.now():%Y-%m-%d %H:%M:%S.%f}" if lite else clock.now()
    for mark in (False, True):
        if lite:
            cursor.execute("BEGIN IMMEDIATE")
        if not mark:
            cursor.execute(_CLAIM[dialect], (now,))
            ids = [row[0] for row in cursor.fetchall()]
        elif lite:
            cursor.execute(_MARK.format(ids=f"IN ({', '.join('?' * len(ids))})"), ids)
        else:
            cursor.execute(_MARK.format(ids="= ANY(%s)"), (ids,))
        driver.commit()
    driver.close()


def _claim_s(database: Database) -> float:
    """Return the seconds of one claim, the median of nine."""
    found = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with database.job("bench") as session:
            claimed = claim_messages(session, Channel.SMS, most=MOST_AT_ONCE, owner="bench")
        found.append(time.perf_counter() - started)
        with database.job("bench") as session:
            give_back(session, [each.message_id for each in claimed], owner="bench")
    return statistics.median(found)


def _finish(engine: Engine, rows: int) -> None:
    """Write rows of messages that arrived long ago, as fast as the database takes them."""
    name = engine.dialect.name
    row = _ROW.format(own=_OWN[name], then=_THEN[name])
    insert = f"INSERT INTO message ({_COLUMNS}) SELECT {_OWN[name]}, {_OWN[name]}, {row}"
    statement = _FINISHED[name].format(rows=rows, insert=insert)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement.replace("%", "%%") if name == "postgresql" else statement)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE message"))


if __name__ == "__main__":
    report()
