"""Webhooks: only what the provider signed, stored once, 503 when it cannot be stored."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from referral.kit.scope import ScopedSession, job_scope
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage
from referral.outbox.models import Message, ProviderEvent
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel, MessageState
from referral.patients.models import PhoneNumber
from tests.factories import Town

TOKEN = "token-of-the-tests"
PHONE = "+15595550123"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio_auth_token=TOKEN)


def post(client: FlaskClient, path: str, signed_path: str | None = None, **fields: str) -> TestResponse:
    """Post as the provider does; `signed_path` signs another address than the one posted to."""
    signature = RequestValidator(TOKEN).compute_signature("http://localhost" + (signed_path or path), fields)
    return client.post(path, data=fields, headers={"X-Twilio-Signature": signature})


def text(client: FlaskClient, body: str = "hola", sid: str = "SM1") -> TestResponse:
    return post(client, "/sms/inbound", MessageSid=sid, From=PHONE, To="+15595550199", Body=body)


def count(database: Database, table: type) -> int:
    with database.reading(job_scope("tests")) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_signed_text_is_stored(client: FlaskClient, database: Database) -> None:
    assert text(client).status_code == 204
    assert count(database, InboundMessage) == 1


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "bm90IG91cnM="}])
def test_an_unsigned_webhook_is_refused_and_stores_nothing(
    headers: dict[str, str], client: FlaskClient, database: Database
) -> None:
    answer = client.post("/sms/inbound", data={"MessageSid": "SM1", "From": PHONE, "Body": "1"}, headers=headers)

    assert (answer.status_code, answer.data) == (403, b"")
    assert count(database, InboundMessage) == 0


def test_a_signature_for_another_address_is_refused(client: FlaskClient) -> None:
    assert post(client, "/sms/inbound", signed_path="/sms/status", MessageSid="SM1").status_code == 403


@pytest.mark.parametrize("path", ["/sms/inbound", "/sms/status"])
@pytest.mark.parametrize("sid", ["", " "])
def test_a_webhook_that_names_no_text_is_refused_and_stores_nothing(
    client: FlaskClient, database: Database, path: str, sid: str
) -> None:
    answer = post(client, path, MessageSid=sid, From=PHONE, Body="STOP", MessageStatus="sent")

    assert answer.status_code == 400
    assert (count(database, InboundMessage), count(database, ProviderEvent)) == (0, 0)


def test_without_a_token_of_our_own_everything_is_refused(app: Flask, client: FlaskClient) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], twilio_auth_token=None)

    assert text(client).status_code == 403


def test_the_same_webhook_five_times_is_one_text(client: FlaskClient, database: Database, town: Town) -> None:
    town.phone(town.patient(town.clinic()), PHONE)
    town.commit()

    codes = [text(client, "STOP").status_code for _ in range(5)]

    assert codes == [204] * 5
    assert (count(database, InboundMessage), count(database, Message)) == (1, 0)  # Twilio confirms its own STOP


def test_a_stop_in_other_words_is_confirmed_by_us_once(client: FlaskClient, database: Database, town: Town) -> None:
    town.phone(town.patient(town.clinic()), PHONE)
    town.commit()

    text(client, "no me escriban más")
    text(client, "no me escriban más")

    with database.reading(job_scope("tests")) as session:
        assert session.scalars(select(PhoneNumber)).one().opted_out_at is not None
        assert [row.template for row in session.scalars(select(Message))] == ["stop_confirm"]


def test_a_locked_database_answers_503_and_the_next_try_is_stored(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_session: ScopedSession, *_rest: object, **_more: object) -> None:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(ScopedSession, "flush", locked)
        refused = text(client)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert text(client).status_code == 204
    assert count(database, InboundMessage) == 1


def test_a_text_with_a_nul_and_a_strange_sender_is_stored(client: FlaskClient, database: Database) -> None:
    answer = post(client, "/sms/inbound", MessageSid="SM9", From="AD-BANK", Body="a\x00b")

    assert answer.status_code == 204
    assert count(database, InboundMessage) == 1


def test_a_status_moves_the_message_and_is_stored_once(client: FlaskClient, database: Database, town: Town) -> None:
    clinic = town.clinic()
    new = NewMessage(Channel.SMS, "patient_text", "help", clinic.id, "test", clinic.id, "test:1")
    message_id = queue_message(town.session, new)
    row = town.session.get_one(Message, message_id)
    row.state, row.attempt_no = MessageState.UNKNOWN, 1
    town.commit()

    path = f"/sms/status?m={message_id}&a=1"
    codes = [post(client, path, MessageSid="SM5", MessageStatus="delivered").status_code for _ in range(3)]

    with database.reading(job_scope("tests")) as session:
        found = session.get_one(Message, message_id)
        assert (found.state, found.provider_id) == (MessageState.DELIVERED, "SM5")
    assert (codes, count(database, ProviderEvent)) == ([204] * 3, 1)


def test_a_status_of_a_message_we_do_not_know_is_kept(client: FlaskClient, database: Database) -> None:
    answer = post(client, "/sms/status?m=nonsense&a=x", MessageSid="SM7", MessageStatus="sent")

    assert (answer.status_code, count(database, ProviderEvent)) == (204, 1)


@pytest.mark.parametrize("number", ["9" * 30, "-1", "2147483648", "x"])
def test_a_number_that_no_column_holds_loses_no_text_and_no_report(
    number: str, client: FlaskClient, database: Database
) -> None:
    inbound = post(client, "/sms/inbound", MessageSid="SM1", From=PHONE, Body="hola", NumMedia=number)
    status = post(client, f"/sms/status?a={number}", MessageSid="SM2", MessageStatus="sent")

    assert (inbound.status_code, status.status_code) == (204, 204)
    assert count(database, InboundMessage) == 1
