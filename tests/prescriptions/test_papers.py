"""Papers: the slip's own page, the card in two languages, the receipt of what is shared, the note to copy."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from referral.accounts.plan_codes import plan_address
from referral.kit import clock
from referral.patients.consent_models import Disclosure
from referral.prescriptions.actions import Signer, sign_prescription
from referral.prescriptions.models import Prescription
from referral.prescriptions.need_plans import record_answers
from referral.referrals.actions import move
from referral.referrals.actors import THE_CLOCK, Actor, ActorKind
from referral.referrals.models import Referral
from referral.referrals.states import Mode, ReferralEvent
from referral.screening.hooks import NeedAnswer
from referral.screening.states import WantsHelp
from resources_directory.db import new_id
from tests.prescriptions.conftest import MakeOrder, page_of
from tests.referrals.conftest import Place

PAPERS = ("slip", "card", "receipt", "note")


def signed(place: Place, order: MakeOrder, signer: Signer, **facts: Any) -> str:
    """Sign and return the prescription's address."""
    prescription = sign_prescription(place.town.session, order(**facts), by=signer)
    place.town.commit()
    return f"/prescriptions/{prescription.id}"


def sheets(page: str) -> str:
    """Return what is printed."""
    return page[page.index("<article") : page.rindex("</article>")]


def test_the_slip_has_the_address_of_the_patients_page_as_words_and_picture(nurse, place: Place, order, signer):
    place.patient.birth_date_text = "1984-05-06"
    where = signed(place, order, signer)
    address = plan_address(place.town.session, place.patient.id, clinic_id=place.clinic.id)
    place.town.session.rollback()

    sheet = sheets(nurse.get(f"{where}/slip").text)

    assert address in sheet
    assert "<svg" in sheet


def test_the_address_tells_nothing_of_the_patient(place: Place):
    address = plan_address(place.town.session, place.patient.id, clinic_id=place.clinic.id)

    told = (place.patient.id.hex, "Rosa", "Molina", "food", "93702")
    assert not any(word in address for word in told)


def test_the_card_is_in_the_patients_language_and_in_english(nurse, place: Place, order, signer):
    page = nurse.get(f"{signed(place, order, signer)}/card").text

    assert page.count('<article class="slip"') == 2
    assert page.index('<article class="slip" lang="es"') < page.index('<article class="slip" lang="en"')
    assert "I speak Spanish (Español). If you do not, please use an interpreter." in page
    assert "Hazel Grove Clinic sent me to you." in page


def test_the_card_names_neither_patient_nor_need(nurse, place: Place, order, signer):
    sheet = sheets(nurse.get(f"{signed(place, order, signer)}/card").text)

    assert "Green Table Boxes" in sheet
    assert not any(word in sheet for word in ("Rosa", "Molina", "Food", "Comida"))


def test_a_language_without_pages_is_named_on_the_card(nurse, place: Place, order, signer):
    place.patient.spoken_language = place.patient.written_language = "so"

    page = nurse.get(f"{signed(place, order, signer)}/card").text

    assert page.count('<article class="slip"') == 1
    assert "I speak Somali (Soomaali). If you do not, please use an interpreter." in sheets(page)


def test_the_receipt_says_what_was_agreed_with_whom_and_how_to_stop(nurse, place: Place, order, signer):
    place.patient.written_language = "en"

    sheet = sheets(nurse.get(f"{signed(place, order, signer)}/receipt").text)

    assert "the need, name, phone" in sheet.replace("name, phone, the need", "the need, name, phone")
    assert "They have not looked at it yet." in sheet
    assert "You can stop sharing with any of them at any time" in sheet
    assert "(559) 555-0100" in sheet


def test_the_receipt_says_when_they_looked(nurse, place: Place, order, signer):
    place.patient.written_language = "en"
    where = signed(place, order, signer)
    session = place.town.session
    referral = session.query(Referral).one()
    own = {"clinic_id": place.clinic.id, "patient_id": place.patient.id, "referral_id": referral.id}
    own |= {"organization_id": referral.organization_id, "consent_id": referral.sharing_consent_id}
    place.town._add(Disclosure(**own, fields=["name"], channel="link", at=clock.now(), receiver_id=None))
    place.town.commit()

    assert "They have looked at it:" in nurse.get(f"{where}/receipt").text


def test_the_receipt_says_that_we_sent_it_and_not_that_they_looked(nurse, place: Place, order, signer):
    place.patient.written_language = "en"
    where = signed(place, order, signer)
    session = place.town.session
    move(session, session.query(Referral).one(), ReferralEvent.SEND, THE_CLOCK)
    place.town.commit()

    sheet = sheets(nurse.get(f"{where}/receipt").text)

    assert session.query(Disclosure).count() == 1
    assert "Sent to them:" in sheet
    assert "They have not looked at it yet." in sheet


@pytest.mark.parametrize(
    ("channel", "told", "looked"), [("phone", True, False), ("link", False, True), ("account", False, True)]
)
def test_what_was_told_on_the_phone_is_no_look(
    nurse, place: Place, order, signer, channel: str, told: bool, looked: bool
):
    place.patient.written_language = "en"
    where = signed(place, order, signer)
    referral = place.town.session.query(Referral).one()
    own = {"clinic_id": place.clinic.id, "patient_id": place.patient.id, "referral_id": referral.id}
    own |= {"organization_id": referral.organization_id, "consent_id": referral.sharing_consent_id}
    place.town._add(Disclosure(**own, fields=["name"], channel=channel, at=clock.now(), receiver_id=None))
    place.town.commit()

    sheet = sheets(nurse.get(f"{where}/receipt").text)

    assert ("Told to them on the phone:" in sheet, "They have looked at it:" in sheet) == (told, looked)
    assert "They have not looked at it yet." not in sheet


def test_the_slip_has_the_day_of_the_clinic_also_in_the_evening(nurse, place: Place, order, signer):
    place.patient.written_language = "en"
    where = signed(place, order, signer)
    evening = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)  # half past five in the afternoon in Los Angeles
    place.town.session.query(Prescription).one().signed_at = evening
    place.town.commit()

    sheet = sheets(nurse.get(f"{where}/slip").text)

    assert "Nov 23, 2026" in sheet
    assert "Nov 24" not in sheet


def test_the_receipt_is_in_the_patients_language(nurse, place: Place, order, signer):
    assert '<article class="slip" lang="es"' in nurse.get(f"{signed(place, order, signer)}/receipt").text


@pytest.mark.parametrize(("state", "names"), [("declined", True), ("completed", True), ("withdrawn", False)])
def test_the_receipt_never_says_that_nothing_was_given_where_something_was(
    nurse, place: Place, order, signer, state: str, names: bool
):
    place.patient.written_language = "en"
    where = signed(place, order, signer)
    place.town.session.query(Referral).one().state = state
    place.town.commit()

    sheet = sheets(nurse.get(f"{where}/receipt").text)

    assert "Nothing about you was given" not in sheet
    assert ("Green Table" in sheet) is names


def test_the_receipt_keeps_who_was_told_what_after_a_recall(nurse, place: Place, order, signer):
    place.patient.written_language = "en"
    where = signed(place, order, signer)
    session = place.town.session
    referral = session.query(Referral).one()
    move(session, referral, ReferralEvent.SEND, THE_CLOCK)
    move(session, referral, ReferralEvent.MARK_ERROR, Actor(ActorKind.MEMBERSHIP, signer.person_id, signer.name))
    place.town.commit()

    sheet = sheets(nurse.get(f"{where}/receipt").text)

    assert "Green Table" in sheet
    assert "We told them to delete what they know." in sheet
    assert "They had been told: " in sheet
    assert "What they may know" not in sheet


def test_papers_of_who_reads_no_language_are_in_the_one_they_speak(nurse, place: Place, order, signer):
    place.patient.written_language = "none"

    assert '<article class="slip" lang="es"' in nurse.get(f"{signed(place, order, signer)}/receipt").text


def test_where_nothing_was_sent_the_receipt_says_so(nurse, place: Place, order, signer):
    place.patient.written_language = "en"

    page = nurse.get(f"{signed(place, order, signer, mode=Mode.SELF_DIRECTED)}/receipt").text

    assert "Nothing about you was given to any organization" in page


def test_the_note_says_what_was_prescribed_agreed_and_when_it_is_asked_again(nurse, place: Place, order, signer):
    other = place.town.need(place.patient, "housing")
    later = NeedAnswer(other.id, WantsHelp.NOT_NOW, again_on=clock.now().date().replace(day=1, month=1, year=2027))
    record_answers(place.town.session, [later], form_id=new_id(), by=None)

    page = nurse.get(f"{signed(place, order, signer)}/note").text
    note = page[page.index("<textarea") : page.index("</textarea>")]

    assert "Food: Green Table Boxes" in note
    assert "The patient agreed to share:" in note
    assert "Housing: Not now; to be asked again on Jan 1, 2027." in note
    assert "by Clara" in note
    assert "Rosa" not in note


ENDED = [
    ("declined", "Declined"),
    ("expired", "No answer came"),
    ("completed", "Help was received"),
    ("not_completed", "Help did not come"),
    ("withdrawn", "Withdrawn"),
    ("cancelled", "Cancelled"),
    ("entered_in_error", "in error"),
]


@pytest.mark.parametrize(("state", "words"), ENDED)
def test_the_note_names_what_is_over_too_with_how_it_ended(nurse, place: Place, order, signer, state: str, words: str):
    where = signed(place, order, signer)
    place.town.session.query(Referral).one().state = state
    place.town.commit()

    note = nurse.get(f"{where}/note").text

    assert "Food: Green Table Boxes" in note
    ended = note[note.index("How it ended") :].splitlines()[0]
    assert words.lower() in ended.lower()
    assert "is asked by text or phone" not in note


def test_the_note_leaves_out_a_signature_that_was_undone(nurse, place: Place, order, signer):
    where = signed(place, order, signer)
    place.town.session.query(Referral).one().state = "draft"
    place.town.commit()

    assert "Green Table" not in nurse.get(f"{where}/note").text


@pytest.mark.parametrize("state", ["declined", "completed"])
def test_a_sensitive_need_that_is_over_stays_off_the_note_unless_chosen(nurse, place: Place, order, signer, state: str):
    place.need.domain = "interpersonal_safety"
    where = signed(place, order, signer, mode=Mode.PHONE_HAND_OVER)
    place.town.session.query(Referral).one().state = state
    place.town.commit()

    assert "Green Table" not in nurse.get(f"{where}/note").text
    assert "Green Table" in nurse.get(f"{where}/note?with=sensitive").text


def test_the_note_can_be_copied_without_script(nurse, place: Place, order, signer):
    page = nurse.get(f"{signed(place, order, signer)}/note").text

    assert "readonly" in page
    assert "Select everything, copy it" in page


@pytest.mark.parametrize("paper", PAPERS)
def test_a_sensitive_need_stays_off_every_paper_unless_chosen(nurse, place: Place, order, signer, paper: str):
    place.need.domain = "interpersonal_safety"
    where = signed(place, order, signer, mode=Mode.PHONE_HAND_OVER)

    usual, chosen = nurse.get(f"{where}/{paper}").text, nurse.get(f"{where}/{paper}?with=sensitive").text

    assert "Green Table" not in usual
    assert "Safety with other people" not in usual
    # Nothing is shared with a service that is only called, so the receipt has nothing of it to tell.
    assert ("Green Table" in chosen) == (paper != "receipt")


def test_a_sensitive_need_that_waits_stays_off_the_note(nurse, place: Place, order, signer):
    other = place.town.need(place.patient, "legal_immigration")
    record_answers(
        place.town.session,
        [NeedAnswer(other.id, WantsHelp.ALREADY, helped_by="A lawyer")],
        form_id=new_id(),
        by=None,
    )

    where = signed(place, order, signer)

    assert "lawyer" not in nurse.get(f"{where}/note").text
    assert "lawyer" in nurse.get(f"{where}/note?with=sensitive").text


@pytest.mark.parametrize("paper", PAPERS)
def test_nobody_else_gets_a_paper(client: FlaskClient, place: Place, order, signer, paper: str):
    where = signed(place, order, signer)

    assert client.get(f"{where}/{paper}").status_code == 302


def test_the_list_without_a_record_is_printed_in_a_chosen_language(offered: Place, nurse: FlaskClient):
    english = nurse.get("/directory/printed?need=food").text
    spanish = nurse.get("/directory/printed?need=food&in=es").text

    assert '<article class="slip" lang="en"' in english
    assert "need=food&amp;in=es" in english
    assert '<article class="slip" lang="es"' in spanish
    assert "Green Table Boxes" in spanish


def test_the_list_without_a_record_is_reached_from_the_clinicians_pages(offered: Place, nurse: FlaskClient):
    for page in (page_of(offered), "/my-patients"):
        assert "Print a list of places without any record" in nurse.get(page).text
