"""The prescribing page: one signature, urgency today, barred organizations, two at once, keyboard, statements."""

import html
import re
from datetime import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.installation import installation
from referral.patients.consent_models import SharingConsent
from referral.patients.states import BarKind
from referral.patients.wish_models import PatientBar
from referral.prescriptions.actions import Signer, sign_prescription, undo_prescription
from referral.prescriptions.models import Prescription
from referral.referrals.models import Referral
from referral.referrals.states import Urgency
from referral.screening.states import NeedStatus
from referral.todos.models import ToDo
from resources_directory.models.organization import Organization, Phone
from resources_directory.models.schedule import Schedule
from tests.prescriptions.conftest import MakeOrder, another, answers, counted, filled, page_of
from tests.referrals.conftest import Place


def bar(place: Place) -> None:
    """The patient does not want the organization asked."""
    bar = PatientBar(
        clinic_id=place.clinic.id,
        patient_id=place.patient.id,
        kind=BarKind.ORGANIZATION,
        organization_id=place.service.organization_id,
        barred_at=clock.now(),
        barred_by=place.clinician.id,
    )
    place.town._add(bar)
    place.town.commit()


def with_phone(place: Place) -> None:
    place.town._add(Phone(number="+15595550177", service_id=place.service.id))
    place.town.commit()


def test_a_barred_organization_is_not_offered(offered: Place, nurse: FlaskClient):
    bar(offered)

    assert "Green Table Boxes" not in nurse.get(page_of(offered)).text


def test_a_barred_organization_is_not_asked_either(session, place: Place, order: MakeOrder, signer: Signer):
    bar(place)

    with pytest.raises(InvalidInput, match="does not want this organization"):
        sign_prescription(session, order(), by=signer)


def test_today_offers_only_what_can_be_reached_now(offered: Place, nurse: FlaskClient):
    address = f"{page_of(offered)}?urgency=today"
    assert "Green Table Boxes" not in nurse.get(address).text

    with_phone(offered)

    page = nurse.get(address).text
    assert "Green Table Boxes" in page
    assert 'href="tel:+15595550177"' in page
    assert re.search(r'value="phone_hand_over"[^>]*checked|checked[^>]*value="phone_hand_over"', page)


def test_today_puts_what_is_open_before_a_phone_of_unknown_hours_which_is_called_first(
    offered: Place, nurse: FlaskClient
):
    always = {"byday": "MO,TU,WE,TH,FR,SA,SU", "freq": "WEEKLY", "timezone_name": "America/Los_Angeles"}
    offered.town._add(Schedule(service_id=offered.service.id, opens_at=time(0, 0), closes_at=time(23, 59), **always))
    far = another(offered, "Zinnia Line")
    offered.town._add(Phone(number="+15595550188", service_id=far.id))
    offered.town.commit()

    page = nurse.get(f"{page_of(offered)}?urgency=today").text

    assert page.index("Green Table Boxes") < page.index("Zinnia Line")
    assert page.count("Whether it is open now is not known: call first.") == 1


def test_what_cannot_be_reached_today_is_refused_beside_it(offered: Place, nurse: FlaskClient):
    answer = nurse.post(page_of(offered), data=filled(offered, urgency="today"))

    assert answer.status_code == 422
    assert "it cannot help today" in answer.text


def urgent(order: MakeOrder) -> object:
    usual = order()
    return type(usual)(usual.patient_id, usual.form_id, usual.lines, Urgency.TODAY)


def open_to_dos(session) -> list[ToDo]:
    return list(session.scalars(select(ToDo).where(ToDo.done_at.is_(None))))


def test_what_is_needed_today_is_somebodys_to_do_within_the_hour(session, place: Place, order, signer):
    with_phone(place)

    sign_prescription(session, urgent(order), by=signer)

    (to_do,) = open_to_dos(session)
    assert to_do.urgent
    assert (to_do.due_at - to_do.created_at).total_seconds() == pytest.approx(3600, abs=1)
    assert to_do.owner_person_id == place.clinic.owner_person_id


def test_undo_takes_the_to_do_of_today_back(session, place: Place, order, signer):
    with_phone(place)
    signed = sign_prescription(session, urgent(order), by=signer)

    undo_prescription(session, signed, by=signer)

    assert open_to_dos(session) == []


def test_looking_again_for_another_urgency_keeps_what_was_typed(offered: Place, nurse: FlaskClient):
    with_phone(offered)

    sent = filled(offered, step="look", urgency="today", **{"lines-0-note": "Ring twice."})
    answer = nurse.post(page_of(offered), data=sent)

    assert answer.status_code == 200
    assert "Ring twice." in answer.text
    assert "Only places that can be reached now are shown" in answer.text


def test_a_field_left_out_is_neither_consented_to_nor_sent(offered: Place, nurse: FlaskClient):
    sent = filled(offered, **{"lines-0-fields_shared": ["need", "name"]})
    review = nurse.post(page_of(offered), data=sent | {"step": "review"}).text
    nurse.post(page_of(offered), data=sent)

    referral = offered.town.session.scalars(select(Referral)).one()
    assert referral.shared_fields == ["name", "need"]
    assert "+15595550123" not in referral.snapshot
    assert "teléfono" not in review


def test_the_later_of_two_clinicians_sees_words_and_loses_nothing(offered: Place, nurse: FlaskClient):
    nurse.post(page_of(offered), data=filled(offered))

    late = nurse.post(page_of(offered), data=filled(offered, **{"lines-0-note": "Ring twice."}))

    assert late.status_code == 409
    assert "being tried for this need already" in late.text
    assert "Ring twice." in late.text
    assert offered.town.session.scalar(select(func.count()).select_from(Referral)) == 1


def test_nothing_chosen_and_nothing_said_is_refused(offered: Place, nurse: FlaskClient):
    answer = nurse.post(page_of(offered), data=filled(offered, **{"lines-0-service": "none"}))

    assert answer.status_code == 422
    assert offered.town.session.scalar(select(func.count()).select_from(Prescription)) == 0


def test_the_undo_is_told_as_a_sentence_too(offered: Place, nurse: FlaskClient):
    page = nurse.get(nurse.post(page_of(offered), data=filled(offered)).location).text

    assert re.search(r"You can undo until \d+:\d\d:\d\d", page)
    assert 'data-countdown="' in page


def test_the_return_key_goes_on_instead_of_giving_a_star(offered: Place, nurse: FlaskClient):
    page = nurse.get(page_of(offered)).text
    main = page[page.index("<main") :]

    first = re.search(r'<button[^>]*name="step"[^>]*>', main)[0]
    assert 'value="review"' in first


def test_errors_take_the_focus_and_lead_to_their_fields(offered: Place, nurse: FlaskClient):
    page = nurse.post(page_of(offered), data=filled(offered, **{"lines-0-service": None})).text

    assert re.search(r'id="error-summary"[^>]*tabindex="-1" autofocus', page)
    assert 'href="#lines-0-service-0"' in page


def test_a_line_about_a_need_that_is_not_theirs_is_dropped(offered: Place, nurse: FlaskClient):
    foreign = offered.town.need(offered.town.patient(offered.clinic), "food")
    offered.town.commit()

    for need_id in (str(foreign.id), "nonsense"):
        sent = filled(offered, **{"lines-0-need_id": need_id, "lines-0-service": None, "lines-0-answer": "no"})
        assert nurse.post(page_of(offered), data=sent).status_code == 422

    offered.town.session.refresh(foreign)
    assert foreign.wants_help == "yes"


def test_a_need_that_is_over_meanwhile_is_left_out_with_words(offered: Place, nurse: FlaskClient):
    offered.need.status = NeedStatus.MET
    offered.town.commit()

    answer = nurse.post(page_of(offered), data=filled(offered))

    assert answer.status_code == 409
    assert "one of these needs is over" in answer.text
    assert offered.town.session.scalar(select(func.count()).select_from(Prescription)) == 0


def test_the_way_that_fits_is_chosen_beforehand(offered: Place, nurse: FlaskClient):
    offered.organization.email = None
    offered.town.session.get_one(Organization, offered.service.organization_id).email = None
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert re.search(r'value="self_directed"[^>]*checked|checked[^>]*value="self_directed"', page)


def test_the_number_of_statements_does_not_grow_with_services_and_referrals(
    offered: Place, nurse: FlaskClient, app: Flask
):
    another(offered, "Aster")
    offered.town.commit()
    nurse.get(page_of(offered))
    with counted(app) as few:
        nurse.get(page_of(offered))
    for name in ("Begonia", "Clover", "Dahlia"):
        another(offered, name, email=None)
    for _number in range(4):
        offered.town.referral(offered.need, offered.service, state="declined")
    answers(offered, offered.town.service(name="Elder"))
    offered.town.commit()

    with counted(app) as many:
        nurse.get(page_of(offered))

    assert len(many) <= len(few) + 1  # members are asked for where some organization has no address on file


@pytest.mark.parametrize(
    ("spoken", "demo", "language", "told"),
    [
        ("vi", True, "vi", "Let an interpreter for Vietnamese (Tiếng Việt) say them, and name the interpreter below."),
        ("vi", False, "en", "Nobody qualified has reviewed these words in Vietnamese (Tiếng Việt) yet."),
        ("so", True, "en", "These words do not exist in Somali (Soomaali) yet."),
    ],
)
def test_consent_is_read_in_words_of_their_language_or_with_an_interpreter_by_name(
    offered: Place, nurse: FlaskClient, spoken: str, demo: bool, language: str, told: str
):
    offered.patient.spoken_language = spoken
    installation(offered.town.session).demo = demo
    offered.town.commit()

    review = nurse.post(page_of(offered), data=filled(offered) | {"step": "review"}).text
    nurse.post(page_of(offered), data=filled(offered, interpreter="Line 4711"))

    consent = offered.town.session.scalars(select(SharingConsent)).one()
    assert told in review
    assert f'<blockquote lang="{language}" dir="ltr">' in review
    assert (consent.words_language, consent.interpreter) == (language, "Line 4711")
    assert consent.words in html.unescape(review)
    assert ("Chúng tôi có thể" in consent.words) is (language == "vi")
