"""Security keys: signed for our address, for this browser, once, within five minutes, with a counter that grows."""

import json

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.factor_models import KeyChallenge, SecondFactor
from referral.accounts.security_keys import CHALLENGE_LIVES
from referral.kit import clock
from referral.kit.scope import ScopedSession
from tests.accounts.conftest import Staff, cookie_of, post_sign_in
from tests.accounts.proofs import add_key, prove_with
from tests.fakes.security_key import SecurityKey
from tests.sign_in import sign_in


@pytest.fixture
def key(client: FlaskClient, staff: Staff) -> SecurityKey:
    """A key that the navigator added; the browser has given the password only."""
    key = SecurityKey()
    post_sign_in(client, staff.navigator.email)
    assert add_key(client, key).status_code == 200
    client.post("/sign-out")
    post_sign_in(client, staff.navigator.email)
    return key


def test_a_key_signs_in_wholly_under_a_new_id(client: FlaskClient, key: SecurityKey) -> None:
    before = cookie_of(client)

    response = prove_with(client, key, wanted="/patients/")

    assert response.headers["Location"] == "/patients/"
    assert client.get("/patients/").status_code == 200
    assert cookie_of(client) != before


def test_a_key_confirms_a_dangerous_step(client: FlaskClient, key: SecurityKey) -> None:
    prove_with(client, key)
    cookie = cookie_of(client)

    response = prove_with(client, key, wanted="/account/factors/key")

    assert response.headers["Location"] == "/account/factors/key"
    assert cookie_of(client) == cookie


@pytest.mark.parametrize(
    "wrong", [{"origin": "https://evil.example"}, {"origin": "http://localhost:81"}, {"host": "evil.example"}]
)
def test_a_key_that_was_shown_another_address_is_refused(
    client: FlaskClient, key: SecurityKey, wrong: dict[str, str]
) -> None:
    for name, value in wrong.items():
        setattr(key, name, value)

    assert prove_with(client, key).status_code == 422
    assert client.get("/patients/").status_code == 302


def test_the_address_comes_from_the_settings_never_from_the_request(
    app: Flask, client: FlaskClient, staff: Staff
) -> None:
    post_sign_in(client, staff.navigator.email)
    elsewhere = app.test_client()
    elsewhere.set_cookie("needsrx", str(cookie_of(client)), domain="evil.example")

    options = elsewhere.post("/account/factors/key-options", base_url="http://evil.example").get_json()

    assert options["rp"] == {"id": "localhost", "name": "NeedsRx"}


def test_another_key_of_somebody_else_is_refused(
    app: Flask, client: FlaskClient, staff: Staff, key: SecurityKey
) -> None:
    other, browser = SecurityKey(), app.test_client()
    post_sign_in(browser, staff.administrator.email)
    add_key(browser, other)

    assert prove_with(client, other).status_code == 422


def test_a_challenge_counts_for_one_answer(client: FlaskClient, key: SecurityKey) -> None:
    options = client.post("/second-factor/key-options").get_json()
    answers = [key.signed(options), key.signed(options)]

    statuses = [client.post("/second-factor/key", data={"answer": each}).status_code for each in answers]

    assert statuses == [303, 422]


def test_a_challenge_is_used_up_by_a_wrong_answer_too(client: FlaskClient, key: SecurityKey) -> None:
    options = client.post("/second-factor/key-options").get_json()

    statuses = [
        client.post("/second-factor/key", data={"answer": answer}).status_code for answer in ("{}", key.signed(options))
    ]

    assert statuses == [422, 422]


def test_a_challenge_counts_for_one_browser(app: Flask, client: FlaskClient, staff: Staff, key: SecurityKey) -> None:
    answer = key.signed(client.post("/second-factor/key-options").get_json())
    other = app.test_client()
    post_sign_in(other, staff.navigator.email)
    other.post("/second-factor/key-options")

    assert other.post("/second-factor/key", data={"answer": answer}).status_code == 422


@pytest.mark.parametrize(("late", "status"), [(-1, 303), (0, 422)])
def test_a_challenge_lives_for_five_minutes(client: FlaskClient, key: SecurityKey, late: int, status: int) -> None:
    with time_machine.travel(clock.wall(), tick=False) as time:
        answer = key.signed(client.post("/second-factor/key-options").get_json())
        time.shift(CHALLENGE_LIVES.total_seconds() + late)

        assert client.post("/second-factor/key", data={"answer": answer}).status_code == status


def test_a_copied_key_is_refused_by_its_counter(client: FlaskClient, key: SecurityKey) -> None:
    prove_with(client, key)
    key.count -= 1  # as a copy made before would count

    assert prove_with(client, key).status_code == 422


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "{", '{"rawId": "\\u0000"}', '{"rawId": 7}', "x" * 30_000])
def test_nonsense_is_refused_and_no_error(client: FlaskClient, key: SecurityKey, answer: str) -> None:
    client.post("/second-factor/key-options")

    assert client.post("/second-factor/key", data={"answer": answer}).status_code == 422


def test_a_changed_answer_is_refused(client: FlaskClient, key: SecurityKey) -> None:
    answer = json.loads(key.signed(client.post("/second-factor/key-options").get_json()))
    answer["response"]["signature"] = SecurityKey().signed({"challenge": "x"}).split('"signature": "')[1].split('"')[0]

    assert client.post("/second-factor/key", data={"answer": json.dumps(answer)}).status_code == 422


def test_the_same_key_is_added_once_and_again_after_it_was_removed(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    sign_in(client, staff.navigator)
    key = SecurityKey()
    statuses = [add_key(client, each).status_code for each in (key, key, SecurityKey())]
    session.rollback()
    first = session.scalars(select(SecondFactor.id).order_by(SecondFactor.created_at)).first()
    session.rollback()

    removed = client.post(f"/account/factors/{first}/remove").status_code

    assert [*statuses, removed, add_key(client, key).status_code] == [200, 422, 303, 303, 303]


def test_a_challenge_has_enough_random_bits(client: FlaskClient, key: SecurityKey, session: ScopedSession) -> None:
    client.post("/second-factor/key-options")
    client.post("/second-factor/key-options")

    found = session.scalars(select(KeyChallenge.challenge)).all()

    assert len(set(found)) == len(found) == 3
    assert min(len(each) for each in found) >= 32
