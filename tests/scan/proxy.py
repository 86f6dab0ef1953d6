"""sslscan at the proxy: nginx as docs/deploying.md configures it, with a certificate made for the scan."""

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.demo.test_process import free_port, soon
from tests.scan.findings import Finding
from tests.scan.tools import ROOT, run, tool

#: What TLS 1.2 or newer means for a scanner.
GOOD = {("tls", "1.2"), ("tls", "1.3")}


def sslscan(address: str, folder: Path) -> list[Finding]:
    """Return protocols before TLS 1.2, weak ciphers, and renegotiation faults of the documented proxy."""
    with _nginx(address, folder) as port:
        done = run("sslscan", "--xml=-", "--no-failed", f"127.0.0.1:{port}", timeout_s=300)
    report = ElementTree.fromstring(done.stdout)
    enabled = [(e.attrib["type"], e.attrib["version"]) for e in report.iter("protocol") if e.attrib["enabled"] == "1"]
    assert set(enabled) & GOOD, done.stdout[-2000:]
    found = [
        Finding("sslscan", "protocol", f"{kind} {version}") for kind, version in enabled if (kind, version) not in GOOD
    ]
    for cipher in report.iter("cipher"):
        if cipher.attrib.get("strength") not in ("strong", "acceptable"):
            found.append(Finding("sslscan", "cipher", cipher.attrib["cipher"], cipher.attrib.get("strength", "")))
    found += [
        Finding("sslscan", "heartbleed", "") for each in report.iter("heartbleed") if each.attrib["vulnerable"] == "1"
    ]
    return found


@contextmanager
def _nginx(address: str, folder: Path) -> Iterator[int]:
    port, certificate, key = free_port(), folder / "proxy.pem", folder / "proxy.key"
    _make_certificate(certificate, key)
    server = documented_server()
    server = server.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    server = server.replace("/etc/ssl/refer.example.org.pem", str(certificate))
    server = server.replace("/etc/ssl/refer.example.org.key", str(key)).replace("http://127.0.0.1:8000", address)
    conf = folder / "nginx.conf"
    paths = "".join(f"{each}_temp_path {folder}; " for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}} "
        f"http {{ access_log off; {paths} {server} }}"
    )
    nginx = subprocess.Popen([tool("nginx"), "-p", str(folder), "-c", str(conf)], cwd=ROOT)
    try:
        assert soon(lambda: _listens(port), 20), (folder / "nginx.log").read_text()
        yield port
    finally:
        nginx.terminate()
        nginx.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def documented_server() -> str:
    """Return the nginx server block of the deploying guide."""
    text = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    block = re.search(r"```\n(server \{.*?\n\})\n```", text, re.DOTALL)
    assert block, "docs/deploying.md shows no nginx server"
    return block.group(1)


def _make_certificate(certificate: Path, key: Path) -> None:
    private, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "refer")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
