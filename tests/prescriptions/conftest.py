"""Fixtures of prescriptions: the clinic of the referrals' tests, with an order to sign."""

from collections.abc import Callable
from typing import Any

import pytest

from referral.patients.states import ConsentMethod, SharedField
from referral.prescriptions.actions import ConsentFacts, OrderLine, PrescriptionOrder, Signer
from referral.referrals.states import Mode
from resources_directory.db import new_id
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
