"""Each way in which handing over an e-mail can end, and what it proves."""

import socket
from uuid import UUID

import pytest

from referral.outbox.gateway.base import ErrorClass, OutcomeKind, OutgoingEmail, SendOutcome
from referral.outbox.gateway.smtp import SmtpGateway, SmtpUrlError, read_smtp_url
from tests.fakes.smtp_server import FakeSmtp

MESSAGE_ID = UUID("01990000-0000-7000-8000-000000000001")
MAIL_FROM = "NeedsRx <needsrx@clinic.example.org>"


def email(
    to: str = "intake@pantry.example.org", subject: str = "A request waits", body: str = "Sign in.\n"
) -> OutgoingEmail:
    return OutgoingEmail(MESSAGE_ID, 2, to, subject, body)


def send(replies: dict[str, str], sent: OutgoingEmail | None = None, user: str = "") -> tuple[SendOutcome, FakeSmtp]:
    with FakeSmtp(replies) as server:
        url = server.url.replace("//", f"//{user}")
        gateway = SmtpGateway(read_smtp_url(url), MAIL_FROM, timeout_s=0.5)
        return gateway.send_email(sent or email()), server


def test_an_accepted_email_arrives_with_an_id_of_message_and_attempt() -> None:
    outcome, server = send({})

    assert outcome.kind is OutcomeKind.ACCEPTED
    assert outcome.provider_id == f"<{MESSAGE_ID}.2@clinic.example.org>"
    assert server.taken[0]["Message-ID"] == outcome.provider_id
    assert (server.recipients, server.taken[0]["From"]) == (["intake@pantry.example.org"], MAIL_FROM)


def test_the_words_arrive_as_written() -> None:
    body = "¿Hola?\n.\n..two dots\n" + "long " * 60 + "\nيوم\n"

    _outcome, server = send({}, email(subject="Solicitud de atención", body=body))

    assert server.taken[0]["Subject"] == "Solicitud de atención"
    assert server.taken[0].get_content().replace("\r\n", "\n") == body


def test_a_subject_cannot_add_headers() -> None:
    _outcome, server = send({}, email(subject="Hello\r\nBcc: everybody@example.org"))

    assert server.taken[0]["Bcc"] is None


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("reply", ["421 come back later", "", "stall"], ids=["421", "closed", "stalled"])
def test_breaking_off_before_the_end_of_data_delivers_nothing(step: str, reply: str) -> None:
    outcome, server = send({step: reply, "HELO": reply})

    assert outcome.kind is OutcomeKind.NOT_SENT
    assert server.taken == []


@pytest.mark.parametrize("reply", ["", "stall"], ids=["closed", "stalled"])
def test_silence_after_the_end_of_data_proves_nothing(reply: str) -> None:
    outcome, server = send({"END": reply})

    assert outcome.kind is OutcomeKind.UNKNOWN
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("step", "reply", "kind", "error_class"),
    [
        ("RCPT", "550 no such user", OutcomeKind.REJECTED, ErrorClass.RECIPIENT),
        ("RCPT", "451 greylisted", OutcomeKind.NOT_SENT, None),
        ("MAIL", "550 not our sender", OutcomeKind.CONFIGURATION, ErrorClass.CONFIGURATION),
        ("DATA", "554 no", OutcomeKind.REJECTED, ErrorClass.OTHER),
        ("END", "554 looks like spam", OutcomeKind.REJECTED, ErrorClass.OTHER),
        ("END", "452 disk full", OutcomeKind.NOT_SENT, None),  # 4xx: the server did not take it
        ("CONNECT", "554 go away", OutcomeKind.CONFIGURATION, ErrorClass.CONFIGURATION),
    ],
)
def test_a_refusal_says_whether_trying_again_helps(
    step: str, reply: str, kind: OutcomeKind, error_class: ErrorClass | None
) -> None:
    outcome, _server = send({step: reply})

    assert (outcome.kind, outcome.error_class) == (kind, error_class)


def test_signing_in_works() -> None:
    outcome, server = send({}, user="me:secret@")

    assert outcome.kind is OutcomeKind.ACCEPTED
    assert len(server.taken) == 1


def test_a_refused_sign_in_is_an_account_problem() -> None:
    outcome, _server = send({"AUTH": "535 wrong word"}, user="me:secret@")

    assert outcome.kind is OutcomeKind.CONFIGURATION


def test_a_server_without_the_tls_that_was_asked_for_gets_nothing() -> None:
    with FakeSmtp() as server:
        gateway = SmtpGateway(read_smtp_url(f"{server.url}?starttls=1"), MAIL_FROM)

        outcome = gateway.send_email(email())

    assert outcome.kind is OutcomeKind.CONFIGURATION
    assert server.taken == []


def test_a_refused_connection_delivers_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed_port = listener.getsockname()[1]

    outcome = SmtpGateway(read_smtp_url(f"smtp://127.0.0.1:{closed_port}"), MAIL_FROM).send_email(email())

    assert outcome.kind is OutcomeKind.NOT_SENT


@pytest.mark.parametrize("address", ["", "nobody", "a b@example.org", "x@exämple.org", "a@b.org\r\nRCPT TO:<c@d.org>"])
def test_an_address_that_is_none_is_refused_before_the_network(address: str) -> None:
    outcome, server = send({}, email(to=address))

    assert (outcome.kind, outcome.error_code) == (OutcomeKind.REJECTED, "invalid_address")
    assert server.taken == []


def test_a_url_is_read_whole() -> None:
    server = read_smtp_url("smtp://me%40here:s%2Fecret@mail.example.org:2525?starttls=1")

    assert (server.host, server.port, server.user, server.password) == (
        "mail.example.org",
        2525,
        "me@here",
        "s/ecret",
    )
    assert server.starttls
    assert "ecret" not in repr(server)


@pytest.mark.parametrize(("url", "port", "tls"), [("smtp://h", 587, False), ("smtps://h", 465, True)])
def test_the_usual_ports_need_not_be_named(url: str, port: int, tls: bool) -> None:
    server = read_smtp_url(url)

    assert (server.port, server.implicit_tls) == (port, tls)


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://mail.example.org", "smtp://"])
def test_a_url_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(SmtpUrlError, match="SMTP_URL must look like"):
        read_smtp_url(url)
