"""The one way out to addresses that somebody may set: to public machines only, over https, within limits.

An address typed into a settings page must not become a way into the network the product stands in (server-side request
forgery, OWASP ASVS 5.0, 1.3.6): the name is resolved once, every address it has must be public, the connection goes to
exactly the address that was checked (so that the answer of a second look-up cannot differ), no redirect is followed,
and neither time nor size is left to the other side.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Timer
from urllib.parse import SplitResult, urlencode, urlsplit

from referral.kit.settings import Settings

#: The most that is read of an answer, in bytes, and the most that one call may take, in seconds.
LARGEST_ANSWER = 256 * 1024
LONGEST_S = 8.0
LONGEST_ADDRESS = 2000

_PORTS = {"https": 443, "http": 80}

#: Ranges of IPv6 that carry an IPv4 address inside: NAT64, 6to4, Teredo, and the old compatible form.
_CARRIERS = tuple(
    ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Returns the addresses of (host, port), as text.
Resolver = Callable[[str, int], list[str]]


class Refusal(StrEnum):
    """Why nothing was fetched."""

    UNREADABLE = "unreadable"
    NOT_HTTPS = "not_https"
    NOT_PUBLIC = "not_public"
    UNKNOWN_HOST = "unknown_host"
    UNREACHABLE = "unreachable"
    REDIRECTED = "redirected"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"


class OutboundRefused(Exception):
    """Nothing usable came from there; `refusal` says why. Neither address nor answer stands in the text."""

    def __init__(self, refusal: Refusal) -> None:
        """Take the reason."""
        super().__init__(str(refusal))
        self.refusal = refusal


@dataclass(frozen=True)
class Answer:
    """What came back: HTTP status and body."""

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class _Target:
    """A checked address: where to connect to, and whom to ask for there."""

    parts: SplitResult
    host: str
    port: int
    ip: str


class Outbound:
    """Fetches from addresses that somebody may set."""

    def __init__(self, *, loopback: bool = False, resolve: Resolver | None = None) -> None:
        """`loopback`: machines of tests on this machine may be reached, over http too; nothing else private ever."""
        self._loopback = loopback
        self._resolve = resolve or _resolve

    def get(self, address: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a GET. Raises OutboundRefused."""
        return self._ask("GET", address, None, dict(headers or {}))

    def post(self, address: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a form sent. Raises OutboundRefused."""
        sent = {"Content-Type": "application/x-www-form-urlencoded"} | dict(headers or {})
        return self._ask("POST", address, urlencode(form), sent)

    def check_shape(self, address: str) -> None:
        """Return when the address is whole and https, without asking anybody. Raises OutboundRefused."""
        self._read(address)

    def _read(self, address: str) -> tuple[SplitResult, str, int]:
        if len(address) > LONGEST_ADDRESS or not address.isascii() or any(ord(sign) <= 32 for sign in address):
            raise OutboundRefused(Refusal.UNREADABLE)
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError as error:
            raise OutboundRefused(Refusal.UNREADABLE) from error
        if parts.scheme != "https" and not (self._loopback and parts.scheme == "http"):
            raise OutboundRefused(Refusal.NOT_HTTPS)
        if not host or "@" in parts.netloc or "\\" in address or "%" in host or parts.fragment or _is_odd_number(host):
            raise OutboundRefused(Refusal.UNREADABLE)
        return parts, host, _PORTS[parts.scheme] if port is None else port

    def _target(self, address: str) -> _Target:
        parts, host, port = self._read(address)
        found = self._resolve(host, port)
        if not found:
            raise OutboundRefused(Refusal.UNKNOWN_HOST)
        if not all(self._may_reach(ip, parts.scheme) for ip in found):
            raise OutboundRefused(Refusal.NOT_PUBLIC)
        return _Target(parts, host, port, found[0])

    def _may_reach(self, text: str, scheme: str) -> bool:
        try:
            ip = ipaddress.ip_address(text)
        except ValueError:
            return False
        return (self._loopback and ip.is_loopback) or (scheme == "https" and is_public(ip))

    def _ask(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> Answer:
        target = self._target(address)
        connection = _connection(target)
        watch = Timer(LONGEST_S, _hang_up, [connection])
        watch.daemon = True
        watch.start()
        path = (target.parts.path or "/") + (f"?{target.parts.query}" if target.parts.query else "")
        try:
            connection.request(method, path, body, {"Accept": "application/json", "User-Agent": "NeedsRx"} | headers)
            answer = _read_answer(connection.getresponse())
        except (OSError, http.client.HTTPException, ValueError) as error:
            slow = isinstance(error, TimeoutError) or connection.given_up
            raise OutboundRefused(Refusal.TOO_SLOW if slow else Refusal.UNREACHABLE) from error
        finally:
            watch.cancel()
            connection.close()
        if connection.given_up:  # what came until then may be cut off
            raise OutboundRefused(Refusal.TOO_SLOW)
        return answer


def outbound_of(settings: Settings) -> Outbound:
    """Return the way out of this installation."""
    return Outbound(loopback=settings.outbound_loopback == "yes")


def is_public(ip: IpAddress) -> bool:
    """Return True if the address is one machine anywhere in the public internet."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(ip.ipv4_mapped)
        if any(ip in carrier for carrier in _CARRIERS) or ip.is_site_local:
            return False
    odd = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved or ip.is_unspecified
    return ip.is_global and not odd


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(address[0]) for *_facts, address in found]


def _is_odd_number(host: str) -> bool:
    """Return True for what old resolvers read as an IPv4 address although nobody writes it so: 0177.1, 0x7f000001."""
    last = host.rpartition(".")[2]
    if ":" in host or not (last.isdigit() or last.startswith("0x")):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


class _PlainConnection(http.client.HTTPConnection):
    """Speaks to the address that was checked, whatever the name means by now."""

    ip = ""
    #: The socket, also while the answer is read, when the connection itself has let go of it.
    wire: socket.socket | None = None
    #: It took too long.
    given_up = False

    def connect(self) -> None:
        """Connect to the checked address."""
        self.sock = self.wire = socket.create_connection((self.ip, self.port), self.timeout)


class _SecureConnection(_PlainConnection):
    """The same over TLS; the certificate must be that of the name."""

    default_port = 443

    def connect(self) -> None:
        """Connect to the checked address and check the certificate against the name."""
        super().connect()
        self.sock = self.wire = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _connection(target: _Target) -> _PlainConnection:
    kind = _SecureConnection if target.parts.scheme == "https" else _PlainConnection
    connection = kind(target.host, target.port, timeout=LONGEST_S / 2)
    connection.ip = target.ip
    return connection


def _hang_up(connection: _PlainConnection) -> None:
    """End a call that drips on for ever: a limit on each read alone would let it."""
    connection.given_up = True
    if connection.wire is not None:
        try:
            connection.wire.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _read_answer(response: http.client.HTTPResponse) -> Answer:
    if 300 <= response.status < 400:
        raise OutboundRefused(Refusal.REDIRECTED)
    body = response.read(LARGEST_ANSWER + 1)
    if len(body) > LARGEST_ANSWER:
        raise OutboundRefused(Refusal.TOO_LARGE)
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return Answer(response.status, body)
