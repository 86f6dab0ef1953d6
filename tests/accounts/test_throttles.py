"""The throttle: whoever guesses is slowed, nobody else is locked out. In pairs: the one who fails, and another."""

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.accounts.due import clear_sign_in_tries
from referral.accounts.models import SignInTry
from referral.accounts.throttles import (
    ACCOUNT_PAUSE,
    ACCOUNT_TRIES,
    ADDRESS_TRIES,
    FIRST_WAIT,
    FREE_TRIES,
    WINDOW,
)
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from tests.accounts.conftest import ELSEWHERE, HOME, Staff, post_sign_in

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def fail(app: Flask, email: str, times: int, *, address: str = HOME) -> list[int]:
    """Fail `times` times from one address; return the statuses."""
    return [
        post_sign_in(app.test_client(), email, "wrong wrong wrong", address=address).status_code for _ in range(times)
    ]


def test_guessing_is_stopped_even_with_the_right_password(app: Flask, client: FlaskClient, staff: Staff) -> None:
    statuses = fail(app, staff.navigator.email, FREE_TRIES + 1)

    assert statuses == [422] * FREE_TRIES + [429]
    assert post_sign_in(client, staff.navigator.email).status_code == 429


def test_the_owner_at_another_address_is_not_locked_out(app: Flask, client: FlaskClient, staff: Staff) -> None:
    fail(app, staff.navigator.email, FREE_TRIES + 3)

    assert post_sign_in(client, staff.navigator.email, address=ELSEWHERE).status_code == 303


def test_a_colleague_at_the_same_address_is_not_locked_out(app: Flask, client: FlaskClient, staff: Staff) -> None:
    fail(app, staff.navigator.email, FREE_TRIES + 3)

    assert post_sign_in(client, staff.administrator.email).status_code == 303


def test_the_wait_ends(app: Flask, client: FlaskClient, staff: Staff) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        fail(app, staff.navigator.email, FREE_TRIES)
        traveller.shift(FIRST_WAIT - timedelta(seconds=1))
        early = post_sign_in(client, staff.navigator.email).status_code
        traveller.shift(timedelta(seconds=1))

        assert early == 429
        assert post_sign_in(client, staff.navigator.email).status_code == 303


def test_each_further_failure_doubles_the_wait(app: Flask, staff: Staff) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        fail(app, staff.navigator.email, FREE_TRIES)
        traveller.shift(FIRST_WAIT)
        fail(app, staff.navigator.email, 1)
        traveller.shift(FIRST_WAIT)

        assert fail(app, staff.navigator.email, 1) == [429]
        traveller.shift(FIRST_WAIT)
        assert fail(app, staff.navigator.email, 1) == [422]


def test_signing_in_clears_the_count(app: Flask, client: FlaskClient, staff: Staff) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        fail(app, staff.navigator.email, FREE_TRIES - 1)
        traveller.shift(timedelta(seconds=1))
        post_sign_in(client, staff.navigator.email)
        traveller.shift(timedelta(seconds=1))

        assert fail(app, staff.navigator.email, FREE_TRIES) == [422] * FREE_TRIES


def test_trying_many_accounts_from_one_address_is_stopped_there(app: Flask, client: FlaskClient, staff: Staff) -> None:
    statuses = [fail(app, f"guess{n}@clinic.example", 1)[0] for n in range(ADDRESS_TRIES + 1)]

    assert statuses == [422] * ADDRESS_TRIES + [429]
    assert post_sign_in(client, staff.navigator.email).status_code == 429
    assert post_sign_in(client, staff.navigator.email, address=ELSEWHERE).status_code == 303


def test_who_is_known_at_an_address_is_not_stopped_by_guessers_there(
    app: Flask, client: FlaskClient, staff: Staff
) -> None:
    post_sign_in(client, staff.navigator.email)
    for n in range(ADDRESS_TRIES):
        fail(app, f"guess{n}@clinic.example", 1)

    assert post_sign_in(client, staff.navigator.email).status_code == 303


def test_guessing_from_many_addresses_delays_the_owner_by_seconds_only(
    app: Flask, client: FlaskClient, staff: Staff
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        for n in range(ACCOUNT_TRIES):
            fail(app, staff.navigator.email, 1, address=f"192.0.2.{n}")
        at_once = post_sign_in(client, staff.navigator.email, address=ELSEWHERE).status_code
        traveller.shift(ACCOUNT_PAUSE)

        assert at_once == 429
        assert post_sign_in(client, staff.navigator.email, address=ELSEWHERE).status_code == 303


def test_the_owner_at_a_known_address_is_not_even_delayed(app: Flask, client: FlaskClient, staff: Staff) -> None:
    post_sign_in(client, staff.navigator.email)
    for n in range(ACCOUNT_TRIES):
        fail(app, staff.navigator.email, 1, address=f"192.0.2.{n}")

    assert post_sign_in(client, staff.navigator.email).status_code == 303


def test_unknown_accounts_are_throttled_like_known_ones(app: Flask, staff: Staff) -> None:
    assert fail(app, "nobody@clinic.example", FREE_TRIES + 1) == fail(app, staff.navigator.email, FREE_TRIES + 1)


def test_capital_letters_are_no_fresh_account(app: Flask, staff: Staff) -> None:
    email = staff.navigator.email
    statuses = [fail(app, spelling, 2)[-1] for spelling in (email, email.upper(), email.title(), f" {email}")]

    assert statuses[-1] == 429


def test_no_address_is_stored(app: Flask, staff: Staff, session: ScopedSession) -> None:
    fail(app, staff.navigator.email, 1)

    keys = session.scalars(select(SignInTry.key).order_by(SignInTry.id)).all()

    assert [len(key) for key in keys] == [16, 16, 16]
    assert not any(part.encode() in key for part in (HOME, staff.navigator.email) for key in keys)


def test_old_tries_are_forgotten(app: Flask, staff: Staff, database: Database, session: ScopedSession) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        fail(app, staff.navigator.email, 1)
        traveller.shift(3 * WINDOW)
        forgotten = clear_sign_in_tries(database)

    assert forgotten == 3
    assert session.scalar(select(func.count()).select_from(SignInTry)) == 0
