"""Faults around one text, with the whole product: STOP, the night, a clock that jumps, a database that refuses."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import DBAPIError

from referral.followups.due import ask_due_questions
from referral.followups.models import Question
from referral.followups.planning import ask
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage
from referral.outbox.gateway.base import SendOutcome
from referral.outbox.gateway.choose import Gateways
from referral.outbox.models import Message, ProviderEvent
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.receipts import SETTLING, Receipt, record_receipt
from referral.outbox.sending import Sender, sweep_outbox
from referral.outbox.states import Channel, MessageState
from referral.outbox.submitting import Submission
from referral.patients.consents import stop_number
from referral.patients.models import Patient, PatientPhone
from referral.patients.states import OptOutKind
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from tests.factories import Town
from tests.fakes.twilio_server import FakeTwilio, SignedRequest
from tests.outbox.conftest import gateway_to

#: Friday noon in California.
NOON = datetime(2026, 11, 20, 20, tzinfo=UTC)
CALIFORNIA = ZoneInfo("America/Los_Angeles")
INBOUND_URL = "http://localhost/sms/inbound"


class SteppingSender(Sender):
    """A sender that does something between its steps: `before` its POST, `after` it."""

    before: Callable[[], None] = staticmethod(lambda: None)
    after: Callable[[], None] = staticmethod(lambda: None)

    def _post(self, submission: Submission) -> SendOutcome:
        self.before()
        outcome = super()._post(submission)
        self.after()
        return outcome


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture
def settings(settings: Settings, twilio: FakeTwilio) -> Settings:
    return replace(settings, twilio_auth_token=twilio.auth_token)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON) as traveller:
        yield traveller


@pytest.fixture
def phones(town: Town, traveller: time_machine.Traveller) -> list[PatientPhone]:
    """Phones of three patients of one clinic, who may be texted in English."""
    clinic = town.clinic()
    found = [town.phone(town.patient(clinic, written_language="en"), f"+1559555013{n}") for n in range(3)]
    town.commit()
    return found


@pytest.fixture
def sender(twilio: FakeTwilio) -> SteppingSender:
    return SteppingSender(Gateways(sms=gateway_to(twilio), email=None), "http://localhost")


def queue_text(database: Database, phone: PatientPhone, **changes: object) -> UUID:
    """A text to a patient, of the kind that quiet hours hold."""
    new = NewMessage(
        channel=Channel.SMS,
        composer="patient_text",
        template="sent",
        clinic_id=phone.clinic_id,
        subject_kind="patient",
        subject_id=phone.patient_id,
        dedupe_key=str(new_id()),
        patient_id=phone.patient_id,
        phone_number_id=phone.phone_number_id,
        facts={"date": clock.now().isoformat()},
    )
    with database.job("tests") as session:
        found = queue_message(session, replace(new, **changes))  # type: ignore[arg-type]  # facts of a message
    assert found is not None
    return found


def send(app: Flask, database: Database, sender: Sender) -> int:
    with app.app_context():
        return sender.send_due(database)


def deliver(app: Flask, request: SignedRequest) -> int:
    """Hand a webhook of the provider over."""
    return app.test_client().post(request.path, data=request.fields, headers=request.headers).status_code


def states(database: Database) -> list[str]:
    with database.job("tests") as session:
        return list(
            session.scalars(select(Message.state).where(Message.composer == "patient_text").order_by(Message.id))
        )


def test_a_stop_before_the_gate_stops_the_text(
    app: Flask, database: Database, twilio: FakeTwilio, sender: SteppingSender, phones: list[PatientPhone]
) -> None:
    queue_text(database, phones[0])

    deliver(app, twilio.inbound(INBOUND_URL, "+15595550130", "STOP"))
    send(app, database, sender)

    assert twilio.posts == []


def test_a_stop_between_the_gate_and_the_post_lets_at_most_this_one_go(
    app: Flask, database: Database, twilio: FakeTwilio, sender: SteppingSender, phones: list[PatientPhone]
) -> None:
    for _n in range(3):
        queue_text(database, phones[0])
    stop = twilio.inbound(INBOUND_URL, "+15595550130", "basta")  # a word that the provider does not know
    sender.before = lambda: deliver(app, stop) and None

    send(app, database, sender)

    assert sorted(states(database)) == [MessageState.ACCEPTED, MessageState.SUPPRESSED, MessageState.SUPPRESSED]


def test_a_stop_told_to_staff_while_a_batch_runs_holds_the_rest_back(
    app: Flask, database: Database, twilio: FakeTwilio, sender: SteppingSender, phones: list[PatientPhone]
) -> None:
    for minutes, phone in enumerate(phones):
        queue_text(database, phone, not_before=clock.now() - timedelta(minutes=10 - minutes))

    def told() -> None:
        with database.job("tests") as session:
            stop_number(session, phones[2].phone_number_id, OptOutKind.STAFF)

    sender.before = told
    send(app, database, sender)

    assert [post["To"] for post in twilio.posts] == ["+15595550130", "+15595550131"]


@pytest.mark.parametrize(
    "day",
    [(2027, 3, 13), (2026, 10, 31), (2026, 11, 25)],
    ids=["clocks go forward", "clocks go back", "Thanksgiving"],
)
def test_no_text_leaves_at_night_in_the_patients_zone_not_even_when_clocks_change(
    app: Flask, database: Database, twilio: FakeTwilio, sender: SteppingSender, town: Town, day: tuple[int, int, int]
) -> None:
    with time_machine.travel(datetime(*day, tzinfo=CALIFORNIA), tick=False) as traveller:
        phone = town.phone(town.patient(town.clinic(), written_language="en"), "+15595550130")
        town.commit()
        for _half_hour in range(2 * 56):
            queue_text(database, phone)
            send(app, database, sender)
            traveller.shift(timedelta(minutes=30))

    hours = {text.created_at.astimezone(CALIFORNIA) for text in twilio.messages}
    assert hours
    assert all(moment.weekday() == 6 or 9 <= moment.hour < 20 for moment in hours)
    assert all(moment.weekday() != 6 or 12 <= moment.hour < 18 for moment in hours)
    assert date(2026, 11, 26) not in {moment.date() for moment in hours}


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=2)], ids=["forward", "back"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_clock_that_jumps_around_the_post_makes_no_second_text(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    sender: SteppingSender,
    phones: list[PatientPhone],
    traveller: time_machine.Traveller,
    jump: timedelta,
    when: str,
) -> None:
    queue_text(database, phones[0])
    jumped = threading.Event()

    def leap() -> None:
        if not jumped.is_set():
            jumped.set()
            traveller.shift(jump)
            sweep_outbox(database)

    setattr(sender, when, leap)
    send(app, database, sender)
    traveller.move_to(NOON + timedelta(hours=2, minutes=30))
    sweep_outbox(database)
    send(app, database, sender)

    assert len(twilio.texts_to("+15595550130")) == 1
    assert states(database) == [MessageState.ACCEPTED]


def test_a_database_that_only_reads_posts_nothing_and_loses_nothing(
    app: Flask, database: Database, twilio: FakeTwilio, sender: SteppingSender, phones: list[PatientPhone]
) -> None:
    queue_text(database, phones[0])

    with reading_only(database.engine), pytest.raises(DBAPIError):
        send(app, database, sender)
    posts = len(twilio.posts)
    send(app, database, sender)

    assert (posts, len(twilio.posts), states(database)) == (0, 1, [MessageState.ACCEPTED])


def reading_only(engine: Engine) -> "ReadOnly":
    return ReadOnly(engine)


class ReadOnly:
    """Every transaction of the engine may only read, as while a standby serves."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> None:
        event.listen(self._engine, "begin", self._refuse)

    def __exit__(self, *_error: object) -> None:
        event.remove(self._engine, "begin", self._refuse)
        if self._engine.dialect.name == "sqlite":
            self._engine.dispose()

    def _refuse(self, connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only = ON")
        else:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def test_a_report_about_another_clinics_text_moves_nothing_of_ours(
    app: Flask, database: Database, twilio: FakeTwilio, sender: SteppingSender, phones: list[PatientPhone], town: Town
) -> None:
    other = town.phone(town.patient(town.clinic(), written_language="en"), "+15595550139")
    town.commit()
    ours, theirs = queue_text(database, phones[0]), queue_text(database, other)
    send(app, database, sender)
    their_sid = twilio.texts_to("+15595550139")[0].sid

    with database.job("webhook") as session:
        record_receipt(session, Receipt(their_sid, "failed", "30005", message_id=ours, attempt_no=1))

    with database.job("tests") as session:
        assert {session.get_one(Message, each).state for each in (ours, theirs)} == {MessageState.ACCEPTED}


def test_a_report_with_a_bad_signature_changes_nothing(
    app: Flask, database: Database, twilio: FakeTwilio, sender: SteppingSender, phones: list[PatientPhone]
) -> None:
    queue_text(database, phones[0])
    send(app, database, sender)
    forged = twilio.callback(twilio.texts_to("+15595550130")[0].sid, "failed", 30005)

    answer = app.test_client().post(
        forged.path, data=forged.fields | {"MessageStatus": "delivered"}, headers=forged.headers
    )

    assert (answer.status_code, states(database)) == (403, [MessageState.ACCEPTED])


def test_a_webhook_replayed_a_day_later_changes_nothing(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    sender: SteppingSender,
    phones: list[PatientPhone],
    traveller: time_machine.Traveller,
) -> None:
    queue_text(database, phones[0])
    send(app, database, sender)
    replayed = [
        twilio.callback(twilio.texts_to("+15595550130")[0].sid, "delivered"),
        twilio.inbound(INBOUND_URL, "+15595550130", "STOP"),
        twilio.inbound(INBOUND_URL, "+15595550130", "START"),
    ]
    for request in replayed:
        deliver(app, request)
    before = counts(database)
    traveller.shift(timedelta(days=1))

    codes = {deliver(app, request) for request in replayed}

    assert (codes, counts(database)) == ({204}, before)


def counts(database: Database) -> tuple[object, ...]:
    """How many texts, reports and messages there are, and whether the number is stopped."""
    with database.job("tests") as session:
        tables = (InboundMessage, ProviderEvent, Message)
        found = [session.scalar(select(func.count()).select_from(table)) for table in tables]
        stopped = session.scalars(select(PatientPhone.sms_ok).order_by(PatientPhone.id)).all()
    return (*found, tuple(stopped), tuple(states(database)))


@pytest.mark.parametrize(
    ("body", "media"),
    [
        ("R3JhY2lhcyBwb3IgbGEgYXl1ZGE=", 0),
        ("hola\x00", 0),
        ("x" * 1600, 0),
        ("👍🏽", 0),
        ("", 1),
    ],
    ids=["base64", "NUL", "1,600 characters", "emoji only", "picture only"],
)
def test_an_odd_text_is_stored_and_answers_no_question(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    sender: SteppingSender,
    phones: list[PatientPhone],
    traveller: time_machine.Traveller,
    town: Town,
    body: str,
    media: int,
) -> None:
    referral_id = ask_about_a_referral(app, database, town, phones[0])
    send(app, database, sender)
    traveller.shift(timedelta(minutes=5))

    code = deliver(app, twilio.inbound(INBOUND_URL, "+15595550130", body, NumMedia=str(media)))

    with database.job("tests") as session:
        (inbound,) = session.scalars(select(InboundMessage)).all()
        assert (code, inbound.body, inbound.media_count) == (204, body.replace("\x00", ""), media)
        assert session.get_one(Referral, referral_id).state == ReferralState.ACCEPTED


def test_a_question_whose_text_arrived_after_all_is_open_again_and_nobody_has_to_call(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    sender: SteppingSender,
    phones: list[PatientPhone],
    traveller: time_machine.Traveller,
    town: Town,
) -> None:
    ask_about_a_referral(app, database, town, phones[0])
    send(app, database, sender)
    sid = twilio.texts_to("+15595550130")[0].sid
    deliver(app, twilio.callback(sid, "undelivered", 30007))
    traveller.shift(SETTLING)
    with app.app_context():
        sweep_outbox(database)
    before = asked_and_to_call(database)

    deliver(app, twilio.callback(sid, "delivered"))

    assert (before, asked_and_to_call(database)) == (
        (QuestionState.GIVEN_TO_PERSON, 1),
        (QuestionState.OPEN, 0),
    )


def ask_about_a_referral(app: Flask, database: Database, town: Town, phone: PatientPhone) -> UUID:
    """Queue the question how a referral went; return the referral's id."""
    patient = town.session.get_one(Patient, phone.patient_id)
    referral = town.referral(town.need(patient), town.service(), state=ReferralState.ACCEPTED)
    town.commit()
    with database.job("tests") as session:
        ask(session, session.get_one(Referral, referral.id), QuestionKind.CHECK_OUTCOME, clock.now())
    with app.app_context():
        ask_due_questions(database)
    return referral.id


def asked_and_to_call(database: Database) -> tuple[str, int]:
    """Where the only question stands, and how many calls are to be made."""
    with database.job("tests") as session:
        calls = select(func.count()).where(ToDo.done_at.is_(None), ToDo.reason == ToDoReason.CALL_INSTEAD_OF_TEXT)
        return session.scalars(select(Question.state)).one(), session.scalar(calls) or 0


def test_another_sender_takes_over_and_reports_on_the_old_ones_texts_still_count(
    app: Flask, database: Database, twilio: FakeTwilio, sender: SteppingSender, phones: list[PatientPhone]
) -> None:
    first = queue_text(database, phones[0])
    send(app, database, sender)
    old = twilio.messaging_service_sid
    twilio.messaging_service_sid, twilio.our_number = "MG" + "1" * 32, "+15005550007"
    second = queue_text(database, phones[1])

    send(app, database, Sender(Gateways(sms=gateway_to(twilio), email=None), "http://localhost"))
    deliver_late = Receipt(twilio.texts_to("+15595550130")[0].sid, "delivered", message_id=first, attempt_no=1)
    with database.job("webhook") as session:
        record_receipt(session, deliver_late)

    with database.job("tests") as session:
        messages = [session.get_one(Message, each) for each in (first, second)]
    assert [message.sender for message in messages] == [old, twilio.messaging_service_sid]
    assert [message.state for message in messages] == [MessageState.DELIVERED, MessageState.ACCEPTED]


def test_a_callback_that_comes_before_the_answer_ends_the_same(
    app: Flask, database: Database, twilio: FakeTwilio, sender: SteppingSender, phones: list[PatientPhone]
) -> None:
    twilio.before_answer = lambda text: deliver(app, twilio.callback(text.sid, "delivered")) and None
    queue_text(database, phones[0])

    send(app, database, sender)

    assert states(database) == [MessageState.DELIVERED]
    assert len(twilio.posts) == 1
