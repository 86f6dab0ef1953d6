"""The web server: waitress with limits, so that what is too large, too slow or malformed is refused before the product.

Limits and their reasons stand beside each; tests/network proves them on a real socket.
"""

from collections.abc import Iterator
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer, create_server
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from referral.web.headers import FIXED_HEADERS, POLICY

WEB_THREADS = 8
#: Above this nothing is read at all; between Flask's own limit and this one the person gets a page with words.
LARGEST_BODY = 8 * 1024 * 1024
#: A body up to so long is read and thrown away before it is refused: whoever is still sending would hear nothing.
MOST_DRAINED = 32 * 1024 * 1024
#: The longest address and all headers together; our own longest is the cookie and a search of 2,000 letters.
LARGEST_HEAD = 32 * 1024
#: Open connections cost a socket and no thread, so many idle ones do not stop others.
MOST_CONNECTIONS = 1_000
#: A connection on which nothing comes for so many seconds is closed.
IDLE_S = 30


class PlainError(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """The server's own refusal: the reason in one line of text, with the same headers as every page."""

    def execute(self) -> None:
        """Write the answer and close the connection."""
        error = self.request.error
        body = f"{error.reason}\r\n".encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "text/plain; charset=utf-8"))
        self.response_headers.append(("Content-Security-Policy", POLICY.format(nonce="none")))
        self.response_headers.append(("Cache-Control", "no-store"))
        self.response_headers.extend(FIXED_HEADERS.items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class StrictRequest(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A request whose end no proxy before us can see elsewhere than we do (RFC 9112, sections 5.2, 6.1 and 6.3)."""

    #: Bytes of a body too large that are still to be thrown away; None when nothing is.
    to_drain: int | None = None

    def received(self, data: bytes) -> int:
        """Take bytes and return how many. A body somewhat too large is read to its end, so that its refusal arrives."""
        if self.to_drain is not None:
            thrown_away = min(len(data), self.to_drain)
            self.to_drain -= thrown_away
            self.completed = not self.to_drain
            return thrown_away
        taken: int = super().received(data)
        too_large = self.completed and isinstance(self.error, RequestEntityTooLarge)
        if too_large and not self.expect_continue and 0 < self.content_length <= MOST_DRAINED:
            self.to_drain, self.completed = self.content_length, False
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head. Raises ParsingError: length and chunks at once, either of them twice, a folded line."""
        lines = header_plus.split(b"\r\n")[1:]
        if any(line.startswith((b" ", b"\t")) for line in lines):
            raise ParsingError("Folded header")
        pairs = [
            (name.strip().lower(), value.strip().lower()) for name, _, value in (each.partition(b":") for each in lines)
        ]
        framing = [value for name, value in pairs if name in (b"content-length", b"transfer-encoding")]
        chunked = [value for name, value in pairs if name == b"transfer-encoding"]
        if len(framing) > 1 or b"," in b"".join(framing) or [name for name, _ in pairs].count(b"host") > 1:
            raise ParsingError("Ambiguous length or host")
        super().parse_header(header_plus)
        if chunked and self.version != "1.1":
            raise ParsingError("Chunks before HTTP/1.1")


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose requests are read strictly and whose refusals are ours."""

    parser_class = StrictRequest
    error_task_class = PlainError


def open_server(app: Flask, host: str, port: int) -> Any:
    """Return a waitress server that listens; call `run()`. Raises OSError when the port is taken."""
    server = create_server(
        app,
        host=host,
        port=port,
        threads=WEB_THREADS,
        ident=None,
        clear_untrusted_proxy_headers=False,
        max_request_body_size=LARGEST_BODY,
        max_request_header_size=LARGEST_HEAD,
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=IDLE_S,
        cleanup_interval=IDLE_S // 3,
        asyncore_use_poll=True,
    )
    for listener in _listeners(server):
        listener.channel_class = Channel
    return server


def _listeners(server: Any) -> Iterator[Any]:
    if isinstance(server, TcpWSGIServer):
        yield server
    else:
        yield from (each for each in server.map.values() if isinstance(each, TcpWSGIServer))
