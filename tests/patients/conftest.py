"""Fixtures: a clinic, and a navigator of it in a browser."""

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.accounts.roles import Role
from tests.factories import Town
from tests.sign_in import sign_in


@pytest.fixture
def clinic(town: Town) -> Member:
    return town.clinic()


@pytest.fixture
def browser(client: FlaskClient, town: Town, clinic: Member) -> FlaskClient:
    """A navigator of the clinic, signed in."""
    person = town.person(clinic, Role.NAVIGATOR)
    town.commit()
    sign_in(client, person)
    return client
