"""Nothing leaves towards a mail server, Twilio or PostgreSQL whose certificate does not verify."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from referral.kit import clock
from referral.outbox.gateway.base import OutcomeKind
from referral.outbox.gateway.smtp import SmtpGateway, read_smtp_url
from referral.outbox.gateway.twilio_sms import TwilioGateway
from tests.outbox.test_smtp_gateway import MAIL_FROM, email
from tests.outbox.test_twilio_gateway import sms


@dataclass
class Proof:
    """A certificate that nobody but itself vouches for, and its key."""

    file: Path

    @classmethod
    def made(cls, file: Path, *, of: str) -> Self:
        """Make one for the address `of`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)])
        now = clock.wall()
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(of))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        plain = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        file.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
        return cls(file)


@dataclass
class Stranger:
    """A server that speaks TLS with a certificate and keeps the first words that reach it inside."""

    proof: Proof
    greeting: bytes = b""
    asks_in_clear: bool = False
    heard: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.proof.file)
        while True:
            try:
                connection, _address = self._listener.accept()
                connection.settimeout(5)
                if self.asks_in_clear:
                    connection.recv(8)  # PostgreSQL: "may we speak TLS?"
                    connection.sendall(b"S")
                with context.wrap_socket(connection, server_side=True) as inside:
                    inside.sendall(self.greeting)
                    self.heard.append(inside.recv(4096))
            except OSError:
                if self._listener.fileno() < 0:
                    return


@pytest.fixture
def of_here(tmp_path: Path) -> Proof:
    return Proof.made(tmp_path / "here.pem", of="127.0.0.1")


@pytest.fixture
def of_elsewhere(tmp_path: Path) -> Proof:
    return Proof.made(tmp_path / "elsewhere.pem", of="127.0.0.9")


Trust = Callable[[Proof], None]


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Trust:
    """Makes this machine trust a certificate, as an authority of its own would."""

    def trusting(proof: Proof) -> None:
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            monkeypatch.setenv(name, str(proof.file))

    return trusting


def mail(server: Stranger) -> OutcomeKind:
    return SmtpGateway(read_smtp_url(f"smtps://127.0.0.1:{server.port}"), MAIL_FROM).send_email(email()).kind


def text_by_twilio(server: Stranger) -> OutcomeKind:
    address = f"https://127.0.0.1:{server.port}"
    gateway = TwilioGateway("AC1", "token", messaging_service_sid="MG1", base_url=address, timeout_s=5)
    return gateway.send_sms(sms()).kind


@pytest.mark.parametrize("send", [mail, text_by_twilio])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    of_here: Proof, send: Callable[[Stranger], OutcomeKind]
) -> None:
    with Stranger(of_here, b"220 ready\r\n") as server:
        outcome = send(server)

    assert outcome is OutcomeKind.CONFIGURATION
    assert server.heard == []


@pytest.mark.parametrize("send", [mail, text_by_twilio])
def test_a_certificate_of_another_name_gets_nothing(
    of_elsewhere: Proof, trust: Trust, send: Callable[[Stranger], OutcomeKind]
) -> None:
    trust(of_elsewhere)

    with Stranger(of_elsewhere, b"220 ready\r\n") as server:
        outcome = send(server)

    assert outcome is OutcomeKind.CONFIGURATION
    assert server.heard == []


@pytest.mark.parametrize(("send", "first_words"), [(mail, b"ehlo"), (text_by_twilio, b"POST")])
def test_a_certificate_that_verifies_is_talked_to(
    of_here: Proof, trust: Trust, send: Callable[[Stranger], OutcomeKind], first_words: bytes
) -> None:
    trust(of_here)

    with Stranger(of_here, b"220 ready\r\n" if send is mail else b"") as server:
        send(server)

    assert [heard.startswith(first_words) for heard in server.heard] == [True]


def connect(server: Stranger, authority: Proof) -> str:
    """Try to sign in to PostgreSQL as docs/deploying.md says; return why it failed, as the stranger is no database."""
    proven = f"sslmode=verify-full&sslrootcert={authority.file}"
    engine = create_engine(f"postgresql://needsrx:word@127.0.0.1:{server.port}/needsrx?{proven}")
    with pytest.raises(OperationalError) as failed, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()
    return str(failed.value)


def test_a_database_with_another_certificate_hears_no_password(of_here: Proof, of_elsewhere: Proof) -> None:
    with Stranger(of_here, asks_in_clear=True) as server:
        failure = connect(server, of_elsewhere)

    assert server.heard == []
    assert "certificate verify failed" in failure


def test_a_database_with_the_certificate_of_another_host_hears_no_password(of_elsewhere: Proof) -> None:
    with Stranger(of_elsewhere, asks_in_clear=True) as server:
        connect(server, of_elsewhere)

    assert b"".join(server.heard) == b""


def test_a_database_that_proves_itself_is_signed_in_to(of_here: Proof) -> None:
    with Stranger(of_here, asks_in_clear=True) as server:
        connect(server, of_here)

    assert [b"needsrx" in heard for heard in server.heard] == [True]
