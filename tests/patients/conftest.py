"""Fixtures: a clinic, and a navigator of it in a browser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.accounts.roles import Role
from tests.factories import Town
from tests.patients.signing import mount, sign_in_as


@pytest.fixture
def clinic(town: Town) -> Member:
    return town.clinic()


@pytest.fixture
def browser(app: Flask, town: Town, clinic: Member) -> FlaskClient:
    """A navigator of the clinic, signed in."""
    mount(app)
    person = town.person(clinic, Role.NAVIGATOR)
    town.commit()
    return sign_in_as(app, person, clinic)
