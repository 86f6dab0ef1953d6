"""One phone that two people give as their own: said to whoever may know, and shared until somebody says otherwise."""

from html import unescape
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.kit.scope import ScopedSession
from referral.patients.actions import PhoneFacts, add_phone
from referral.patients.barring import bar_person
from referral.patients.consents import texting_route
from referral.patients.models import Patient, PatientPhone
from referral.patients.record_models import PatientCorrection
from referral.patients.states import PhoneHolder, SmsSafety
from referral.plan.keys import Opener, opener_of
from tests.factories import Town
from tests.sign_in import sign_in

NUMBER = "+15595550123"
TYPED = {"phone": "559-555-0123", "holder": "self", "sms_ok": "yes"}
ASKED = "Who uses this number?"


@pytest.fixture
def mother(town: Town, clinic: Member) -> Patient:
    """Elena Soto, who may be texted at her own phone."""
    patient = town.patient(clinic, given_name="Elena", family_name="Soto", birth_date_text="1980-01-01")
    town.phone(patient, NUMBER)
    return patient


@pytest.fixture
def daughter(town: Town, clinic: Member, mother: Patient) -> Patient:
    """Luz Soto, of whom no phone is known yet."""
    return town.patient(clinic, given_name="Luz", family_name="Soto", birth_date_text="2009-01-01")


def shared(session: ScopedSession, patient: Patient) -> bool:
    """Return whether the one phone of the patient counts as shared, as it is stored now."""
    session.commit()
    session.expire_all()
    rows = session.scalars(select(PatientPhone).where(PatientPhone.patient_id == patient.id)).all()
    assert len(rows) == 1
    return rows[0].is_shared


def test_a_number_that_two_people_give_counts_as_shared_for_both(
    session: ScopedSession, mother: Patient, daughter: Patient
) -> None:
    add_phone(session, daughter, PhoneFacts(NUMBER, sms_ok=SmsSafety.YES), by=None)

    for patient in (mother, daughter):
        assert opener_of(session, patient) is Opener.NOTHING_OTHERS_KNOW
    route = texting_route(session, mother)
    assert route.is_shared
    assert route.is_neutral
    told = session.scalars(select(PatientCorrection).where(PatientCorrection.patient_id == mother.id)).one()
    assert (told.fact, told.by) == ("phone", None)


def test_the_number_of_a_parent_on_the_childs_record_is_nobody_elses_secret(
    session: ScopedSession, mother: Patient, daughter: Patient
) -> None:
    add_phone(session, daughter, PhoneFacts(NUMBER, PhoneHolder.PARENT), by=None)

    assert not shared(session, mother)


def test_it_stays_as_somebody_said_until_another_record_gets_it(
    session: ScopedSession, town: Town, clinic: Member, mother: Patient, daughter: Patient
) -> None:
    add_phone(session, daughter, PhoneFacts(NUMBER), by=None)
    add_phone(session, daughter, PhoneFacts(NUMBER, is_shared=False), by=None)
    town.commit()
    assert not shared(session, daughter)

    add_phone(session, town.patient(clinic, given_name="Leo"), PhoneFacts(NUMBER), by=None)
    town.commit()

    assert shared(session, daughter)


@pytest.mark.parametrize("ends", ["deceased_at", "moved_at", "merged"])
def test_whoever_died_moved_or_is_the_same_person_shares_it_with_nobody(
    session: ScopedSession, mother: Patient, daughter: Patient, ends: str
) -> None:
    if ends == "merged":
        mother.merged_into_id = daughter.id
    else:
        setattr(mother, ends, mother.created_at)
    session.flush()

    phone = add_phone(session, daughter, PhoneFacts(NUMBER), by=None)

    assert not phone.is_shared


def test_the_same_person_at_another_clinic_shares_it_with_nobody(
    session: ScopedSession, town: Town, mother: Patient
) -> None:
    facts = {"given_name": "ELENA", "family_name": "Soto", "birth_date_text": "1980-01-01"}
    there = town.patient(town.clinic(), **facts)

    assert not add_phone(session, there, PhoneFacts(NUMBER), by=None).is_shared
    assert not shared(session, mother)


def test_adding_it_names_the_other_record_and_asks_who_uses_it(
    browser: FlaskClient, session: ScopedSession, town: Town, mother: Patient, daughter: Patient
) -> None:
    town.commit()
    page = f"/patients/{daughter.id}/phones"

    first = browser.post(page, data=TYPED)

    assert first.status_code == 422
    assert ASKED in first.text
    assert "Elena Soto" in first.text
    assert f"/patients/{daughter.id}/merge/{mother.id}" in first.text
    assert not session.scalars(select(PatientPhone).where(PatientPhone.patient_id == daughter.id)).all()
    session.rollback()
    assert browser.post(page, data=TYPED | {"same_number": "both"}).status_code == 303
    assert shared(session, daughter)
    assert shared(session, mother)


def test_said_to_be_theirs_alone_it_is_shared_on_the_other_record_only(
    browser: FlaskClient, session: ScopedSession, town: Town, mother: Patient, daughter: Patient
) -> None:
    town.commit()

    browser.post(f"/patients/{daughter.id}/phones", data=TYPED | {"same_number": "own"})

    assert not shared(session, daughter)
    assert shared(session, mother)


@pytest.mark.parametrize("said", [{"is_shared": "y"}, {"holder": "parent"}])
def test_nobody_is_asked_what_they_have_said_already(
    browser: FlaskClient, town: Town, mother: Patient, daughter: Patient, said: dict[str, str]
) -> None:
    town.commit()

    assert browser.post(f"/patients/{daughter.id}/phones", data=TYPED | said).status_code == 303


def test_registering_says_whose_number_it_is_and_asks(
    browser: FlaskClient, session: ScopedSession, town: Town, mother: Patient
) -> None:
    town.commit()
    form = {"form_id": str(uuid4()), "given_name": "Luz", "written_language": "", "spoken_language": ""}
    form |= {"privacy_level": "standard"} | TYPED

    first = browser.post("/patients/new", data=form)
    assert first.status_code == 422
    assert "One record here has this phone number too: Elena Soto." in first.text
    assert ASKED in first.text

    assert browser.post("/patients/new", data=form | {"register_anyway": "1"}).status_code == 303
    luz = next(each for each in session.scalars(select(Patient)) if each.given_name == "Luz")
    assert shared(session, luz)


def test_the_pages_of_the_patient_and_of_texting_name_the_other_record(
    browser: FlaskClient, session: ScopedSession, town: Town, mother: Patient, daughter: Patient
) -> None:
    phone = town.phone(daughter, NUMBER)
    town.commit()
    pages = ["", "/phones", f"/phones/{phone.id}/texting"]

    for page in pages:
        text = browser.get(f"/patients/{daughter.id}{page}").text
        assert "Another record here has this number too" in text, page
        assert "Elena Soto" in text, page
        assert "Nobody else reads it" not in text, page


def test_another_clinics_record_is_not_disclosed_and_counts_all_the_same(
    browser: FlaskClient, session: ScopedSession, town: Town, clinic: Member
) -> None:
    there = town.patient(town.clinic(), given_name="Hidden", family_name="Person")
    town.phone(there, NUMBER)
    here = town.patient(clinic)
    town.commit()

    assert browser.post(f"/patients/{here.id}/phones", data=TYPED).status_code == 303

    for page in ("", "/phones"):
        text = unescape(browser.get(f"/patients/{here.id}{page}").text)
        assert "Another record" not in text
        assert "Hidden" not in text
    assert shared(session, here)
    assert shared(session, there)


def test_a_record_that_barred_this_person_is_not_disclosed(
    client: FlaskClient, session: ScopedSession, town: Town, clinic: Member, mother: Patient, daughter: Patient
) -> None:
    barred = town.person(clinic, Role.NAVIGATOR)
    bar_person(session, mother, barred.id, why=None, by=barred.id)
    town.commit()
    sign_in(client, barred)

    assert client.post(f"/patients/{daughter.id}/phones", data=TYPED).status_code == 303

    assert "Elena" not in client.get(f"/patients/{daughter.id}/phones").text
    assert shared(session, daughter)
