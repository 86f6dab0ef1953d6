"""Prescribing on pages: choose, review with the words of consent, sign, undo, print."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.accounts.roles import Role
from referral.patients.consent_models import SharingConsent
from referral.prescriptions.actions import Signer, sign_prescription
from referral.prescriptions.models import Prescription
from referral.referrals.models import Referral
from referral.referrals.states import Mode
from resources_directory.db import new_id
from tests.prescriptions.conftest import MakeOrder
from tests.referrals.conftest import Place
from tests.sign_in import sign_in


def form(place: Place, **facts: Any) -> dict[str, Any]:
    """What the browser sends for one line."""
    line = {"lines-0-need_id": str(place.need.id), "lines-0-service": str(place.service.id), "lines-0-mode": "sent"}
    line |= {"lines-0-fields_shared": ["need", "name", "phone"], "urgency": "routine", "form_id": str(new_id())}
    consent = {"lines-0-agreed": "y", "method": "in_person", "lines-0-in_whose_name": "patient", "step": "sign"}
    return line | consent | facts


def url(place: Place) -> str:
    return f"/patients/{place.patient.id}/prescribe"


def test_the_page_offers_services_with_reasons(offered: Place, nurse: FlaskClient):
    page = nurse.get(url(offered)).text

    assert "Green Table Boxes" in page
    assert "miles away" in page


def test_without_a_wanted_need_the_page_says_what_to_do(offered: Place, nurse: FlaskClient):
    offered.need.wants_help = "no"
    offered.town.commit()

    assert "Record one first" in nurse.get(url(offered)).text


def test_the_review_shows_the_words_in_the_patients_language(offered: Place, nurse: FlaskClient):
    answer = nurse.post(url(offered), data=form(offered, step="review"))

    assert answer.status_code == 200
    assert "¿Podemos dar a Green Table" in answer.text
    assert offered.town.session.scalar(select(func.count()).select_from(Prescription)) == 0


def test_signing_leads_to_the_prescription(offered: Place, nurse: FlaskClient):
    answer = nurse.post(url(offered), data=form(offered))

    consent = offered.town.session.scalars(select(SharingConsent)).one()
    offered.town.commit()
    assert answer.status_code == 303
    assert "Time left to undo" in nurse.get(answer.location).text
    assert consent.words.startswith("¿Podemos dar a Green Table")


def test_the_words_stored_are_the_words_shown(offered: Place, nurse: FlaskClient):
    shown = nurse.post(url(offered), data=form(offered, step="review")).text

    nurse.post(url(offered), data=form(offered))

    assert offered.town.session.scalars(select(SharingConsent)).one().words in shown


def test_sent_twice_it_is_signed_once(offered: Place, nurse: FlaskClient):
    same = form(offered)

    locations = {nurse.post(url(offered), data=same).location for _press in range(2)}

    assert len(locations) == 1
    assert offered.town.session.scalar(select(func.count()).select_from(Referral)) == 1


BAD = [
    ({"lines-0-agreed": ""}, "agreement", "the patient did not agree"),
    ({"lines-0-service": "none"}, "at least one need", "nothing chosen"),
    ({"lines-0-service": "nonsense"}, "Green Table", "no such choice"),
    ({"lines-0-mode": "by_pigeon"}, "Green Table", "no such way"),
]


@pytest.mark.parametrize(("change", "says", "why"), BAD, ids=[case[2] for case in BAD])
def test_what_cannot_be_signed_is_shown_again(offered: Place, nurse: FlaskClient, change, says, why):
    answer = nurse.post(url(offered), data=form(offered, **change))

    assert answer.status_code == 422, why
    assert 'id="error-summary"' in answer.text
    assert says in answer.text
    assert offered.town.session.scalar(select(func.count()).select_from(Prescription)) == 0


def test_change_goes_back_with_everything_typed(offered: Place, nurse: FlaskClient):
    answer = nurse.post(url(offered), data=form(offered, step="change", **{"lines-0-note": "Ring twice."}))

    assert answer.status_code == 200
    assert "Ring twice." in answer.text


def test_a_note_travels_only_with_a_line_about_it(offered: Place, nurse: FlaskClient):
    nurse.post(url(offered), data=form(offered, **{"lines-0-note": "Ring twice."}))

    referral = offered.town.session.scalars(select(Referral)).one()
    assert "note" in referral.shared_fields
    assert referral.note == "Ring twice."


def test_a_need_already_asked_for_keeps_the_form(offered: Place, nurse: FlaskClient):
    nurse.post(url(offered), data=form(offered))

    answer = nurse.post(url(offered), data=form(offered))

    assert answer.status_code == 409
    assert "being tried for this need already" in answer.text
    assert "Green Table Boxes" in answer.text


def test_undo_on_the_page(offered: Place, nurse: FlaskClient):
    shown = nurse.post(url(offered), data=form(offered)).location

    answer = nurse.post(f"{shown}/undo")

    assert answer.location == shown
    assert offered.town.session.scalars(select(Referral.state)).one() == "draft"


def test_undo_sent_again_is_answered_as_the_first_time(offered: Place, nurse: FlaskClient):
    shown = nurse.post(url(offered), data=form(offered)).location

    answers = [nurse.post(f"{shown}/undo") for _press in range(2)]

    assert [(each.status_code, each.location) for each in answers] == [(303, shown)] * 2
    assert "The signature was taken back" in nurse.get(shown).text


def test_another_clinic_prescribes_nothing_here(offered: Place, client: FlaskClient):
    stranger = offered.town.person(offered.town.clinic(), Role.CLINICIAN)
    offered.town.commit()
    sign_in(client, stranger)

    assert client.get(url(offered)).status_code == 404
    assert client.post(url(offered), data=form(offered)).status_code == 404


def test_an_administrator_does_not_prescribe(offered: Place, client: FlaskClient):
    administrator = offered.town.person(offered.clinic, Role.CLINIC_ADMINISTRATOR)
    offered.town.commit()
    sign_in(client, administrator)

    assert client.get(url(offered)).status_code == 404


def signed(place: Place, order: MakeOrder, signer: Signer, **facts: Any) -> str:
    prescription = sign_prescription(place.town.session, order(**facts), by=signer)
    place.town.commit()
    return f"/prescriptions/{prescription.id}"


def sheet_language(page: str) -> str:
    return re.search(r'<article class="slip"\s+lang="(\w+)"', page)[1]


def test_the_slip_names_the_place_and_neither_patient_nor_need(nurse, place: Place, order: MakeOrder, signer: Signer):
    page = nurse.get(f"{signed(place, order, signer)}/slip").text

    sheet = page[page.index("<article") : page.index("</article>")]
    assert "Green Table Boxes" in sheet
    assert not any(word in sheet for word in ("Rosa", "Molina", "Food", "Comida"))


def test_the_slip_is_headed_in_the_patients_language(nurse, place: Place, order: MakeOrder, signer: Signer):
    page = nurse.get(f"{signed(place, order, signer)}/slip").text

    assert sheet_language(page) == "es"


def test_a_language_without_pages_gets_english_and_a_line_for_the_interpreter(
    nurse, place: Place, order: MakeOrder, signer: Signer
):
    place.patient.written_language = place.patient.spoken_language = "so"

    page = nurse.get(f"{signed(place, order, signer)}/slip").text

    assert sheet_language(page) == "en"
    assert "Soomaali" in page


def test_a_sensitive_service_stays_off_the_slip_unless_asked_for(nurse, place: Place, order: MakeOrder, signer: Signer):
    place.need.domain = "interpersonal_safety"
    where = signed(place, order, signer, mode=Mode.PHONE_HAND_OVER)

    usual, chosen = nurse.get(f"{where}/slip").text, nurse.get(f"{where}/slip?with=sensitive").text

    assert "Green Table Boxes" not in usual
    assert "Green Table Boxes" in chosen


def test_looking_changes_nothing(nurse, place: Place, order: MakeOrder, signer: Signer):
    where = signed(place, order, signer)

    answers = [nurse.get(page).status_code for page in (where, f"{where}/slip", url(place))]

    assert answers == [200, 200, 200]
    assert place.town.session.scalars(select(Referral.version)).one() == 2
