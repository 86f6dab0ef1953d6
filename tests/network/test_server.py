"""What the web server refuses by itself: bodies too large, malformed and doubtful requests, idle connections."""

import socket
from contextlib import ExitStack

import pytest

from tests.network.conftest import Served, everything, status_of

GET = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
ZEROS = b"\0" * 65536
TWO_GIGABYTES = 2 * 1024**3
MOST_GROWTH_KB = 20 * 1024


def head(*lines: bytes) -> bytes:
    """Return the head of a POST with these lines."""
    return b"\r\n".join((b"POST /sign-in HTTP/1.1", b"Host: localhost", *lines, b"", b""))


def stream(connection: socket.socket, wrap: bool, most: int) -> int:
    """Send zeros until the server hangs up or `most` bytes went out; return how many did."""
    piece = b"%x\r\n%b\r\n" % (len(ZEROS), ZEROS) if wrap else ZEROS
    sent = 0
    try:
        while sent < most:
            connection.sendall(piece)
            sent += len(ZEROS)
    except OSError:
        pass
    return sent


@pytest.mark.parametrize(
    ("lines", "wrap"),
    [((b"Content-Length: %d" % TWO_GIGABYTES,), False), ((b"Transfer-Encoding: chunked",), True)],
    ids=["its length told", "in chunks of unknown number"],
)
def test_two_gigabytes_are_refused_long_before_they_are_read(
    served: Served, lines: tuple[bytes, ...], wrap: bool
) -> None:
    served.say(GET)
    before = served.memory_kb()
    with served.connect() as connection:
        connection.sendall(head(b"Content-Type: application/x-www-form-urlencoded", *lines))

        sent = stream(connection, wrap, TWO_GIGABYTES)

        answer = everything(connection)
    assert sent < 64 * 1024**2
    assert served.memory_kb() - before < MOST_GROWTH_KB
    assert answer == b"" or status_of(answer) == 413  # a server that hangs up while we talk may not be heard out


@pytest.mark.parametrize("megabytes", [8, 9, 20])
def test_whoever_sends_a_body_somewhat_too_large_hears_413(served: Served, megabytes: int) -> None:
    length = megabytes * 1024**2
    before = served.memory_kb()
    with served.connect() as connection:
        connection.sendall(head(b"Content-Length: %d" % length))
        sent = stream(connection, False, length)

        answer = everything(connection)
    assert (sent, status_of(answer)) == (length, 413)
    assert b"Content-Security-Policy: default-src 'none'" in answer
    assert served.memory_kb() - before < MOST_GROWTH_KB


def test_whoever_tells_the_length_and_waits_hears_413(served: Served) -> None:
    answer = served.say(head(b"Content-Length: %d" % TWO_GIGABYTES))

    assert status_of(answer) == 413
    assert b"Content-Security-Policy: default-src 'none'" in answer
    assert b"X-Content-Type-Options: nosniff" in answer


DOUBTFUL = {
    "a length and chunks": (b"Content-Length: 6", b"Transfer-Encoding: chunked"),
    "two lengths": (b"Content-Length: 6", b"Content-Length: 7"),
    "two lengths in one line": (b"Content-Length: 6, 7",),
    "a length below nothing": (b"Content-Length: -1",),
    "a length with a sign": (b"Content-Length: +6",),
    "a length that is no number": (b"Content-Length: 0x6",),
    "an encoding nobody knows": (b"Transfer-Encoding: xchunked",),
    "chunks twice": (b"Transfer-Encoding: chunked, chunked",),
    "a blank before the colon": (b"Transfer-Encoding : chunked",),
    "a line folded as of old": (b"X-One: 1\r\n folded",),
    "a name with a line feed": (b"X-One: 1\nContent-Length: 6",),
    "a header without a name": (b": 1",),
    "chunks in two lines": (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "two hosts": (b"Host: evil.example",),
}


@pytest.mark.parametrize("lines", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_a_request_that_two_servers_could_read_in_two_ways_is_refused_and_hung_up(
    served: Served, lines: tuple[bytes, ...]
) -> None:
    answer = served.say(head(*lines) + b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")

    assert status_of(answer) in (400, 501)
    assert b"Content-Type: text/plain" in answer, "the product was asked"
    assert answer.count(b"HTTP/1.") == 1, "what was hidden behind it has been answered too"


@pytest.mark.parametrize(
    "chunks", [b"zz\r\n\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"-1\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n"]
)
def test_broken_chunks_are_refused(served: Served, chunks: bytes) -> None:
    answer = served.say(head(b"Transfer-Encoding: chunked") + chunks)

    assert status_of(answer) == 400


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"DEBUG", b"PROPFIND", b"get"])
def test_a_method_that_no_page_knows_is_refused(served: Served, method: bytes) -> None:
    answer = served.say(GET.replace(b"GET", method, 1))

    assert status_of(answer) in (400, 405)


def test_nothing_tells_which_server_answers(served: Served) -> None:
    answers = served.say(GET), served.say(head(b"Content-Length: x")), served.say(GET.replace(b"sign-in", b"nowhere"))

    told = b"".join(answers).lower()
    assert b"\r\nserver:" not in told
    assert not any(name in told for name in (b"waitress", b"werkzeug", b"python/"))


@pytest.mark.parametrize("path", [b"/sign-in?next=/" + b"a" * 100_000, b"/" + b"b" * 100_000])
def test_an_endless_address_is_refused(served: Served, path: bytes) -> None:
    answer = served.say(GET.replace(b"/sign-in", path))

    assert status_of(answer) in (400, 414, 431)


def test_endless_headers_are_refused(served: Served) -> None:
    answer = served.say(GET.replace(b"Connection", b"".join(b"X-%d: 1\r\n" % n for n in range(9_000)) + b"Connection"))

    assert status_of(answer) in (400, 431)


def test_many_who_connect_and_stay_silent_do_not_stop_others(served: Served) -> None:
    with ExitStack() as silent:
        for number in range(300):
            connection = silent.enter_context(served.connect())
            connection.sendall(b"POST /sign-in HTTP/1.1\r\nX-Slow: " if number % 2 else b"")

        answer = served.say(GET)

    assert status_of(answer) == 200
