"""Each way in which a POST to Twilio can end, through the real client, and what it proves."""

import socket
from collections.abc import Iterator
from uuid import UUID

import pytest

from referral.outbox.gateway.base import (
    ErrorClass,
    OutcomeKind,
    OutgoingSms,
    SendOutcome,
    status_callback_url,
)
from referral.outbox.gateway.codes import class_of
from referral.outbox.gateway.twilio_sms import TwilioGateway
from tests.fakes.twilio_faults import TAKEN, Fault
from tests.fakes.twilio_server import FakeTwilio

MESSAGE_ID = UUID("01990000-0000-7000-8000-000000000001")
PHONE = "+13055550123"
CALLBACK = status_callback_url("https://needsrx.example.org", MESSAGE_ID, 1)


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


def gateway_to(fake: FakeTwilio, base_url: str | None = None) -> TwilioGateway:
    return TwilioGateway(
        fake.account_sid,
        fake.auth_token,
        messaging_service_sid=fake.messaging_service_sid,
        base_url=base_url or fake.base_url,
        timeout_s=0.5,
    )


def sms(to: str = PHONE, body: str = "Clinic: hello. Reply 1.", validity_s: int = 14_400) -> OutgoingSms:
    return OutgoingSms(MESSAGE_ID, 1, to, body, CALLBACK, validity_s)


def send(fake: FakeTwilio, text: OutgoingSms | None = None) -> SendOutcome:
    return gateway_to(fake).send_sms(text or sms())


def test_an_accepted_text_brings_twilios_id(twilio: FakeTwilio) -> None:
    outcome = send(twilio)

    assert outcome.kind is OutcomeKind.ACCEPTED
    assert outcome.provider_id == twilio.texts_to(PHONE)[0].sid


def test_the_request_names_service_callback_and_validity(twilio: FakeTwilio) -> None:
    send(twilio, sms(validity_s=600))

    assert twilio.posts[0] == {
        "To": PHONE,
        "Body": "Clinic: hello. Reply 1.",
        "MessagingServiceSid": twilio.messaging_service_sid,
        "StatusCallback": f"https://needsrx.example.org/sms/status?m={MESSAGE_ID}&a=1#rc=5&rp=all",
        "ValidityPeriod": "600",
        "SmartEncoded": "true",
    }


def test_no_connection_is_kept_for_the_next_text(twilio: FakeTwilio) -> None:
    """A kept connection that the other side closes just then looks like a lost answer: UNKNOWN for no reason."""
    send(twilio)

    assert twilio.connection_headers == ["close"]


@pytest.mark.parametrize(("asked", "given"), [(0, "1"), (-5, "1"), (90_000, "36000")])
def test_the_validity_stays_within_what_twilio_takes(twilio: FakeTwilio, asked: int, given: str) -> None:
    send(twilio, sms(validity_s=asked))

    assert twilio.posts[0]["ValidityPeriod"] == given


@pytest.mark.parametrize(
    "fault",
    [
        Fault.STALL_BEFORE,  # read timeout: silence proves nothing
        Fault.STALL_AFTER,
        Fault.RESET_BEFORE,  # the same exception class as a refused connection
        Fault.RESET_AFTER,
        Fault.CLOSE_AFTER,
        Fault.TRUNCATE_AFTER,  # the answer began, so Twilio had decided; what, we cannot read
        Fault.ERROR_500_BEFORE,  # a 500 looks the same whether the message was taken or not
        Fault.ERROR_500_AFTER,
        Fault.OUTAGE_503_BEFORE,
        Fault.GARBAGE_201_AFTER,  # json.JSONDecodeError, not an exception of Twilio's library
        Fault.NO_SID_201_AFTER,
        Fault.PROXY_403,  # an error page without a Twilio code: some proxy, on either way
    ],
)
def test_an_unclear_end_is_unknown_and_posted_once(twilio: FakeTwilio, fault: Fault) -> None:
    twilio.fail_next(fault)

    outcome = send(twilio)

    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.provider_id is None
    assert len(twilio.posts) == 1
    assert len(twilio.texts_to(PHONE)) == (1 if fault in TAKEN else 0)


def test_a_refused_connection_was_never_sent(twilio: FakeTwilio) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed_port = listener.getsockname()[1]

    outcome = gateway_to(twilio, f"http://127.0.0.1:{closed_port}").send_sms(sms())

    assert outcome.kind is OutcomeKind.NOT_SENT


def test_an_unknown_host_was_never_sent(twilio: FakeTwilio) -> None:
    outcome = gateway_to(twilio, "http://nowhere.invalid").send_sms(sms())

    assert outcome.kind is OutcomeKind.NOT_SENT


def test_a_connection_that_never_opens_was_never_sent(twilio: FakeTwilio) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(8)]  # they fill the queue: the kernel leaves the next one waiting
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)

        outcome = gateway_to(twilio, f"http://127.0.0.1:{address[1]}").send_sms(sms())

        for each in waiting:
            each.close()
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert "ConnectTimeout" in outcome.detail


def test_throttling_says_when_to_come_back(twilio: FakeTwilio) -> None:
    twilio.fail_next(Fault.THROTTLE_429)

    outcome = send(twilio)

    assert (outcome.kind, outcome.retry_after_s) == (OutcomeKind.THROTTLED, 7)
    assert twilio.texts_to(PHONE) == []


@pytest.mark.parametrize(("fault", "code"), [(Fault.BAD_CREDENTIALS_401, "20003"), (Fault.UNREGISTERED_400, "30034")])
def test_an_account_problem_is_no_verdict_on_the_message(twilio: FakeTwilio, fault: Fault, code: str) -> None:
    twilio.fail_next(fault)

    outcome = send(twilio)

    assert (outcome.kind, outcome.error_code) == (OutcomeKind.CONFIGURATION, code)


def test_a_wrong_token_is_an_account_problem(twilio: FakeTwilio) -> None:
    gateway = TwilioGateway(
        twilio.account_sid, "wrong", messaging_service_sid=twilio.messaging_service_sid, base_url=twilio.base_url
    )

    assert gateway.send_sms(sms()).kind is OutcomeKind.CONFIGURATION


def test_a_code_nobody_knows_is_final_and_wants_a_look(twilio: FakeTwilio) -> None:
    twilio.fail_next(Fault.UNHEARD_OF_400)

    outcome = send(twilio)

    assert (outcome.kind, outcome.error_class) == (OutcomeKind.REJECTED, ErrorClass.OTHER)


@pytest.mark.parametrize(
    ("number", "body", "code", "error_class"),
    [
        ("+13055550001", "hello", "21211", ErrorClass.RECIPIENT),
        ("+13055550002", "hello", "21614", ErrorClass.RECIPIENT),
        ("+13055550003", "hello", "21610", ErrorClass.OPTED_OUT),
        ("+13055550004", "x" * 1601, "21617", ErrorClass.CONTENT),
    ],
)
def test_a_refused_text_names_its_reason(
    twilio: FakeTwilio, number: str, body: str, code: str, error_class: ErrorClass
) -> None:
    twilio.invalid_numbers.add("+13055550001")
    twilio.landlines.add("+13055550002")
    twilio.opted_out.add("+13055550003")

    outcome = send(twilio, sms(number, body))

    assert (outcome.kind, outcome.error_code, outcome.error_class) == (OutcomeKind.REJECTED, code, error_class)


@pytest.mark.parametrize("fault", [None, *Fault])
def test_no_outcome_shows_phone_or_text(twilio: FakeTwilio, fault: Fault | None) -> None:
    twilio.fail_next(*([fault] if fault else []))

    shown = repr(send(twilio)) + repr(sms())

    assert PHONE not in shown
    assert "hello" not in shown


@pytest.mark.parametrize(
    ("code", "error_class"),
    [
        (30006, ErrorClass.RECIPIENT),
        (30003, ErrorClass.CARRIER),
        (30007, ErrorClass.BLOCKED),
        (30034, ErrorClass.CONFIGURATION),
        (12345, ErrorClass.OTHER),
    ],
)
def test_codes_of_receipts_have_the_same_classes(code: int, error_class: ErrorClass) -> None:
    assert class_of(code) is error_class
