"""Fixtures of accounts: a clinic with people who have passwords, and a browser at an address."""

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from referral.accounts.models import Member, Person
from referral.accounts.passwords import hash_password
from referral.accounts.roles import MemberKind, Role
from tests.factories import Town

PASSWORD = "seven tame otters juggle"
_HASH = hash_password(PASSWORD)

HOME = "203.0.113.7"
ELSEWHERE = "198.51.100.9"


@dataclass
class Staff:
    """A clinic with nadia@clinic.example and ada@, the network with pia@; each has PASSWORD."""

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
        person.email, person.password_hash = f"{person.name.lower()}@clinic.example", _HASH
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
    """Return True if the server knows who sits at the browser, be it by one factor or by both."""
    response = client.get("/account")
    led_to = response.headers.get("Location", "")
    if response.status_code == 302 and led_to.startswith("/sign-in"):
        return False
    assert response.status_code == 200 or (response.status_code == 302 and led_to.startswith("/second-factor"))
    return True
