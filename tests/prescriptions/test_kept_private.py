"""What a patient keeps to themselves: on no paper unless chosen, behind no phone of others, in no number of a text."""

import json
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.patients.consent_models import SharingConsent
from referral.patients.keeping_private import keep_private
from referral.patients.models import PatientPhone
from referral.patients.states import PhoneHolder
from referral.prescriptions.actions import Signer, sign_prescription
from referral.referrals.models import Referral
from referral.referrals.numbering import number_in_texts, numbers_of
from resources_directory.needs import NeedDomain
from tests.prescriptions.conftest import MakeOrder, filled, page_of
from tests.referrals.conftest import Place


@pytest.fixture
def private(place: Place) -> Place:
    """The patient keeps the need to themselves; a parent holds the phone."""
    session = place.town.session
    keep_private(session, place.patient, [NeedDomain.FOOD], by=place.navigator.id)
    session.scalars(select(PatientPhone)).one().holder = PhoneHolder.PARENT
    place.town.commit()
    return place


@pytest.mark.parametrize("paper", ["slip", "card", "receipt", "note"])
def test_a_need_kept_private_stays_off_every_paper_unless_chosen(
    private: Place, nurse: FlaskClient, order: MakeOrder, signer: Signer, paper: str
):
    prescription = sign_prescription(private.town.session, order(), by=signer)
    private.town.commit()
    where = f"/prescriptions/{prescription.id}"

    assert "Green Table" not in nurse.get(f"{where}/{paper}").text
    assert "Green Table" in nurse.get(f"{where}/{paper}?with=sensitive").text
    assert "Slip with everything on it" in nurse.get(where).text


def test_an_organization_gets_no_phone_that_somebody_else_holds(private: Place, order: MakeOrder, signer: Signer):
    sign_prescription(private.town.session, order(), by=signer)

    referral = private.town.session.scalars(select(Referral)).one()
    assert json.loads(referral.snapshot or "") == {"name": "Rosa Molina", "need": "food"}


@pytest.mark.parametrize("facts", [{"holder": PhoneHolder.PARENT}, {"is_shared": True}], ids=["held", "read"])
def test_a_phone_that_others_pick_up_is_neither_offered_nor_agreed_nor_given(
    offered: Place, nurse: FlaskClient, facts: dict[str, object]
):
    session = offered.town.session
    keep_private(session, offered.patient, [NeedDomain.FOOD], by=offered.navigator.id)
    phone = session.scalars(select(PatientPhone)).one()
    phone.holder, phone.is_shared = facts.get("holder", PhoneHolder.SELF), facts.get("is_shared", False)
    offered.town.commit()

    review = nurse.post(page_of(offered), data=filled(offered, step="review")).text
    signed = nurse.post(page_of(offered), data=filled(offered))

    boxes = re.findall(r'name="lines-0-fields_shared"[^>]*value="(\w+)"', review)
    assert "phone" not in boxes
    assert "name" in boxes
    assert "the organization does not get it for this need" in review
    assert signed.status_code == 303
    referral, consent = session.scalars(select(Referral)).one(), session.scalars(select(SharingConsent)).one()
    assert "phone" not in {*referral.shared_fields, *consent.fields, *json.loads(referral.snapshot or "{}")}


def test_whatever_an_order_says_no_such_phone_is_agreed(private: Place, order: MakeOrder, signer: Signer):
    sign_prescription(private.town.session, order(), by=signer)

    consent = private.town.session.scalars(select(SharingConsent)).one()
    assert consent.fields == ["need", "name"]


def test_it_gets_the_phone_that_the_patient_holds(private: Place, order: MakeOrder, signer: Signer):
    private.town.phone(private.patient, "+15595550124")

    sign_prescription(private.town.session, order(), by=signer)

    referral = private.town.session.scalars(select(Referral)).one()
    assert json.loads(referral.snapshot or "")["phone"] == "+15595550124"


def test_no_number_tells_that_there_is_another_request(private: Place):
    session = private.town.session
    untold = private.referral()
    private.need = private.town.need(private.patient, "utilities")
    told = private.referral()

    assert number_in_texts(session, told) is None
    assert number_in_texts(session, untold) is None
    private.need = private.town.need(private.patient, "housing")
    later = private.referral()
    assert numbers_of(session, private.patient.id) == {told.id: 1, later.id: 2}
