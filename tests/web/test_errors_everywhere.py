"""Whatever view breaks: the page says so without a word of how, and the log line has the place without the values."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask

from referral.kit.logs import JsonLines
from tests.journeys.canaries import FACTS, PHONE, canaries_in
from tests.web.conftest import addresses

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TELLS = re.compile(
    r"Traceback|RuntimeError|File \"|line \d+|/referral/|site-packages|sqlalchemy|werkzeug", re.IGNORECASE
)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Every log line, as the product writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def break_every_view(app: Flask) -> None:
    """Make every view fail with an error that speaks of a patient."""

    def broken(**_values: object) -> str:
        raise RuntimeError(f"no row for {FACTS['given_name']} at {PHONE}")

    for endpoint in app.view_functions:
        app.view_functions[endpoint] = broken


def test_no_view_that_breaks_tells_how_or_of_whom(app: Flask, lines: io.StringIO) -> None:
    break_every_view(app)
    client = app.test_client()

    answers = [
        (method, each.path, client.open(each.path, method=method))
        for each in addresses(app)
        if not each.endpoint.startswith("webhooks.")  # unsigned, they never get as far as their view
        for method in sorted(each.methods)
    ]

    assert [(method, path) for method, path, answer in answers if answer.status_code != 500] == []
    assert [path for _method, path, answer in answers if answer.headers["X-Request-Id"] not in answer.text] == []
    assert [path for _method, path, answer in answers if TELLS.search(answer.text) or canaries_in(answer.text)] == []


def test_the_line_in_the_log_names_the_request_and_the_place_but_no_value(app: Flask, lines: io.StringIO) -> None:
    break_every_view(app)

    answer = app.test_client().get("/sign-in")

    told = next(line for line in map(json.loads, lines.getvalue().splitlines()) if line["what"] == "unexpected error")
    assert told["request"] == answer.headers["X-Request-Id"]
    assert told["trace"][0] == "RuntimeError"
    assert any("test_errors_everywhere.py" in frame for frame in told["trace"])
    assert canaries_in(lines.getvalue()) == []


def test_what_somebody_sends_cannot_start_a_line_of_its_own_in_the_log(app: Flask, lines: io.StringIO) -> None:
    forged = '\r\n{"level": "info", "what": "signed in"}'
    client = app.test_client()

    client.post("/sign-in", data={"email": f"a@b.example{forged}", "password": forged})
    client.get("/nowhere%0d%0a%7b%22what%22:1%7d", headers={"User-Agent": "x\ty", "Referer": "z\tq"})

    written = lines.getvalue().splitlines()
    assert all(isinstance(json.loads(line), dict) for line in written)
    assert not any(json.loads(line)["what"] == "signed in" for line in written)
