"""The line that each request leaves in the log: who, what, when, how it went; no address, no value, one line always."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit.logs import ALLOWED, JsonLines
from referral.outbox.models import Message
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.sign_in import sign_in

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Gives the lines written so far, read as JSON."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def requests_of(lines: Lines) -> list[dict[str, Any]]:
    return [line for line in lines() if line["logger"] == "referral.requests"]


def test_each_request_leaves_one_line_with_its_route_and_not_its_address(client: FlaskClient, lines: Lines) -> None:
    answer = client.get("/answer/sesame.1.open?who=Rosa", headers={"User-Agent": "Rosa's phone", "X-Who": "Rosa"})

    (line,) = requests_of(lines)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/answer/<token>", 410)
    assert line["request"] == answer.headers["X-Request-Id"]
    assert datetime.fromisoformat(line["at"]).utcoffset() == timedelta()
    assert line["ms"] >= 0
    assert set(line) <= {"at", "level", "logger", "what", *ALLOWED}
    assert not any(word in json.dumps(line) for word in ("sesame", "Rosa", "phone"))


def test_the_line_names_who_was_signed_in_by_ids_only(client: FlaskClient, place: Place, lines: Lines) -> None:
    person_id, name = str(place.navigator.id), place.navigator.name
    place.town.commit()
    sign_in(client, place.navigator)

    client.get("/patients/")

    (line,) = requests_of(lines)
    assert (line["actor"], line["person"], line["route"]) == ("membership", person_id, "/patients/")
    assert name not in json.dumps(line)
    assert place.town.session.scalars(select(Message)).all() == []


@pytest.mark.parametrize("path", ["/no-such-page/Rosa", "/static/../Rosa", "/%0d%0aforged"])
def test_a_page_that_is_not_there_leaves_a_line_without_route(client: FlaskClient, lines: Lines, path: str) -> None:
    client.get(path)

    (line,) = requests_of(lines)
    assert "Rosa" not in json.dumps(line)
    assert "forged" not in json.dumps(line)


def test_a_method_that_nobody_knows_is_not_repeated(client: FlaskClient, lines: Lines) -> None:
    client.open("/sign-in", method='GET"}\n{"level": "forged')

    assert [line["method"] for line in requests_of(lines)] == ["other"]


@pytest.mark.parametrize("trick", ["a\nb", "a\r\nb", "a\u2028b", "a\x85b", '"}\n{"level": "forged"', "\x1b[2K"])
def test_whatever_is_logged_stays_one_line(lines: Lines, trick: str) -> None:
    logging.getLogger("tests").warning(trick, extra={"route": trick, "error": trick})

    (line,) = lines()
    assert (line["what"], line["route"], line["level"]) == (trick, trick, "warning")
