"""Consent offers exactly what a service needs, field by field; what was agreed outlives a change of what it needs."""

import json
import re

from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit import clock
from referral.patients.asked_fields import Declared, declare_fields, newest_declarations
from referral.patients.consent_models import SharingConsent
from referral.patients.models import PatientPhone
from referral.patients.states import SharedField
from referral.prescriptions.models import Prescription
from referral.referrals.models import Referral
from resources_directory.db import new_id
from resources_directory.models.service import Service
from tests.prescriptions.conftest import another, filled, page_of
from tests.referrals.conftest import Place

F = SharedField


def declares(place: Place, *fields: SharedField, service: Service | None = None) -> None:
    """The organization says what its service needs to know; committed."""
    service = service or place.service
    session = place.town.session
    newest = newest_declarations(session, [service.id]).get(service.id)
    said = Declared(
        service.id, fields, new_id(), newest.number if newest else 0, place.organization.id, place.staff.id, True
    )
    declare_fields(session, said)
    place.town.commit()


def review(nurse: FlaskClient, place: Place, **facts: object) -> str:
    fresh = {"lines-0-fields_shared": None, "lines-0-agreed": None, "step": "review"} | facts
    return nurse.post(page_of(place), data=filled(place, **fresh)).text


def boxes(page: str) -> dict[str, bool]:
    """Return the fields that can be ticked, and whether they are."""
    found = re.findall(r'<input([^>]*name="lines-0-fields_shared"[^>]*)>', page)
    return {re.search(r'value="(\w+)"', box)[1]: "checked" in box for box in found if 'type="checkbox"' in box}


def worded(page: str) -> str:
    return re.search(r'name="lines-0-worded"\s+value="([^"]*)"', page)[1]


def signed(nurse: FlaskClient, place: Place, **facts: object) -> Referral:
    answer = nurse.post(page_of(place), data=filled(place, **facts))
    assert answer.status_code == 303
    return place.town.session.scalars(select(Referral).order_by(Referral.created_at.desc())).first()


def test_consent_offers_exactly_what_the_service_needs(offered: Place, nurse: FlaskClient):
    declares(offered, F.NAME, F.BIRTH_DATE, F.DIET)

    page = review(nurse, offered)

    assert boxes(page) == {"name": True, "birth_date": True}
    assert 'name="lines-0-diet"' in page
    assert not any(f'name="lines-0-{other}"' in page for other in ("household_size", "mobility", "good_hours"))
    assert worded(page) == "name birth_date need"


def test_where_a_service_asks_for_no_way_to_reach_the_patient_name_and_phone_are_offered_unticked(
    offered: Place, nurse: FlaskClient
):
    declares(offered, F.SPOKEN_LANGUAGE, F.ZIP_CODE)
    offers = nurse.get(page_of(offered)).text

    page = review(nurse, offered)
    ticked = review(nurse, offered, **{"lines-0-fields_shared": ["spoken_language", "name", "phone"]})

    assert boxes(page) == {"spoken_language": True, "zip_code": True, "name": False, "phone": False}
    assert "They ask for nothing by which they could reach the patient" in page
    assert "they need to know: the need, language, the ZIP code<" in offers.replace(".<", "<")
    assert boxes(ticked)["name"], boxes(ticked)["phone"]
    assert worded(ticked) == "name phone spoken_language need"


def test_while_a_service_has_not_said_it_the_page_says_so_and_offers_what_the_record_holds(offered, nurse):
    page = review(nurse, offered)

    assert "They have not said what they need to know" in page
    assert boxes(page) == {
        "name": True, "phone": True, "spoken_language": True, "zip_code": True, "birth_date": False,
    }  # fmt: skip
    assert 'name="lines-0-diet"' not in page


def test_a_zip_code_that_nobody_knows_is_not_ticked(offered: Place, nurse: FlaskClient):
    offered.patient.zip_code = None
    offered.town.commit()

    assert boxes(review(nurse, offered))["zip_code"] is False


def test_the_choice_of_services_says_what_each_needs(offered: Place, nurse: FlaskClient):
    declares(offered, F.ZIP_CODE, F.HOUSEHOLD_SIZE)

    assert "they need to know: the need, the ZIP code, size of the household" in nurse.get(page_of(offered)).text


def test_what_a_service_does_not_need_is_not_shared_even_if_it_is_sent_along(offered: Place, nurse: FlaskClient):
    declares(offered, F.NAME)

    referral = signed(nurse, offered, **{"lines-0-fields_shared": ["name", "phone"], "lines-0-diet": "halal"})

    assert referral.shared_fields == ["name", "need"]
    assert json.loads(referral.snapshot) == {"name": "Rosa Molina", "need": "food"}


def test_what_the_patient_tells_is_named_in_the_words_and_kept_with_the_referral(offered: Place, nurse: FlaskClient):
    declares(offered, F.NAME, F.HOUSEHOLD_SIZE, F.DIET)

    referral = signed(nurse, offered, **{"lines-0-fields_shared": ["name"], "lines-0-household_size": "4"})

    consent = offered.town.session.scalars(select(SharingConsent)).one()
    assert json.loads(referral.snapshot) == {"name": "Rosa Molina", "household_size": "4", "need": "food"}
    assert consent.fields == ["name", "household_size", "need"]
    assert "tamaño del hogar" in consent.words


def test_the_words_are_read_again_when_what_is_shared_changes_under_them(offered: Place, nurse: FlaskClient):
    declares(offered, F.NAME, F.DIET)
    seen = {"lines-0-fields_shared": ["name"], "lines-0-worded": "name need", "lines-0-diet": "vegan"}

    answer = nurse.post(page_of(offered), data=filled(offered, **seen))

    assert answer.status_code == 409
    assert "Read them once more" in answer.text.partition('id="error-summary"')[2]
    assert worded(answer.text) == "name diet need"
    assert not re.search(r'name="lines-0-agreed"[^>]*checked|checked[^>]*name="lines-0-agreed"', answer.text)
    assert offered.town.session.scalars(select(Prescription)).all() == []


def test_a_declaration_between_the_words_and_the_signature_is_not_agreed_to(offered: Place, nurse: FlaskClient):
    page = review(nurse, offered)
    declares(offered, F.NAME)

    ticked = {"lines-0-fields_shared": ["name", "phone", "spoken_language"], "lines-0-worded": worded(page)}
    answer = nurse.post(page_of(offered), data=filled(offered, **ticked))

    assert answer.status_code == 409
    assert worded(answer.text) == "name need"


def test_a_changed_declaration_changes_no_consent_that_was_given(offered: Place, nurse: FlaskClient):
    declares(offered, F.NAME, F.ZIP_CODE)
    referral = signed(nurse, offered, **{"lines-0-fields_shared": ["name", "zip_code"]})
    before = (list(referral.shared_fields), referral.snapshot)

    declares(offered, F.BIRTH_DATE)

    offered.town.session.expire_all()
    consent = offered.town.session.scalars(select(SharingConsent)).one()
    assert (list(referral.shared_fields), referral.snapshot) == before
    assert consent.fields == ["name", "zip_code", "need"]


def test_what_was_left_out_stays_left_out_for_another_service(offered: Place, nurse: FlaskClient):
    aster = another(offered, "Aster")
    declares(offered, F.NAME, F.PHONE, F.ZIP_CODE, service=aster)

    first = {"lines-0-fields_shared": ["name"], "lines-0-offered_for": str(offered.service.id)}
    page = review(nurse, offered, **first | {"lines-0-service": str(aster.id)})

    assert boxes(page) == {"name": True, "phone": False, "zip_code": False}


def test_going_back_to_change_something_keeps_what_was_left_out(offered: Place, nurse: FlaskClient):
    kept = {"lines-0-fields_shared": ["name"], "lines-0-offered_for": str(offered.service.id)}

    page = nurse.post(page_of(offered), data=filled(offered, step="change", **kept)).text

    assert re.findall(r'name="lines-0-fields_shared"\s+value="(\w+)"', page) == ["name"]


def test_the_need_is_told_to_whoever_is_asked(offered: Place, nurse: FlaskClient):
    declares(offered)

    referral = signed(nurse, offered, **{"lines-0-fields_shared": None})

    assert referral.shared_fields == ["need"]


def test_the_words_ask_for_no_phone_of_somebody_who_has_none(offered: Place, nurse: FlaskClient):
    for phone in offered.town.session.scalars(select(PatientPhone)):
        phone.retired_at = clock.now()
    offered.town.commit()

    page = review(nurse, offered)
    referral = signed(nurse, offered)

    assert "phone" not in boxes(page)
    assert "phone" not in worded(page)
    assert "They get no phone number" in page
    assert "phone" not in referral.shared_fields
