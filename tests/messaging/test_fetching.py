"""Texts whose webhook never came are fetched from the provider, and do what the webhook would have done."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from referral.kit import clock
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.messaging.fetching import Fetcher
from referral.messaging.models import InboundMessage, InboundSource
from referral.outbox.gateway.twilio_sms import TwilioGateway
from referral.outbox.queries import queue_health
from referral.patients.models import Patient, PhoneNumber
from referral.records.scrubbing import scrub
from tests.factories import Town
from tests.fakes.twilio_server import FakeTwilio

PHONE = "+15595550123"
URL = "http://localhost/sms/inbound"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture
def settings(settings: Settings, twilio: FakeTwilio) -> Settings:
    return replace(settings, twilio_auth_token=twilio.auth_token)


@pytest.fixture
def fetcher(twilio: FakeTwilio) -> Fetcher:
    gateway = TwilioGateway(
        twilio.account_sid,
        twilio.auth_token,
        messaging_service_sid=twilio.messaging_service_sid,
        base_url=twilio.base_url,
    )
    return Fetcher(gateway)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.wall()) as traveller:
        yield traveller


@pytest.fixture
def patient_phone(town: Town) -> str:
    town.phone(town.patient(town.clinic()), PHONE)
    town.commit()
    return PHONE


def post(app: Flask, twilio: FakeTwilio, body: str, **more: str) -> int:
    """A text whose webhook does come."""
    request = twilio.inbound(URL, PHONE, body, **more)
    return app.test_client().post(request.path, data=request.fields, headers=request.headers).status_code


def fetch(app: Flask, database: Database, fetcher: Fetcher) -> int:
    with app.app_context():
        return fetcher.fetch(database)


def texts(database: Database) -> list[tuple[str | None, str, str | None]]:
    with database.job("tests") as session:
        found = session.scalars(select(InboundMessage).order_by(InboundMessage.received_at, InboundMessage.id))
        return [(each.body, each.source, each.effect) for each in found]


def is_opted_out(database: Database) -> bool:
    with database.job("tests") as session:
        return session.scalars(select(PhoneNumber)).one().opted_out_at is not None


def test_a_stop_whose_webhook_never_came_is_fetched_and_obeyed(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    fetcher: Fetcher,
    traveller: time_machine.Traveller,
    patient_phone: str,
) -> None:
    twilio.inbound(URL, patient_phone, "STOP")
    traveller.shift(timedelta(minutes=20))

    assert fetch(app, database, fetcher) == 1
    assert is_opted_out(database)
    assert texts(database) == [("STOP", InboundSource.FETCHED, "opted_out")]


def test_what_the_webhook_brought_is_not_taken_in_twice(
    app: Flask, database: Database, twilio: FakeTwilio, fetcher: Fetcher, traveller: time_machine.Traveller
) -> None:
    answered = post(app, twilio, "hola")
    traveller.shift(timedelta(minutes=20))

    counts = [fetch(app, database, fetcher) for _ in range(2)]

    assert (answered, counts) == (204, [0, 0])
    assert [source for _body, source, _effect in texts(database)] == [InboundSource.WEBHOOK]


def test_a_webhook_that_comes_after_all_changes_nothing(
    app: Flask, database: Database, twilio: FakeTwilio, fetcher: Fetcher, traveller: time_machine.Traveller
) -> None:
    late = twilio.inbound(URL, PHONE, "hola")
    traveller.shift(timedelta(minutes=20))
    fetch(app, database, fetcher)

    code = app.test_client().post(late.path, data=late.fields, headers=late.headers).status_code

    assert (code, len(texts(database))) == (204, 1)


def test_a_text_that_just_arrived_is_left_to_its_webhook(
    app: Flask, database: Database, twilio: FakeTwilio, fetcher: Fetcher, traveller: time_machine.Traveller
) -> None:
    twilio.list_lag = timedelta()
    twilio.inbound(URL, PHONE, "hola")
    traveller.shift(timedelta(minutes=1))

    assert fetch(app, database, fetcher) == 0


def test_the_newest_word_counts_whichever_text_is_taken_in_first(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    fetcher: Fetcher,
    traveller: time_machine.Traveller,
    patient_phone: str,
) -> None:
    twilio.inbound(URL, patient_phone, "STOP")
    traveller.shift(timedelta(minutes=5))
    post(app, twilio, "START")
    traveller.shift(timedelta(minutes=20))

    fetch(app, database, fetcher)

    assert not is_opted_out(database)
    assert [effect for _body, _source, effect in texts(database)] == ["overtaken", "opted_in"]


def test_a_fetched_start_does_not_lift_a_later_stop(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    fetcher: Fetcher,
    traveller: time_machine.Traveller,
    patient_phone: str,
) -> None:
    twilio.inbound(URL, patient_phone, "START")
    traveller.shift(timedelta(minutes=5))
    post(app, twilio, "STOP")
    traveller.shift(timedelta(minutes=20))

    fetch(app, database, fetcher)

    assert is_opted_out(database)


def test_stop_and_start_that_are_fetched_together_keep_their_order(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    fetcher: Fetcher,
    traveller: time_machine.Traveller,
    patient_phone: str,
) -> None:
    twilio.inbound(URL, patient_phone, "STOP")
    traveller.shift(timedelta(minutes=5))
    twilio.inbound(URL, patient_phone, "START")
    traveller.shift(timedelta(minutes=20))

    fetch(app, database, fetcher)

    assert not is_opted_out(database)
    assert [effect for _body, _source, effect in texts(database)] == ["opted_out", "opted_in"]


def test_after_an_outage_it_looks_back_to_the_last_time_that_worked(
    app: Flask, database: Database, twilio: FakeTwilio, fetcher: Fetcher, traveller: time_machine.Traveller
) -> None:
    fetch(app, database, fetcher)
    traveller.shift(timedelta(hours=1))
    twilio.inbound(URL, PHONE, "hola")
    twilio.failing_questions = 1
    traveller.shift(timedelta(hours=1))
    failed = fetch(app, database, fetcher)
    traveller.shift(timedelta(days=4))

    assert (failed, fetch(app, database, fetcher)) == (0, 1)


def test_our_own_texts_are_not_taken_for_theirs(
    app: Flask, database: Database, twilio: FakeTwilio, fetcher: Fetcher, traveller: time_machine.Traveller
) -> None:
    form = {"To": twilio.our_number, "Body": "hello", "MessagingServiceSid": twilio.messaging_service_sid}
    twilio.create(form)
    traveller.shift(timedelta(minutes=20))

    assert fetch(app, database, fetcher) == 0


def test_the_health_of_the_queue_tells_when_texts_were_last_fetched(
    app: Flask, database: Database, twilio: FakeTwilio, fetcher: Fetcher
) -> None:
    fetch(app, database, fetcher)

    with database.job("tests") as session:
        (sender,) = queue_health(session).senders

    assert sender.fetched_at is not None


@pytest.mark.parametrize("body", ["hola\x00", "", "🙂", "x" * 1600])
def test_odd_texts_are_fetched_like_any_other(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    fetcher: Fetcher,
    traveller: time_machine.Traveller,
    body: str,
) -> None:
    twilio.inbound(URL, PHONE, body)
    traveller.shift(timedelta(minutes=20))

    fetch(app, database, fetcher)

    assert [text for text, _source, _effect in texts(database)] == [body.replace("\x00", "")]


def test_a_text_that_was_erased_is_not_fetched_again(
    app: Flask,
    database: Database,
    twilio: FakeTwilio,
    fetcher: Fetcher,
    traveller: time_machine.Traveller,
    patient_phone: str,
) -> None:
    """Neither is it taken in when somebody replays its webhook."""
    request = twilio.inbound(URL, patient_phone, "delete what you know of me")
    app.test_client().post(request.path, data=request.fields, headers=request.headers)
    with database.job("tests") as session:
        scrub(session, session.scalars(select(Patient.id)).one())
    traveller.shift(timedelta(minutes=20))

    fetched = fetch(app, database, fetcher)
    replayed = app.test_client().post(request.path, data=request.fields, headers=request.headers).status_code

    assert (fetched, replayed, texts(database)) == (0, 204, [])
