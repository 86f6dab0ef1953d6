"""Second factors of test people: an app whose secret the test knows, and the ways to have one and to give one."""

from datetime import datetime, timedelta
from typing import Protocol

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from referral.accounts.factor_models import SecondFactor
from referral.accounts.models import Person
from referral.accounts.totp import start_app
from referral.kit import clock
from referral.kit.scope import ScopedSession
from tests.accounts.conftest import HOME, post_sign_in
from tests.fakes.security_key import SecurityKey

STEP = timedelta(seconds=30)


class HasSecret(Protocol):
    """An app, or what a test kept of it."""

    @property
    def secret(self) -> str | None:
        """Base32."""


def has_app(session: ScopedSession, person: Person) -> SecondFactor:
    """Give a person an app that counts; commit."""
    factor = start_app(session, person.id, "Phone")
    factor.confirmed_at = factor.created_at
    session.commit()
    return factor


def digits(factor: HasSecret, at: datetime | None = None) -> str:
    """Return what the app shows."""
    return pyotp.TOTP(factor.secret or "").at(at or clock.wall())


def give(client: FlaskClient, code: str, *, wanted: str = "", address: str = HOME) -> TestResponse:
    """Send the form of the second step."""
    return client.post("/second-factor", data={"code": code, "next": wanted}, environ_base={"REMOTE_ADDR": address})


def sign_in_wholly(client: FlaskClient, person: Person, factor: SecondFactor) -> None:
    """Sign in with the password and a code."""
    post_sign_in(client, person.email)
    assert give(client, digits(factor)).status_code == 303


def add_key(client: FlaskClient, key: SecurityKey, label: str = "Blue key") -> TestResponse:
    """Make a security key known to the person who is signed in."""
    options = client.post("/account/factors/key-options").get_json()
    return client.post("/account/factors/key", data={"label": label, "answer": key.made(options)})


def prove_with(client: FlaskClient, key: SecurityKey, *, wanted: str = "") -> TestResponse:
    """Give the second factor with a security key."""
    options = client.post("/second-factor/key-options").get_json()
    return client.post("/second-factor/key", data={"answer": key.signed(options), "next": wanted})
