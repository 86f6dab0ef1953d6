"""Fixtures of accounts: a clinic with people who have passwords, and a browser at an address."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from referral.accounts import account_views, people_views, views
from referral.accounts.loading import init_sign_in
from referral.accounts.models import Member, Person
from referral.accounts.passwords import hash_password
from referral.accounts.policies import RULES
from referral.accounts.roles import MemberKind, Role
from referral.kit.policy import policy
from tests.factories import Town

PASSWORD = "seven tame otters juggle"
_HASH = hash_password(PASSWORD)

HOME = "203.0.113.7"
ELSEWHERE = "198.51.100.9"


@pytest.fixture
def app(app: Flask) -> Flask:
    if "accounts.sign_in" not in app.view_functions:
        policy.add(RULES)
        for blueprint in (views.blueprint, account_views.blueprint, people_views.blueprint):
            app.register_blueprint(blueprint)
        init_sign_in(app)
    return app


@dataclass
class Staff:
    """A clinic and two of its people, each with PASSWORD, and the network's administrator."""

    clinic: Member
    navigator: Person
    administrator: Person
    platform: Person


@pytest.fixture
def staff(town: Town) -> Staff:
    clinic = town.member(name="Hazel Grove")
    navigator = town.person(clinic, Role.NAVIGATOR, "Nadia")
    administrator = town.person(clinic, Role.CLINIC_ADMINISTRATOR, "Ada")
    clinic.owner_person_id, clinic.deputy_person_id = navigator.id, administrator.id
    platform = town.person(town.member(MemberKind.NETWORK, name="Network"), Role.PLATFORM_ADMINISTRATOR, "Pia")
    for person in (navigator, administrator, platform):
        person.password_hash = _HASH
    town.commit()
    return Staff(clinic, navigator, administrator, platform)


def post_sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, *, address: str = HOME, wanted: str = ""
) -> TestResponse:
    """Send the sign-in form."""
    form = {"email": email, "password": password, "next": wanted}
    return client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": address})


def cookie_of(client: FlaskClient) -> str | None:
    """Return the secret that the browser holds."""
    cookie = client.get_cookie("needsrx")
    return cookie.value if cookie else None


def is_signed_in(client: FlaskClient) -> bool:
    """Return True if the browser reaches its own account's page."""
    return client.get("/account").status_code == 200
