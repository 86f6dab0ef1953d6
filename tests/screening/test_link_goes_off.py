"""When the link with the questions is off: whoever opens it gets the answer of a link that is too old, and no more."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import SignedLink
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient, PatientPhone
from referral.screening.models import Need
from referral.screening.started import started_of
from referral.screening.states import NeedStatus
from tests.factories import Town
from tests.screening.test_link import begin, mobile, noon, phone, step, token

__all__ = ["mobile", "noon", "phone", "token"]


def safety(town: Town, rosa: Patient, _phone: PatientPhone) -> None:
    town.need(rosa, "interpersonal_safety", status=NeedStatus.UNCONFIRMED)


def safety_on_a_merged_record(town: Town, rosa: Patient, phone: PatientPhone) -> None:
    clinic = town.clinic()
    other = town.patient(clinic, merged_into_id=rosa.id)
    other.clinic_id = phone.clinic_id
    town.need(other, "interpersonal_safety")


def no_traces(_town: Town, rosa: Patient, _phone: PatientPhone) -> None:
    rosa.privacy_level = "none"


def moved(_town: Town, rosa: Patient, _phone: PatientPhone) -> None:
    rosa.moved_at = clock.now()


def others_read_the_phone(_town: Town, _rosa: Patient, phone: PatientPhone) -> None:
    phone.is_shared = True


def somebody_else_holds_the_phone(_town: Town, _rosa: Patient, phone: PatientPhone) -> None:
    phone.holder = "parent"


def wrong_number(_town: Town, _rosa: Patient, phone: PatientPhone) -> None:
    phone.retired_at = clock.now()


OFF = [
    safety,
    safety_on_a_merged_record,
    no_traces,
    moved,
    others_read_the_phone,
    somebody_else_holds_the_phone,
    wrong_number,
]
Happens = Callable[[Town, Patient, PatientPhone], None]


def answers(mobile: FlaskClient, token: str) -> list[tuple[int, str]]:
    """What somebody with the link gets: its address, its button, and the page that was open."""
    asked = [
        mobile.get("/questions"),
        mobile.get("/questions?at=1"),
        mobile.post("/questions/year", data={"year": "1980"}),
        mobile.post("/questions/answers", data={"at": "2", "a-housing": "no"}),
        mobile.get(f"/questions/{token}"),
        mobile.post("/questions", data={"token": token}),
    ]
    return [(answer.status_code, re.sub(r'nonce="[^"]*"', "", answer.text)) for answer in asked]


@pytest.mark.parametrize("happens", OFF, ids=lambda each: each.__name__)
def test_a_link_that_is_off_answers_as_one_that_is_too_old(
    town: Town, rosa: Patient, phone: PatientPhone, mobile: FlaskClient, token: str, happens: Happens
) -> None:
    begin(mobile, token)
    step(mobile, 1, food="yes", food_want="yes")
    link = town.session.query(SignedLink).one()
    link.expires_at, lasts = clock.now() - timedelta(seconds=1), link.expires_at
    town.commit()
    too_old = answers(mobile, token)
    link.expires_at = lasts
    happens(town, rosa, phone)
    town.commit()

    off = answers(mobile, token)

    assert off == too_old
    assert {status for status, _page in off} == {410}


def test_what_was_answered_before_is_neither_shown_nor_changed(
    session: ScopedSession, town: Town, rosa: Patient, phone: PatientPhone, mobile: FlaskClient, token: str
) -> None:
    begin(mobile, token)
    step(mobile, 1, food="yes", food_want="yes")
    safety(town, rosa, phone)
    town.commit()

    pages = " ".join(page for _status, page in answers(mobile, token))

    assert [word for word in ("comida", "food", "Rosa", "vivienda", "checked") if word in pages] == []
    session.expire_all()
    (started,) = started_of(session, rosa.id)
    assert started.answers == {"food": "yes", "food_want": "yes"}


def test_the_link_goes_on_once_the_person_says_that_the_concern_is_over(
    town: Town, rosa: Patient, phone: PatientPhone, mobile: FlaskClient, token: str
) -> None:
    begin(mobile, token)
    safety(town, rosa, phone)
    town.commit()
    closed = mobile.get("/questions").status_code
    town.session.query(Need).one().status = NeedStatus.GONE
    town.commit()

    assert (closed, mobile.get("/questions").status_code) == (410, 200)
