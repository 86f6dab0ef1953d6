"""Fixtures of prescriptions: the clinic of the referrals' tests, with an order to sign."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from referral.kit.transaction import Database
from referral.patients.states import ConsentMethod, SharedField
from referral.prescriptions.actions import ConsentFacts, OrderLine, PrescriptionOrder, Signer
from referral.referrals.states import Mode
from resources_directory.db import new_id
from resources_directory.models.service import Service, ServiceNeed
from tests.referrals.conftest import Place
from tests.referrals.conftest import nurse as nurse
from tests.referrals.conftest import place as place

CONSENT = ConsentFacts("May we give …?", "es", "2026-11", ConsentMethod.IN_PERSON)
FIELDS = (SharedField.NEED, SharedField.NAME, SharedField.PHONE)

MakeOrder = Callable[..., PrescriptionOrder]


@pytest.fixture
def order(place: Place) -> MakeOrder:
    """Makes an order of one line; any fact of the line can be given."""

    def make(**facts: Any) -> PrescriptionOrder:
        line = {"need_id": place.need.id, "service_id": place.service.id, "mode": Mode.SENT}
        line |= {"fields": FIELDS, "consent": CONSENT} | facts
        return PrescriptionOrder(place.patient.id, new_id(), (OrderLine(**line),))

    return make


@pytest.fixture
def signer(place: Place) -> Signer:
    return Signer(place.clinician.id, "Clara")


@pytest.fixture
def offered(place: Place) -> Place:
    """The service answers the need, so that the page offers it."""
    answers(place, place.service)
    place.town.commit()
    return place


def answers(place: Place, service: Service, need: str = "food") -> Service:
    """Let a service answer a need."""
    place.town.session.add(ServiceNeed(service_id=service.id, need=need, origin="stated"))
    place.town.session.flush()
    return service


def another(place: Place, name: str, **facts: Any) -> Service:
    """Another service for food, of an organization of its own, at the same place."""
    organization = place.town.organization(name=f"{name} House", **facts)
    return answers(place, place.town.service(organization, name=name))


def page_of(place: Place) -> str:
    """Return the address of the prescribing page."""
    return f"/patients/{place.patient.id}/prescribe"


def filled(place: Place, **facts: Any) -> dict[str, Any]:
    """Return what the browser sends for one line that asks the organization; a fact of None is left out."""
    line = {"lines-0-need_id": str(place.need.id), "lines-0-service": str(place.service.id), "lines-0-mode": "sent"}
    line |= {"lines-0-fields_shared": ["need", "name", "phone"], "urgency": "routine", "form_id": str(new_id())}
    consent = {"lines-0-agreed": "y", "method": "in_person", "lines-0-in_whose_name": "patient", "step": "sign"}
    sent = line | {"lines-0-answer": "yes"} | consent | facts
    return {name: value for name, value in sent.items() if value is not None}


def said(place: Place, answer: str, **facts: Any) -> dict[str, Any]:
    """Return what the browser sends where nothing is prescribed and the patient says something of the need."""
    return filled(place, **{"lines-0-answer": answer, "lines-0-service": None, "lines-0-agreed": None} | facts)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Give a list that fills with the statements of the block."""
    database: Database = app.extensions["database"]
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = database.engine  # the reading one is its twin and tells it too
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
