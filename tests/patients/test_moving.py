"""A patient moves to another clinic: offered, taken over into a record of its own, and nothing lost on the way."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member, Person
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent
from referral.kit.crypto import DataKey
from referral.kit.errors import Conflict, InvalidInput
from referral.patients.barring import bar_organization, bar_person, barred_organizations, barred_people
from referral.patients.consent_words import WORDS_VERSION
from referral.patients.consents import ConsentTaken, texting_route
from referral.patients.models import Patient
from referral.patients.moving import moves_of, offer_move
from referral.patients.queries import may_be_contacted, phones_of
from referral.patients.record_models import PatientMove
from referral.patients.states import ConsentMethod, MoveState
from referral.prescriptions.actions import PrescriptionOrder, Signer, sign_prescription
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town
from tests.sign_in import sign_in


class Move:
    """A patient of one clinic, a second clinic with a clinician in a browser of her own."""

    def __init__(self, app: Flask, town: Town, clinic: Member) -> None:
        self.app, self.town, self.session, self.old = app, town, town.session, clinic
        self.nurse = town.person(clinic, Role.NAVIGATOR, "Nina Nurse")
        self.new = town.clinic(name="West Clinic", phone="+15595550177")
        self.doctor = town.person(self.new, Role.CLINICIAN, "Dora Doctor")
        self.rosa = town.patient(clinic, record_number="OLD-7", chosen_name="Rosita")
        self.phone = town.phone(self.rosa)
        town.commit()

    def browser_of(self, person: Person) -> FlaskClient:
        client = self.app.test_client()
        sign_in(client, person)
        return client

    def offer(self) -> UUID:
        taken = ConsentTaken("May we?", "en", WORDS_VERSION, ConsentMethod.BY_PHONE, self.nurse.id)
        move = offer_move(self.session, self.rosa, self.new.id, taken=taken, note="She likes mornings.")
        self.town.commit()
        return move.id

    def take(self) -> str:
        address = f"/patients/arriving/{self.offer()}/take"
        response = self.browser_of(self.doctor).post(address)
        assert response.status_code == 303
        self.session.expire_all()
        return response.headers["Location"]

    def new_record(self) -> Patient:
        return self.session.scalars(select(Patient).where(Patient.clinic_id == self.new.id)).one()


@pytest.fixture
def move(app: Flask, town: Town, clinic: Member) -> Move:
    return Move(app, town, clinic)


def test_the_offer_keeps_the_words_who_and_when_as_a_disclosure(move: Move) -> None:
    move.offer()

    told = moves_of(move.session, move.rosa.id)[0]
    assert (told.words, told.in_whose_name, told.taken_by, told.clinic) == (
        "May we?", "patient", "Nina Nurse", "West Clinic",
    )  # fmt: skip
    assert "phones" in move.session.scalars(select(PatientMove)).one().fields


def test_the_move_stands_in_the_accounting_of_disclosures(move: Move) -> None:
    move.offer()
    officer = move.town.person(move.old, Role.PRIVACY_OFFICER)
    address = f"/privacy/patients/{move.rosa.id}/disclosures"
    move.town.commit()
    browser = move.browser_of(officer)

    for page in (browser.get(address), browser.get(f"{address}/printed")):
        assert page.status_code == 200
        for word in ("West Clinic", "May we?", "Nina Nurse"):
            assert word in page.text, word


def test_the_offer_is_made_on_a_page_that_shows_the_very_words(browser: FlaskClient, move: Move) -> None:
    address = f"/patients/{move.rosa.id}/move?to={move.new.id}"
    said = {"agrees": "y", "method": "by_phone", "in_whose_name": "patient", "words_language": "es"}
    page = browser.get(address).text

    response = browser.post(address, data=said | {"words_version": WORDS_VERSION})

    assert response.status_code == 303
    stored = move.session.scalars(select(PatientMove)).one()
    assert stored.words in page
    assert "West Clinic" in stored.words


def test_without_their_yes_nobody_is_moved(browser: FlaskClient, move: Move) -> None:
    response = browser.post(
        f"/patients/{move.rosa.id}/move?to={move.new.id}", data={"method": "by_phone", "note": "KEEP-THIS"}
    )

    assert response.status_code == 422
    assert "KEEP-THIS" in response.text
    assert move.session.scalars(select(PatientMove)).all() == []


def test_the_list_of_the_receiving_clinic_names_nobody(move: Move) -> None:
    move.offer()
    doctor = move.browser_of(move.doctor)

    page = doctor.get("/patients/arriving").text

    assert "Nina Nurse" in page
    assert "Rosita" not in page
    assert "waits to be taken over" in doctor.get("/patients/").text


def test_looking_at_an_offer_is_in_the_audit_of_the_clinic_that_offers(move: Move) -> None:
    move_id = move.offer()

    page = move.browser_of(move.doctor).get(f"/patients/arriving/{move_id}").text

    assert "Rosita" in page
    assert "OLD-7" not in page
    looks = select(AuditEvent).where(AuditEvent.kind == "read", AuditEvent.person_id == move.doctor.id)
    assert {(look.clinic_id, look.patient_id) for look in move.session.scalars(looks)} == {(move.old.id, move.rosa.id)}


def test_who_may_be_the_same_person_here_is_shown_before_taking_over(move: Move) -> None:
    known = move.town.patient(move.new)
    move.town.phone(known)
    move_id, address = move.offer(), f"/patients/{known.id}"

    page = move.browser_of(move.doctor).get(f"/patients/arriving/{move_id}").text

    assert address in page.split("These people at your clinic may be the same")[1]


def test_an_offer_is_nobody_elses(move: Move) -> None:
    move_id = move.offer()
    stranger = move.town.person(move.town.clinic(), Role.CLINICIAN)
    move.town.commit()

    for person in (stranger, move.nurse):
        browser = move.browser_of(person)
        assert browser.get(f"/patients/arriving/{move_id}").status_code == 404
        assert browser.post(f"/patients/arriving/{move_id}/take").status_code == 404


def test_taken_over_facts_and_phones_stand_under_a_key_of_their_own(move: Move) -> None:
    move.take()

    new = move.new_record()
    assert (new.chosen_name, new.written_language, new.record_number) == ("Rosita", "es", None)
    assert [view.e164 for view in phones_of(move.session, new.id)] == ["+15595550123"]
    assert move.session.get(DataKey, new.id) is not None
    assert new.chosen_name_sealed != move.rosa.chosen_name_sealed


def test_texting_consent_is_taken_anew_and_somebody_must_call(move: Move) -> None:
    move.take()

    new = move.new_record()
    assert texting_route(move.session, new).why_not == "safety_unknown"
    to_do = move.session.scalars(select(ToDo).where(ToDo.patient_id == new.id)).one()
    assert (to_do.reason, to_do.clinic_id, to_do.owner_person_id) == (
        ToDoReason.PATIENT_MOVED_HERE, move.new.id, move.new.owner_person_id,
    )  # fmt: skip


def test_referrals_under_way_stay_where_they_were_signed_and_the_page_says_so(browser: FlaskClient, move: Move) -> None:
    referral = move.town.referral(move.town.need(move.rosa), move.town.service(), state="accepted")

    address, listed = f"/patients/{move.rosa.id}", f"/referrals/{referral.id}"

    new_page = move.take()

    old = browser.get(address).text
    assert "stay with them until they are done" in move.browser_of(move.doctor).get(new_page).text
    assert (referral.clinic_id, referral.patient_id, referral.state) == (move.old.id, move.rosa.id, "accepted")
    assert listed in old.split("Still under way here")[1]
    assert "moved to West Clinic" in old


def test_texts_about_what_is_under_way_go_on_from_the_old_clinic(move: Move) -> None:
    move.take()

    assert texting_route(move.session, move.rosa).phone_number_id == move.phone.phone_number_id


def test_nothing_new_is_begun_with_a_record_that_moved(move: Move) -> None:
    move.take()

    assert not may_be_contacted(move.rosa)
    with pytest.raises(InvalidInput, match="Nothing can be prescribed"):
        sign_prescription(move.session, PrescriptionOrder(move.rosa.id, uuid4(), ()), by=Signer(move.nurse.id))


def test_taken_over_twice_it_is_one_record(move: Move) -> None:
    address = f"/patients/arriving/{move.offer()}/take"
    doctor = move.browser_of(move.doctor)

    first, second = doctor.post(address), doctor.post(address)

    assert first.headers["Location"] == second.headers["Location"]
    assert move.new_record() is not None


def test_an_offer_taken_back_cannot_be_taken_over(browser: FlaskClient, move: Move) -> None:
    move_id = move.offer()

    assert browser.post(f"/patients/{move.rosa.id}/move/withdraw").status_code == 303

    assert move.browser_of(move.doctor).post(f"/patients/arriving/{move_id}/take").status_code == 409
    move.session.expire_all()
    assert move.session.scalars(select(PatientMove)).one().state == MoveState.WITHDRAWN
    assert may_be_contacted(move.rosa)


def test_an_offer_turned_down_leaves_the_patient_where_they_are(move: Move) -> None:
    move_id = move.offer()

    assert move.browser_of(move.doctor).post(f"/patients/arriving/{move_id}/decline").status_code == 303

    move.session.expire_all()
    assert may_be_contacted(move.rosa)
    assert move.session.scalars(select(Patient.clinic_id)).all() == [move.old.id]


def test_an_offer_turned_down_twice_is_answered_as_the_first_time_and_others_are_told_that_it_is_over(
    move: Move,
) -> None:
    colleague = move.town.person(move.new, Role.CLINICIAN)
    address = f"/patients/arriving/{move.offer()}/decline"
    browser, other = move.browser_of(move.doctor), move.browser_of(colleague)

    answers = [each.post(address) for each in (browser, browser, other)]

    assert [each.status_code for each in answers] == [303, 303, 409]
    assert answers[1].location == answers[0].location


def test_one_patient_is_offered_to_one_clinic_at_a_time(move: Move) -> None:
    move.offer()

    with pytest.raises(Conflict, match="offered to a clinic already"):
        move.offer()


def test_organizations_that_were_barred_are_barred_at_the_new_clinic_and_people_are_not(move: Move) -> None:
    organization = move.town.organization(name="Never Them")
    taken = ConsentTaken("Never them.", "en", WORDS_VERSION, ConsentMethod.IN_PERSON, move.nurse.id)
    bar_organization(move.session, move.rosa, organization.id, why=None, taken=taken)
    carla = move.town.person(move.old, Role.CLINICIAN, "Carla")
    bar_person(move.session, move.rosa, carla.id, why=None, by=move.nurse.id)
    offered = move.offer()
    shown = move.browser_of(move.doctor).get(f"/patients/arriving/{offered}").text

    assert move.browser_of(move.doctor).post(f"/patients/arriving/{offered}/take").status_code == 303

    move.session.expire_all()
    new = move.new_record()
    assert "Never Them" in shown
    assert barred_organizations(move.session, new.id) == {organization.id}
    assert barred_people(move.session, new.id) == frozenset()
