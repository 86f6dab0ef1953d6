"""Rules of doing no harm where prescribing touches them, each by its name; more stand beside what they guard."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from referral.kit import clock
from referral.patients.states import ProxyRelation, Reach
from referral.patients.wish_models import PatientProxy
from referral.prescriptions.actions import Signer, sign_prescription
from referral.referrals.states import Mode
from resources_directory.models.capacity import ServiceCapacity, Unit
from resources_directory.models.location import Address, Location
from resources_directory.models.service import ServiceAtLocation
from tests.prescriptions.conftest import MakeOrder, another, filled, page_of
from tests.referrals.conftest import Place

STREET = "12 Hidden Lane"


@pytest.fixture
def hidden(offered: Place) -> Place:
    """The service's place is private."""
    session = offered.town.session
    link = session.query(ServiceAtLocation).filter_by(service_id=offered.service.id).one()
    session.get_one(Location, link.location_id).is_private = True
    street = {"address_1": STREET, "city": "Fresno", "state_province": "CA", "postal_code": "93701", "country": "US"}
    offered.town._add(Address(location_id=link.location_id, address_type="physical", **street))
    offered.town.commit()
    return offered


def test_a_private_place_has_neither_address_nor_distance_while_prescribing(hidden: Place, nurse: FlaskClient):
    page = nurse.get(page_of(hidden)).text

    assert "Green Table Boxes" in page
    assert "The place is private. Call first." in page
    assert STREET not in page
    assert "miles away" not in page


@pytest.mark.parametrize("paper", ["slip", "card", "receipt", "note"])
def test_a_private_place_stands_on_no_paper(hidden: Place, nurse, order: MakeOrder, signer: Signer, paper: str):
    prescription = sign_prescription(hidden.town.session, order(mode=Mode.SELF_DIRECTED), by=signer)
    hidden.town.commit()

    assert STREET not in nurse.get(f"/prescriptions/{prescription.id}/{paper}").text


def test_full_never_lowers_a_rank(offered: Place, nurse: FlaskClient):
    another(offered, "Zinnia Pantry")
    unit = offered.town._add(Unit(name="box"))
    full = {"service_id": offered.service.id, "unit_id": unit.id, "available": 0}
    offered.town._add(ServiceCapacity(**full, updated=clock.now() - timedelta(days=2)))
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert page.index("Green Table Boxes") < page.index("Zinnia Pantry")
    assert "Full when last heard, on" in page


def test_nothing_prints_a_diagnosis(offered: Place, nurse, order: MakeOrder, signer: Signer):
    prescription = sign_prescription(offered.town.session, order(), by=signer)
    offered.town.commit()

    for paper in ("slip", "card", "receipt", "note"):
        page = nurse.get(f"/prescriptions/{prescription.id}/{paper}").text
        main = page[page.index("<main") :]
        assert "diagnos" not in main.lower()
        assert not re.search(r"\bZ(55|56|59|60|63)\b", main), "codes of ICD-10-CM for social needs"


def test_no_address_of_ours_names_the_patient_or_the_need(offered: Place, nurse: FlaskClient):
    answer = nurse.post(page_of(offered), data=filled(offered))
    page = nurse.get(answer.location).text

    links = " ".join(re.findall(r'(?:href|action)="([^"]*)"', page[page.index("<main") :]))
    assert not any(word in links for word in ("Rosa", "Molina", "food", "93702", "559555"))


def test_only_who_is_recorded_to_agree_for_the_patient_can_be_named(offered: Place, nurse: FlaskClient):
    forged = nurse.post(page_of(offered), data=filled(offered, **{"lines-0-in_whose_name": "parent"}))

    assert forged.status_code == 422
    assert "in_whose_name" in forged.text or "error-summary" in forged.text


def test_somebody_recorded_may_agree_in_a_need_that_they_know_of(offered: Place, nurse: FlaskClient):
    proxy = PatientProxy(
        clinic_id=offered.clinic.id,
        patient_id=offered.patient.id,
        relation=ProxyRelation.PARENT,
        name="Marta",
        reach={"food": Reach.CONSENT},
        recorded_by=offered.navigator.id,
        recorded_at=clock.now(),
    )
    offered.town._add(proxy)
    offered.town.commit()

    review = nurse.post(page_of(offered), data=filled(offered, step="review")).text
    signed = nurse.post(page_of(offered), data=filled(offered, **{"lines-0-in_whose_name": f"parent:{proxy.id}"}))

    assert "Marta (" in review
    assert signed.status_code == 303
