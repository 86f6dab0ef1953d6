"""Fixtures of whole records: a patient with everything, the people who may export, hold and erase, their browsers."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.models import Person
from referral.accounts.roles import Role
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.sign_in import sign_in

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def officer(place: Place) -> Person:
    """The clinic's privacy officer."""
    return place.town.person(place.clinic, Role.PRIVACY_OFFICER, "Pia Officer")


@pytest.fixture
def administrator(place: Place) -> Person:
    """The clinic's administrator."""
    return place.town.person(place.clinic, Role.CLINIC_ADMINISTRATOR, "Ada Administrator")


@pytest.fixture
def browser_of(app: Flask, place: Place) -> Browser:
    """Signs a person in at a browser of their own, after letting others see what the test made."""

    def browser(person: Person) -> FlaskClient:
        place.town.commit()
        client = app.test_client()
        sign_in(client, person)
        return client

    return browser


@pytest.fixture
def asked(place: Place) -> Referral:
    """A referral that waits for its organization's answer."""
    return place.referral(ReferralState.SENT)


def patient_again(session: ScopedSession, place: Place) -> Patient:
    """Return the patient as the database has them now."""
    session.rollback()
    session.expire_all()
    return session.get_one(Patient, place.patient.id)
