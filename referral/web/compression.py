"""Pages and their files are compressed on their way: on a slow line they come in a third of the time.

The length of what is compressed together tells of its secrets to somebody who can choose words in it and count the
bytes (the BREACH attack). Other sites cannot ask for pages as somebody signed in (SameSite cookies), and every page is
lengthened by chance, as "Heal the BREACH" (Palacios and others, 2022) proposes.
"""

import functools
import gzip
import io
import secrets

from flask import Flask, Response, request

PAGES = frozenset({"text/html"})
FILES = frozenset({"text/css", "text/javascript", "image/svg+xml"})
#: Below this compression gains nothing.
SHORTEST = 500
#: Up to so many bytes of chance are added to a page.
MOST_PADDING = 100
#: Pages are made for each reader, files once.
PAGE_LEVEL, FILE_LEVEL = 5, 9


def init_compression(app: Flask) -> None:
    """Compress pages and their files for browsers that take it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    is_file = request.endpoint == "static" and response.mimetype in FILES
    is_page = response.mimetype in PAGES and not response.is_streamed
    if not (is_file or is_page) or response.status_code == 206 or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SHORTEST:
        return response
    response.set_data(_file(body) if is_file else _padded(body))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    etag, _weak = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)  # the same in other bytes (RFC 9110 section 8.8.1)
    return response


@functools.lru_cache(maxsize=16)
def _file(body: bytes) -> bytes:
    return gzip.compress(body, FILE_LEVEL, mtime=0)


def _padded(body: bytes) -> bytes:
    """Return the page compressed, under a file name of chance length in gzip's header, which nobody reads."""
    small, name = io.BytesIO(), "a" * secrets.randbelow(MOST_PADDING)
    with gzip.GzipFile(name, "wb", PAGE_LEVEL, small, mtime=0) as out:
        out.write(body)
    return small.getvalue()
