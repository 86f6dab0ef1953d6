"""Every correction keeps who, when, the old value and the new one; two people at once lose nothing."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.kit.scope import ScopedSession
from referral.patients.actions import PatientFacts, PhoneFacts, add_phone, correct_patient, facts_of, retire_phone
from referral.patients.corrections import corrections_of
from referral.patients.models import Patient
from referral.patients.record_models import NeverRewritten, PatientCorrection
from tests.factories import Town

FORM = {
    "given_name": "Rosa",
    "family_name": "Molina",
    "written_language": "es",
    "spoken_language": "es",
    "zip_code": "93702",
    "privacy_level": "standard",
}


@pytest.fixture
def rosa(town: Town, clinic: Member) -> Patient:
    return town.patient(clinic)


def test_a_correction_keeps_who_when_old_and_new(town: Town, clinic: Member, rosa: Patient) -> None:
    nurse = town.person(clinic, Role.NAVIGATOR, "Nina Nurse")

    correct_patient(town.session, rosa, PatientFacts(given_name="Rosita"), version=rosa.version, by=nurse.id)

    changes = {row.fact: row for row in corrections_of(town.session, rosa.id).rows}
    assert (changes["given_name"].old, changes["given_name"].new) == ("Rosa", "Rosita")
    assert (changes["family_name"].old, changes["family_name"].new) == ("Molina", None)
    assert changes["given_name"].by == "Nina Nurse"
    assert "chosen_name" not in changes


def test_the_values_of_the_history_are_sealed(town: Town, rosa: Patient) -> None:
    correct_patient(town.session, rosa, PatientFacts(given_name="Rosita"), version=rosa.version)

    stored = town.session.execute(select(PatientCorrection.__table__)).all()
    assert stored
    assert all(b"Rosita" not in (row.new_value_sealed or b"") for row in stored)


def test_saving_without_a_change_writes_no_history(town: Town, rosa: Patient) -> None:
    correct_patient(town.session, rosa, facts_of(rosa), version=rosa.version)

    assert corrections_of(town.session, rosa.id).total == 0


def test_phones_have_a_history_too(town: Town, rosa: Patient) -> None:
    phone = add_phone(town.session, rosa, PhoneFacts("+15595550123"), by=None)
    add_phone(town.session, rosa, PhoneFacts("+15595550123", is_shared=True), by=None)
    retire_phone(town.session, phone)

    told = [(row.old, row.new) for row in reversed(corrections_of(town.session, rosa.id).rows)]
    assert [old is None for old, _new in told] == [True, False, False]
    assert told[-1][1] is None


def test_history_is_never_rewritten(town: Town, rosa: Patient) -> None:
    correct_patient(town.session, rosa, PatientFacts(given_name="Rosita"), version=rosa.version)
    row = town.session.scalars(select(PatientCorrection).order_by(PatientCorrection.id).limit(1)).one()
    row.new_value = "Somebody else"

    with pytest.raises(NeverRewritten):
        town.session.flush()


def test_the_page_tells_the_history_in_words(browser: FlaskClient, town: Town, rosa: Patient) -> None:
    town.commit()
    empty = browser.get(f"/patients/{rosa.id}/history").text
    browser.post(f"/patients/{rosa.id}/edit", data=FORM | {"written_language": "none", "version": "1"})

    page = browser.get(f"/patients/{rosa.id}/history").text

    assert "Nothing was changed since" in empty
    assert "Language they read" in page
    assert "Reads no language" in page


def test_a_colliding_edit_shows_both_and_both_end_in_the_history(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    town.commit()
    browser.post(f"/patients/{rosa.id}/edit", data=FORM | {"given_name": "Rosalia", "version": "1"})
    late = browser.post(f"/patients/{rosa.id}/edit", data=FORM | {"given_name": "Rosario", "version": "1"})
    browser.post(f"/patients/{rosa.id}/edit", data=FORM | {"given_name": "Rosario", "version": "2"})

    assert late.status_code == 409
    assert "Rosalia" in late.text
    assert "Rosario" in late.text
    changes = [(row.old, row.new) for row in corrections_of(session, rosa.id).rows]
    assert changes == [("Rosalia", "Rosario"), ("Rosa", "Rosalia")]
