"""The Twilio on this machine is as unkind as the real one; the tests of delivery stand on that."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from referral.outbox.gateway.base import OutgoingSms, status_callback_url
from referral.outbox.gateway.twilio_sms import BoundedHttpClient, TwilioGateway
from tests.fakes.twilio_server import FakeTwilio

PHONE = "+13055550123"
MESSAGE_ID = UUID("01990000-0000-7000-8000-000000000001")
INBOUND_URL = "https://needsrx.example.org/sms/inbound"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


def send(fake: FakeTwilio, host: str = "needsrx.example.org") -> str | None:
    gateway = TwilioGateway(
        fake.account_sid, fake.auth_token, messaging_service_sid=fake.messaging_service_sid, base_url=fake.base_url
    )
    callback = status_callback_url(f"https://{host}", MESSAGE_ID, 1)
    return gateway.send_sms(OutgoingSms(MESSAGE_ID, 1, PHONE, "hello", callback, 600)).provider_id


def client_of(fake: FakeTwilio) -> Client:
    return Client(fake.account_sid, fake.auth_token, http_client=BoundedHttpClient(fake.base_url))


def test_the_same_post_twice_makes_two_messages(twilio: FakeTwilio) -> None:
    assert send(twilio) != send(twilio)
    assert len(twilio.texts_to(PHONE)) == 2


def test_a_new_message_is_accepted_with_no_segments_counted(twilio: FakeTwilio) -> None:
    sid = send(twilio)

    message = client_of(twilio).messages(sid).fetch()

    assert (message.status, message.num_segments) == ("accepted", "0")


def test_the_list_lags(twilio: FakeTwilio) -> None:
    twilio.list_lag = timedelta(minutes=10)
    sid = send(twilio)

    before = client_of(twilio).messages.list(to=PHONE)
    twilio.advance(timedelta(minutes=11))
    after = client_of(twilio).messages.list(to=PHONE)

    assert (before, [each.sid for each in after]) == ([], [sid])


def test_a_callback_is_signed_over_its_address_without_fragment(twilio: FakeTwilio) -> None:
    sid = send(twilio)
    assert sid is not None

    callback = twilio.callback(sid, "delivered")

    assert callback.url == f"https://needsrx.example.org/sms/status?m={MESSAGE_ID}&a=1"
    validator = RequestValidator(twilio.auth_token)
    assert validator.validate(callback.url, callback.fields, callback.headers["X-Twilio-Signature"])


def test_an_underscore_in_the_callbacks_host_is_refused(twilio: FakeTwilio) -> None:
    assert send(twilio, host="needs_rx.example.org") is None
    assert twilio.texts_to(PHONE) == []


@pytest.mark.parametrize(
    ("words", "blocked", "told"),
    [
        (["STOP"], True, "STOP"),
        ([" stop "], True, "STOP"),
        (["STOP PLEASE"], False, None),  # only a whole message is a keyword
        (["STOP", "YES"], False, "START"),  # YES lifts the block by default
        (["INFO"], False, "HELP"),
    ],
)
def test_its_own_keywords_block_and_unblock(twilio: FakeTwilio, words: list[str], blocked: bool, told: str) -> None:
    for word in words:
        webhook = twilio.inbound(INBOUND_URL, PHONE, word)

    assert webhook.fields.get("OptOutType") == told
    assert (send(twilio) is None) is blocked
