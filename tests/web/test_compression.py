"""Pages and their files come compressed to whoever takes it, and are the same pages and files."""

import gzip
import re
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
_OF_THIS_REQUEST = re.compile(r'nonce="[^"]*"|value="[^"]*"|\b[0-9a-f]{12}\b')


@pytest.mark.parametrize("path", ["/static/needsrx.css", "/static/needsrx.js", "/sign-in", "/nowhere"])
def test_what_comes_compressed_is_the_same(path: str, client: FlaskClient) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        plain, small = client.get(path), client.get(path, headers=GZIP)

    assert (plain.headers.get("Content-Encoding"), small.headers["Content-Encoding"]) == (None, "gzip")
    whole = gzip.decompress(small.data).decode()
    assert _OF_THIS_REQUEST.sub("", whole) == _OF_THIS_REQUEST.sub("", plain.text)
    assert len(small.data) < len(plain.data)
    assert int(small.headers["Content-Length"]) == len(small.data)
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, small))


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br"])
@pytest.mark.parametrize("path", ["/static/needsrx.css", "/sign-in"])
def test_whoever_does_not_take_it_gets_it_as_it_is(path: str, accepted: str, client: FlaskClient) -> None:
    answer = client.get(path, headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in answer.headers


def test_the_length_of_a_page_tells_nothing(client: FlaskClient) -> None:
    lengths = {len(client.get("/sign-in", headers=GZIP).data) for _try in range(12)}

    assert len(lengths) > 3


def test_a_browser_that_has_a_file_is_told_so(client: FlaskClient) -> None:
    first = client.get("/static/needsrx.css", headers=GZIP)

    again = client.get("/static/needsrx.css", headers=GZIP | {"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_is_a_part_of_the_file_itself(client: FlaskClient) -> None:
    whole = client.get("/static/needsrx.css").data

    part = client.get("/static/needsrx.css", headers=GZIP | {"Range": "bytes=0-9"})

    assert (part.status_code, part.data) == (206, whole[:10])
    assert "Content-Encoding" not in part.headers


@pytest.mark.parametrize("path", ["/hsds/services", "/healthz"])
def test_what_programs_ask_for_is_not(path: str, client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get(path, headers=GZIP).headers
