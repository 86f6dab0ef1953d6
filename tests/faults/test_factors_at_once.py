"""One code sent twenty times at once is taken once: of an app, and of paper; on both databases."""

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.models import Person
from referral.accounts.recovery import new_codes
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from tests.accounts.proofs import digits, has_app, prove_with
from tests.factories import Town
from tests.fakes.security_key import SecurityKey
from tests.faults.meeting import at_once, meeting_at
from tests.faults.prescribing import open_practice
from tests.sign_in import sign_in

MANY = 20


@pytest.fixture
def person(town: Town) -> Person:
    person = open_practice(town).clinician
    town.commit()
    return person


def browsers(app: Flask, person: Person, count: int) -> list[FlaskClient]:
    """Return browsers in which the person gave the password only."""
    found = [app.test_client() for _browser in range(count)]
    for browser in found:
        sign_in(browser, person, factors=1)
    return found


def press(browser: FlaskClient, number: int, path: str, **form: str) -> Callable[[], int]:
    """Send a form from an address of its own, so that nobody is slowed for the others' failures."""
    address = {"REMOTE_ADDR": f"203.0.113.{number + 1}"}
    return lambda: browser.post(path, data=form, environ_base=address).status_code


@pytest.mark.parametrize("way", ["app", "paper"])
def test_one_code_sent_twenty_times_at_once_counts_once(
    app: Flask, person: Person, session: ScopedSession, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referral.accounts.sessions.MOST_AT_ONCE", MANY)
    factor = has_app(session, person)
    code = digits(factor) if way == "app" else new_codes(session, person.id)[0]
    session.commit()

    deeds = [
        press(browser, number, "/second-factor", code=code)
        for number, browser in enumerate(browsers(app, person, MANY))
    ]
    statuses = Counter(at_once(*deeds))

    assert statuses[303] == 1
    assert set(statuses) <= {303, 422, 429}
    assert statuses[422] >= 1


def test_two_who_meet_at_the_same_half_minute(
    app: Flask, person: Person, session: ScopedSession, database: Database
) -> None:
    factor = has_app(session, person)
    session.rollback()
    code = digits(factor)
    deeds = [press(each, number, "/second-factor", code=code) for number, each in enumerate(browsers(app, person, 2))]

    with meeting_at(database.engine, "UPDATE second_factor"):
        statuses = sorted(str(each) for each in at_once(*deeds))

    assert statuses == ["303", "422"]


def test_one_answer_of_a_key_sent_ten_times_at_once_counts_once(
    app: Flask, person: Person, session: ScopedSession
) -> None:
    browser, key = browsers(app, person, 1)[0], SecurityKey()
    options = browser.post("/account/factors/key-options").get_json()
    browser.post("/account/factors/key", data={"label": "Blue", "answer": key.made(options)})
    assert prove_with(browser, key).status_code == 303
    (window,) = browsers(app, person, 1)
    answer = key.signed(window.post("/second-factor/key-options").get_json())
    cookie = window.get_cookie("needsrx")
    assert cookie is not None
    windows = [app.test_client() for _window in range(10)]
    for each in windows:
        each.set_cookie("needsrx", cookie.value)

    statuses = at_once(*(press(each, n, "/second-factor/key", answer=answer) for n, each in enumerate(windows)))

    assert statuses.count(303) == 1
