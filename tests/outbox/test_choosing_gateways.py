"""Which gateways an installation gets, and that the simulator sends nothing."""

import base64
from typing import Any
from uuid import UUID

import pytest

from referral.kit.settings import Settings
from referral.outbox.gateway.base import OutcomeKind, OutgoingEmail, OutgoingSms
from referral.outbox.gateway.choose import choose_gateways
from referral.outbox.gateway.simulator import SIMULATED_PREFIX, SimulatorGateway
from referral.outbox.gateway.smtp import SmtpUrlError

MESSAGE_ID = UUID("01990000-0000-7000-8000-000000000001")
TWILIO = {
    "message_gateway": "twilio",
    "twilio_account_sid": "AC" + "0" * 32,
    "twilio_auth_token": "token",
    "twilio_messaging_service_sid": "MG" + "0" * 32,
}


def settings(**values: Any) -> Settings:
    key = base64.b64encode(bytes(32)).decode()
    return Settings(
        **{
            "database_url": "sqlite://",
            "secret_key": "secret",
            "master_key": key,
            "public_base_url": "https://x.example.org",
            **values,
        }
    )


def test_nothing_configured_is_blocked() -> None:
    gateways = choose_gateways(settings())

    assert (gateways.sms, gateways.email) == (None, None)


def test_email_without_an_smtp_url_is_blocked_while_texts_go() -> None:
    gateways = choose_gateways(settings(**TWILIO))

    assert gateways.sms is not None
    assert gateways.sms.provider == "twilio"
    assert gateways.email is None


def test_an_smtp_url_opens_email() -> None:
    gateways = choose_gateways(settings(**TWILIO, smtp_url="smtp://localhost"))

    assert gateways.email is not None
    assert gateways.email.provider == "smtp"


def test_an_smtp_url_alone_sends_nothing_while_no_gateway_is_named() -> None:
    gateways = choose_gateways(settings(smtp_url="smtp://localhost"))

    assert (gateways.sms, gateways.email) == (None, None)


def test_the_simulator_takes_both_channels_even_when_smtp_is_there() -> None:
    gateways = choose_gateways(settings(message_gateway="simulator", smtp_url="smtp://localhost"))

    assert isinstance(gateways.sms, SimulatorGateway)
    assert isinstance(gateways.email, SimulatorGateway)


def test_an_unreadable_smtp_url_is_said_at_once() -> None:
    with pytest.raises(SmtpUrlError):
        choose_gateways(settings(**TWILIO, smtp_url="mail.example.org"))


def test_what_the_simulator_accepts_says_so_in_its_id() -> None:
    text = OutgoingSms(MESSAGE_ID, 1, "+13055550123", "hello", "https://x.example.org/sms/status", 600)
    email = OutgoingEmail(MESSAGE_ID, 2, "a@example.org", "subject", "body")

    outcomes = [SimulatorGateway().send_sms(text), SimulatorGateway().send_email(email)]

    assert [each.kind for each in outcomes] == [OutcomeKind.ACCEPTED] * 2
    assert [each.provider_id for each in outcomes] == [
        f"{SIMULATED_PREFIX}{MESSAGE_ID}:1",
        f"{SIMULATED_PREFIX}{MESSAGE_ID}:2",
    ]
