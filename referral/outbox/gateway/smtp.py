"""The SMTP gateway: one conversation per e-mail, and an honest reading of where it broke off.

RFC 5321 section 4.2.5: the server takes responsibility when it answers 250 to the end of the data. Before the end of
the data is sent nothing can have been delivered; after it, silence proves nothing.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from referral.kit import clock
from referral.outbox.gateway.base import TIMEOUT_S, ErrorClass, OutcomeKind, OutgoingEmail, Pace, SendOutcome

#: Ports when SMTP_URL names none: submission (RFC 6409), submissions (RFC 8314).
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}

_LINE_START_DOT = re.compile(rb"^\.", re.MULTILINE)


class SmtpUrlError(ValueError):
    """SMTP_URL cannot be read; the text says why."""


@dataclass(frozen=True)
class SmtpServer:
    """Where and how to hand over e-mail."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    implicit_tls: bool = False
    starttls: bool = False


def read_smtp_url(url: str) -> SmtpServer:
    """Return the server that a URL such as smtp://user:word@host:587?starttls=1 names. Raises SmtpUrlError."""
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise SmtpUrlError("SMTP_URL must look like smtp://user:password@host:587?starttls=1 or smtps://host.")
    wanted = parse_qs(parts.query).get("starttls", ["0"])[0].lower()
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or DEFAULT_PORTS[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        implicit_tls=parts.scheme == "smtps",
        starttls=wanted in ("1", "true", "yes"),
    )


class SmtpGateway:
    """Sends e-mail through one SMTP server."""

    provider = "smtp"
    #: Gentle on a small mail server; its own limits answer by codes.
    pace = Pace(per_s=5.0, burst=50.0)

    def __init__(self, server: SmtpServer, mail_from: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """`mail_from`: the From header, for example "NeedsRx <needsrx@example.org>". Nothing is contacted yet."""
        self._server = server
        self._mail_from = mail_from
        self._timeout_s = timeout_s
        self.sender = parseaddr(mail_from)[1] or mail_from

    def send_email(self, email: OutgoingEmail) -> SendOutcome:
        """Hand over the e-mail once and say what is known. Never raises."""
        message = self._composed(email)
        if message is None:
            return SendOutcome(OutcomeKind.REJECTED, error_code="invalid_address", error_class=ErrorClass.RECIPIENT)
        give_up_at_s = clock.monotonic_s() + self._timeout_s
        try:
            connection = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            return _nothing_delivered(error)
        try:
            return _hand_over(connection, message, give_up_at_s)
        finally:
            _part(connection)

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        connection: smtplib.SMTP
        if server.implicit_tls:
            connection = smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout_s, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self._timeout_s)
        try:
            if server.starttls:
                connection.starttls(context=context)
            if server.user is not None:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection

    def _composed(self, email: OutgoingEmail) -> EmailMessage | None:
        """Return the e-mail, or None when its address is none. The Message-ID lets a mailbox notice a repetition."""
        message = EmailMessage(policy=SMTP_POLICY)
        try:
            address = Address(addr_spec=email.to)
            address.addr_spec.encode("ascii")
        except (HeaderParseError, ValueError, IndexError):
            return None
        if not address.domain:
            return None
        message["From"] = self._mail_from
        message["To"] = address.addr_spec
        message["Subject"] = " ".join(email.subject.split())
        domain = parseaddr(self._mail_from)[1].rpartition("@")[2] or "localhost"
        message["Message-ID"] = f"<{email.message_id}.{email.attempt_no}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(email.body)
        return message


class _Refused(smtplib.SMTPException):
    """The server answered a command with a code that ends the conversation; 0 says that we ended it ourselves."""

    def __init__(self, code: int, error_class: ErrorClass) -> None:
        super().__init__(str(code))
        self.code, self.error_class = code, error_class


def _hand_over(connection: smtplib.SMTP, message: EmailMessage, give_up_at_s: float) -> SendOutcome:
    try:
        _say_all_but_the_end(connection, message, give_up_at_s)
    except (OSError, smtplib.SMTPException) as error:
        return _nothing_delivered(error)
    try:
        connection.send(b".\r\n")
        code, _words = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return SendOutcome(OutcomeKind.UNKNOWN, detail=type(error).__name__)
    if code == 250:
        return SendOutcome(OutcomeKind.ACCEPTED, provider_id=str(message["Message-ID"]), http_status=code)
    return _refusal(code, ErrorClass.OTHER)


def _say_all_but_the_end(connection: smtplib.SMTP, message: EmailMessage, give_up_at_s: float) -> None:
    """Say everything up to the last line. Raises OSError or SMTPException, and then nothing was delivered."""
    connection.ehlo_or_helo_if_needed()
    sender = parseaddr(str(message["From"]))[1]
    _expect((250,), connection.mail(sender), ErrorClass.CONFIGURATION)
    _expect((250, 251), connection.rcpt(str(message["To"])), ErrorClass.RECIPIENT)
    _expect((354,), connection.docmd("DATA"), ErrorClass.OTHER)
    data = _LINE_START_DOT.sub(b"..", bytes(message))
    connection.send(data if data.endswith(b"\r\n") else data + b"\r\n")
    if clock.monotonic_s() > give_up_at_s:  # the lease might end before the answer comes
        connection.close()
        raise _Refused(0, ErrorClass.OTHER)


def _expect(wanted: tuple[int, ...], reply: tuple[int, bytes], error_class: ErrorClass) -> None:
    if reply[0] not in wanted:
        raise _Refused(reply[0], error_class)


def _nothing_delivered(error: Exception) -> SendOutcome:
    """Return the outcome of a conversation that broke off before the end of the data."""
    name = type(error).__name__
    if isinstance(error, _Refused):
        return _refusal(error.code, error.error_class)
    if isinstance(error, ssl.SSLCertVerificationError | smtplib.SMTPNotSupportedError):
        return SendOutcome(
            OutcomeKind.CONFIGURATION, error_code=name, error_class=ErrorClass.CONFIGURATION, detail=name
        )
    if isinstance(error, smtplib.SMTPResponseException):  # greeting, HELO, STARTTLS or sign-in
        return _refusal(error.smtp_code, ErrorClass.CONFIGURATION)
    return SendOutcome(OutcomeKind.NOT_SENT, detail=name)


def _refusal(code: int, error_class: ErrorClass) -> SendOutcome:
    """Return the outcome of a refusal: 5xx is for good (RFC 5321 section 4.2.1), everything else may pass."""
    if not 500 <= code <= 599:
        return SendOutcome(OutcomeKind.NOT_SENT, error_code=str(code), http_status=code)
    kind = OutcomeKind.CONFIGURATION if error_class is ErrorClass.CONFIGURATION else OutcomeKind.REJECTED
    return SendOutcome(kind, error_code=str(code), error_class=error_class, http_status=code)


def _part(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()
