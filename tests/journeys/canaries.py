"""A patient whose every fact is a word found nowhere else, and a browser that remembers where it has been."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

FACTS = {
    "given_name": "Quetzalinda",
    "family_name": "Xochipilli",
    "second_family_name": "Zarzamora",
    "chosen_name": "Pimpinela",
    "birth_date": "1931-07-19",
    "record_number": "MRN7Q3Z9",
    "zip_code": "93799",
}
PHONE = "+15595550188"
NOTE = "Chrysanthemumnote"
REPLY = "Rhododendronreply"

#: Nobody writes these by chance: not a log line, not an address, not an error page.
CANARIES = (*FACTS.values(), "5550188", "555-0188", NOTE, REPLY)

_ADDRESS = re.compile(r'(?:href|action|src|formaction)="([^"]*)"')

#: Addresses that lead to a program of the reader's own device, never over the network.
_STAY = ("tel:", "sms:", "mailto:", "#", "data:")


#: Five digits stand in a hash or a time by chance: they count where they stand alone.
_ALONE = rb"(?<![0-9a-f])%s(?![0-9a-f])"


def cage(canary: str) -> re.Pattern[bytes]:
    """Return what finds a canary in bytes, and nothing that chance wrote."""
    written = re.escape(canary.encode())
    return re.compile(_ALONE % written if canary.isdigit() and len(canary) < 7 else written, re.IGNORECASE)


def canaries_in(text: str) -> list[str]:
    """Return the canaries that sing in a text, however it is quoted."""
    plain = unescape(unquote(text)).encode()
    return [canary for canary in CANARIES if cage(canary).search(plain)]


@dataclass
class Wanderer:
    """A browser that keeps each address it went to, was sent to or was shown."""

    client: FlaskClient
    addresses: set[str] = field(default_factory=set)
    pages: int = 0

    def get(self, path: str) -> TestResponse:
        return self._noted(path, self.client.get(path))

    def post(self, path: str, **form: object) -> TestResponse:
        return self._noted(path, self.client.post(path, data=form))

    def wander(self, start: str, most: int = 80) -> None:
        """Follow every link of the product's own pages, each once; fail on a page that breaks."""
        waiting, seen = [start], set()
        while waiting and self.pages < most:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            answer = self.get(path)
            assert answer.status_code < 500, path
            waiting += [link for link in links_of(answer) if link.startswith("/") and not link.startswith("/static")]

    def _noted(self, path: str, answer: TestResponse) -> TestResponse:
        self.pages += 1
        self.addresses |= {path, answer.location or "", *links_of(answer)}
        return answer


def links_of(answer: TestResponse) -> Iterator[str]:
    """Give the addresses in a page that would go over the network."""
    if answer.mimetype == "text/html":
        yield from (link for link in map(unescape, _ADDRESS.findall(answer.text)) if not link.startswith(_STAY))
