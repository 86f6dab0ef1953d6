"""The way out: only to public machines, to the very address that was checked, within limits."""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from referral.kit import outbound
from referral.kit.outbound import LARGEST_ANSWER, Outbound, OutboundRefused, Refusal, is_public

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]

BAD_ADDRESSES = [
    ("http://provider.example/", Refusal.NOT_HTTPS),
    ("ftp://provider.example/", Refusal.NOT_HTTPS),
    ("file:///etc/passwd", Refusal.NOT_HTTPS),
    ("gopher://provider.example/", Refusal.NOT_HTTPS),
    ("//provider.example/", Refusal.NOT_HTTPS),
    ("", Refusal.NOT_HTTPS),
    ("https://", Refusal.UNREADABLE),
    ("https:///path", Refusal.UNREADABLE),
    ("https://user@provider.example/", Refusal.UNREADABLE),
    ("https://provider.example@10.0.0.1/", Refusal.UNREADABLE),
    ("https://provider.example\\@10.0.0.1/", Refusal.UNREADABLE),
    ("https://provider.example/#there", Refusal.UNREADABLE),
    ("https://provider.example:99999/", Refusal.UNREADABLE),
    ("https://provider.example:x/", Refusal.UNREADABLE),
    ("https://provider .example/", Refusal.UNREADABLE),
    ("https://provider.example/\r\nHost: other", Refusal.UNREADABLE),
    ("https://provider.example/\x00", Refusal.UNREADABLE),
    ("https://прoвайдер.example/", Refusal.UNREADABLE),
    ("https://①②⑦.0.0.1/", Refusal.UNREADABLE),
    ("https://2130706433/", Refusal.UNREADABLE),
    ("https://0x7f000001/", Refusal.UNREADABLE),
    ("https://0177.0.0.1/", Refusal.UNREADABLE),
    ("https://127.1/", Refusal.UNREADABLE),
    ("https://0/", Refusal.UNREADABLE),
    ("https://127.0.0.1.:8443/", Refusal.NOT_PUBLIC),
    ("https://127.0.0.1/", Refusal.NOT_PUBLIC),
    ("https://[::1]/", Refusal.NOT_PUBLIC),
    ("https://[::ffff:127.0.0.1]/", Refusal.NOT_PUBLIC),
    ("https://[::ffff:7f00:1]/", Refusal.NOT_PUBLIC),
    ("https://[fe80::1%25eth0]/", Refusal.UNREADABLE),
    ("https://169.254.169.254/latest/meta-data/", Refusal.NOT_PUBLIC),
    ("https://localhost/", Refusal.NOT_PUBLIC),
    ("https://" + "a" * 2000 + ".example/", Refusal.UNREADABLE),
]


def literal(host: str, _port: int) -> list[str]:
    """Resolve numbers to themselves, localhost to this machine, and nothing else."""
    if host == "localhost":
        return ["127.0.0.1"]
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return []


@contextmanager
def server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Serve `answer` to every request on this machine; give the address."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *_given: object) -> None:
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    serving.daemon_threads = True
    thread = Thread(target=serving.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}/"
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        try:
            request.wfile.write(body)
        except OSError:
            return

    return answer


def refusal_of(way_out: Outbound, address: str) -> Refusal:
    with pytest.raises(OutboundRefused) as caught:
        way_out.get(address)
    return caught.value.refusal


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whatever is connected to; nothing is."""
    reached: list[object] = []

    def connect(address: object, *_given: object) -> None:
        reached.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    return reached


@pytest.mark.parametrize("text", PRIVATE)
def test_no_private_address_counts_as_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_do(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(("address", "refusal"), BAD_ADDRESSES)
def test_a_bad_address_is_refused_before_anything_is_connected(
    address: str, refusal: Refusal, no_connection: list[object]
) -> None:
    assert refusal_of(Outbound(resolve=literal), address) == refusal
    assert no_connection == []


@pytest.mark.parametrize("ip", PRIVATE)
def test_a_name_that_means_a_private_address_is_refused(ip: str, no_connection: list[object]) -> None:
    assert refusal_of(Outbound(resolve=lambda *_asked: [ip]), "https://provider.example/") == Refusal.NOT_PUBLIC
    assert no_connection == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(no_connection: list[object]) -> None:
    way_out = Outbound(resolve=lambda *_asked: ["8.8.8.8", "10.0.0.1"])

    assert refusal_of(way_out, "https://provider.example/") == Refusal.NOT_PUBLIC
    assert no_connection == []


def test_a_name_that_means_something_else_the_second_time_is_asked_once(no_connection: list[object]) -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    refusal_of(Outbound(resolve=rebinding), "https://provider.example:8443/keys")

    assert asked == ["provider.example"]
    assert no_connection == [("93.184.216.34", 8443)]


def test_a_name_without_address_is_told_apart(no_connection: list[object]) -> None:
    assert refusal_of(Outbound(resolve=literal), "https://provider.example/") == Refusal.UNKNOWN_HOST


def test_the_real_resolver_never_leads_to_this_machine(no_connection: list[object]) -> None:
    assert refusal_of(Outbound(), "https://localhost/") == Refusal.NOT_PUBLIC
    assert no_connection == []


def test_the_setting_for_tests_reaches_this_machine_and_nothing_else_private(no_connection: list[object]) -> None:
    way_out = Outbound(loopback=True, resolve=literal)

    refusals = [refusal_of(way_out, f"{scheme}://{ip}/") for ip in ("10.0.0.1", "169.254.169.254")
                for scheme in ("http", "https")]  # fmt: skip

    assert set(refusals) == {Refusal.NOT_PUBLIC}
    assert refusal_of(way_out, "http://8.8.8.8/") == Refusal.NOT_PUBLIC  # plain http stays on this machine
    assert no_connection == []


def test_an_answer_comes_back_whole() -> None:
    with server(says(b'{"a": 1}')) as address:
        answer = Outbound(loopback=True).get(address)

    assert (answer.status, answer.body) == (200, b'{"a": 1}')


def test_a_form_is_sent() -> None:
    got: list[bytes] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        got.append(request.rfile.read(int(request.headers["Content-Length"])))
        says(b"{}")(request)

    with server(answer) as address:
        Outbound(loopback=True).post(address, {"code": "a b&c"})

    assert got == [b"code=a+b%26c"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with server(says(b"", status, Location="http://169.254.169.254/")) as address:
        assert refusal_of(Outbound(loopback=True), address) == Refusal.REDIRECTED


def test_a_large_answer_is_not_read_to_its_end() -> None:
    with server(says(b"x" * 10 * 1024 * 1024)) as address:
        assert refusal_of(Outbound(loopback=True), address) == Refusal.TOO_LARGE
    with server(says(b"x" * LARGEST_ANSWER)) as address:
        assert len(Outbound(loopback=True).get(address).body) == LARGEST_ANSWER


def test_an_answer_that_drips_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "LONGEST_S", 0.4)

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x")
                request.wfile.flush()
                outbound.Timer(0.05, lambda: None).run()  # waits without a clock
        except OSError:
            return

    with server(drip) as address:
        assert refusal_of(Outbound(loopback=True), address) == Refusal.TOO_SLOW


def test_nobody_who_says_nothing_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "LONGEST_S", 0.4)
    silent = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{silent.getsockname()[1]}/"

    refusals = (
        refusal_of(Outbound(loopback=True), address),
        refusal_of(Outbound(loopback=True), address.replace("http:", "https:")),
    )

    silent.close()
    assert refusals == (Refusal.TOO_SLOW, Refusal.TOO_SLOW)


def test_an_answer_that_breaks_off_is_none() -> None:
    def break_off(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"half")

    with server(break_off) as address:
        assert refusal_of(Outbound(loopback=True), address) == Refusal.UNREACHABLE


def test_the_certificate_must_be_that_of_the_name() -> None:
    with server(says(b"{}")) as address:  # speaks no TLS at all
        assert refusal_of(Outbound(loopback=True), address.replace("http:", "https:")) == Refusal.UNREACHABLE
    context = ssl.create_default_context()
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


def test_neither_address_nor_answer_stands_in_the_error() -> None:
    with pytest.raises(OutboundRefused) as caught:
        Outbound().get("https://user:secret@provider.example/")

    assert str(caught.value) == "unreadable"
