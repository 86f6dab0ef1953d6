"""Any order and repetition of webhooks gives the same database, and replaying them changes nothing."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from referral.followups.due import ask_due_questions
from referral.followups.planning import ask
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.receipts import SETTLING
from referral.outbox.sending import sweep_outbox
from referral.outbox.states import MessageState
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from tests.factories import Town
from tests.messaging.deliveries import TOKEN, Delivery, everything, status_of, text_of

#: Friday noon in California.
NOON = datetime(2026, 11, 20, 20, tzinfo=UTC)
LANGUAGES = {
    "+15595550121": "es",
    "+15595550122": "vi",
    "+15595550123": "en",
    "+15595550124": "ar",
    "+15595550125": "ru",
    "+15595550126": "ko",
    "+15595550127": "ht",
    "+15595550128": "es",
}
TEXTS = [
    ("+15595550121", ["7", "2 no había nadie", "START"]),
    ("+15595550122", ["đúng", "dừng", "có"]),
    ("+15595550123", ["1", "1", "stop texting me, I want to die", "START"]),
    ("+15595550124", ["٩", "شكرا"]),
    ("+15595550126", ["1"]),  # an answer to a text that failed, if we believe the carrier
    ("+15595550127", ["2"]),
    ("+15595550129", ["wrong number"]),  # nobody we know
]
#: (status, error code); a code may be left over from an earlier failure and mean nothing.
STATUSES = [
    [("queued", ""), ("sent", ""), ("delivered", "")],
    [("sending", "30005"), ("sent", ""), ("delivered", "")],
    [("sent", ""), ("delivered", ""), ("read", "")],
    [("sent", "")],
    [("queued", ""), ("sent", ""), ("undelivered", "30003")],
    [("sending", "30003"), ("failed", "30005")],
    [("undelivered", "30003"), ("undelivered", "30005"), ("failed", "30008")],
    [("sent", ""), ("undelivered", "30006"), ("delivered", "")],
]


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """One database of a file, which is put back before each order; the order of events is no matter of the engine."""
    shutil.copy(sqlite_template, tmp_path / "test.sqlite3")
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio_auth_token=TOKEN)


@pytest.fixture
def deliveries(app: Flask, database: Database, town: Town, monkeypatch: pytest.MonkeyPatch) -> list[Delivery]:
    """Four patients with an open question each, an hour ago; the texts and the reports that now come in."""
    monkeypatch.setattr(clock, "wall", lambda: NOON)
    monkeypatch.setattr("referral.kit.worker.follow_clock", lambda _session: None)
    sent = [_asked(app, database, town, phone) for phone in LANGUAGES]
    monkeypatch.setattr(clock, "wall", lambda: NOON + timedelta(hours=1))
    texts = [
        text_of(phone, f"SM{phone[-3:]}{number}", body) for phone, bodies in TEXTS for number, body in enumerate(bodies)
    ]
    reports = [
        status_of(message.id, message.provider_id or "", status, code)
        for message, listed in zip(sent, STATUSES, strict=True)
        for status, code in listed
    ]
    return [*texts, *reports]


@pytest.fixture
def outcome(
    app: Flask, database: Database, tmp_path: Path, deliveries: list[Delivery], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[str]]:
    """What the database holds after deliveries to the state at the start, and when failures have settled."""
    file, start = tmp_path / "test.sqlite3", tmp_path / "start.sqlite3"
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    shutil.copy(file, start)

    def after(order: list[Delivery]) -> list[str]:
        database.engine.dispose()
        for leftover in tmp_path.glob("test.sqlite3-*"):
            leftover.unlink()
        shutil.copy(start, file)
        client = app.test_client()
        monkeypatch.setattr(clock, "wall", lambda: NOON + timedelta(hours=1))
        assert {delivery.post(client) for delivery in order} <= {204}
        monkeypatch.setattr(clock, "wall", lambda: NOON + timedelta(hours=1) + SETTLING)
        with app.app_context():
            sweep_outbox(database)
        return everything(database)

    return after


@pytest.fixture
def once(outcome: Callable[..., list[str]], deliveries: list[Delivery]) -> list[str]:
    """What it holds after each delivery came once, in the order told."""
    return outcome(deliveries)


@given(st.data())
@examples(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a shrinking would take minutes: every step is a database
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_order_and_repetition_gives_the_same_database(
    outcome: Callable[..., list[str]], deliveries: list[Delivery], once: list[str], data: st.DataObject
) -> None:
    """The texts of one phone keep their order, for STOP and START say different things in another."""
    order = _in_their_order(data.draw(st.permutations(deliveries)), deliveries)
    again = data.draw(st.lists(st.tuples(st.integers(0, len(order) - 1), st.integers(0, 99)), max_size=12))
    repeated = list(order)
    for number, later in again:
        first = repeated.index(order[number])
        repeated.insert(min(first + 1 + later, len(repeated)), order[number])

    assert outcome(repeated) == once


def test_replaying_everything_changes_nothing(
    outcome: Callable[..., list[str]], deliveries: list[Delivery], once: list[str]
) -> None:
    assert outcome([*deliveries, *deliveries, *reversed(deliveries)]) == once


def test_the_comparison_sees_a_text_that_was_lost(
    outcome: Callable[..., list[str]], deliveries: list[Delivery], once: list[str]
) -> None:
    assert outcome(deliveries[1:]) != once


def _asked(app: Flask, database: Database, town: Town, phone: str) -> Message:
    """A patient whose phone holds an open question, and the text that asked it."""
    patient = town.patient(town.clinic(), written_language=LANGUAGES[phone])
    town.phone(patient, phone)
    referral = town.referral(town.need(patient), town.service(), state=ReferralState.ACCEPTED)
    town.commit()
    with database.job("tests") as session:
        ask(session, session.get_one(Referral, referral.id), QuestionKind.CHECK_OUTCOME, clock.now())
    with app.app_context():
        ask_due_questions(database)
    with database.job("tests") as session:
        message = session.query(Message).filter_by(patient_id=patient.id).one()
        message.state, message.attempt_no, message.provider_id = MessageState.ACCEPTED, 1, f"OUT{phone[-3:]}"
        session.flush()
        session.expunge(message)
    return message


def _in_their_order(mixed: list[Delivery], told: list[Delivery]) -> list[Delivery]:
    """The mixed deliveries, with the texts of each phone in the order in which they were told."""
    waiting = {phone: [each for each in told if each.phone == phone] for phone, _bodies in TEXTS}
    return [waiting[each.phone].pop(0) if each.phone else each for each in mixed]
