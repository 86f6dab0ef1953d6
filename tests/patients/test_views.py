"""Finding, registering, showing and correcting patients through their pages."""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent
from referral.kit.scope import ScopedSession
from referral.patients.actions import PatientFacts, register_patient
from referral.patients.models import Patient, PatientPhone
from referral.patients.queries import phones_of
from tests.factories import Town
from tests.sign_in import sign_in

LANGUAGES = {"written_language": "", "spoken_language": "", "privacy_level": "standard"}
ROSA = {"given_name": "Rosa", "family_name": "Molina", "birth_date": "1980-02-03"}
PHONE = {"phone": "559-555-0123", "holder": "self", "sms_ok": "unknown"}


def register(browser: FlaskClient, **typed: str) -> tuple[int, str]:
    """Send the registration and return (status, page or address)."""
    form = {"form_id": str(uuid4()), "holder": "self", "sms_ok": "unknown"} | LANGUAGES | typed
    response = browser.post("/patients/new", data=form)
    return response.status_code, response.headers.get("Location") or response.text


def registered(session: ScopedSession) -> list[Patient]:
    """Return all patients; the transaction is over afterwards, so that pages can write."""
    session.expire_all()
    patients = session.query(Patient).order_by(Patient.created_at, Patient.id).all()
    session.commit()
    return patients


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"given_name": "Suharto"}, "one name only"),
        ({"family_name": "García", "second_family_name": "Núñez", "given_name": "Ana"}, "two family names"),
        ({"chosen_name": "Sol"}, "only the name they go by"),
        ({"given_name": "Mai", "written_language": "none", "spoken_language": "hmn"}, "reads no language"),
        ({"given_name": "Ali", "birth_date": "", "zip_code": "", "phone": ""}, "nothing but a name"),
    ],
)
def test_a_patient_is_registered_with_whatever_is_known(
    browser: FlaskClient, session: ScopedSession, typed: dict[str, str], why: str
) -> None:
    status, address = register(browser, **typed)

    assert status == 303, why
    page = browser.get(address)
    assert page.status_code == 200
    assert next(value for name, value in typed.items() if name.endswith("name")) in page.text


def test_a_registered_patient_has_the_first_phone(browser: FlaskClient, session: ScopedSession) -> None:
    register(browser, **ROSA, **PHONE)

    patient = registered(session)[0]
    assert [view.e164 for view in phones_of(session, patient.id)] == ["+15595550123"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"given_name": ""}, "Type at least one name"),
        ({"given_name": "A", "birth_date": "2190-01-01"}, "in the future"),
        ({"given_name": "A", "birth_date": "2999-01-01"}, "Check the year"),
        ({"given_name": "A", "birth_date": "31/31/1980"}, "Not a valid date value"),
        ({"given_name": "A", "phone": "12"}, "too few or too many digits"),
        ({"given_name": "A", "phone": "none at all"}, "not a phone number"),
        ({"given_name": "A", "zip_code": "9370"}, "five digits"),
        ({"given_name": "A", "written_language": "xx"}, "cannot be chosen here"),
        ({"given_name": "A" * 121}, "longer than 120"),
    ],
)
def test_a_broken_fact_is_told_and_nothing_typed_is_lost(
    browser: FlaskClient, session: ScopedSession, typed: dict[str, str], told: str
) -> None:
    status, page = register(browser, record_number="KEEP-77", **typed)

    assert status == 422
    assert told in page
    assert "error-summary" in page
    assert 'value="KEEP-77"' in page
    assert registered(session) == []


def test_the_same_form_sent_twice_makes_one_patient(browser: FlaskClient, session: ScopedSession) -> None:
    form_id = str(uuid4())

    first = register(browser, form_id=form_id, **ROSA, **PHONE)
    second = register(browser, form_id=form_id, **ROSA, **PHONE)

    assert first == second
    assert len(registered(session)) == 1
    assert session.query(PatientPhone).count() == 1


def test_somebody_alike_is_shown_before_saving_and_nothing_typed_is_lost(
    browser: FlaskClient, session: ScopedSession
) -> None:
    register(browser, **ROSA)

    status, page = register(browser, given_name="Rosa", birth_date="1980-02-03", record_number="NEW-1")

    assert status == 422
    assert "These people may be the same" in page
    assert f"/patients/{registered(session)[0].id}" in page
    assert 'value="NEW-1"' in page
    assert len(registered(session)) == 1


def test_register_anyway_registers_somebody_alike(browser: FlaskClient, session: ScopedSession) -> None:
    register(browser, **ROSA)

    status, _address = register(browser, **ROSA, register_anyway="1")

    assert status == 303
    assert len(registered(session)) == 2


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"words": "rosa molina"}, "whole names in any case"),
        ({"words": "mol"}, "the first three letters"),
        ({"birth_date": "1980-02-03"}, "birth date"),
        ({"phone": "(559) 555-0123"}, "phone, however it is typed"),
        ({"record_number": "ab 12"}, "record number without blanks"),
    ],
)
def test_a_patient_is_found(browser: FlaskClient, typed: dict[str, str], why: str) -> None:
    register(browser, **ROSA, **PHONE, record_number="AB12")
    register(browser, given_name="Omar")

    page = browser.post("/patients/", data=typed).text

    assert "Rosa Molina" in page, why
    assert "Omar" not in page, why


def test_a_search_that_finds_nobody_says_what_to_do(browser: FlaskClient) -> None:
    page = browser.post("/patients/", data={"words": "nobody"}).text

    assert "Nobody fits all of that" in page
    assert 'value="nobody"' in page


def test_a_search_with_a_broken_phone_is_told(browser: FlaskClient) -> None:
    response = browser.post("/patients/", data={"phone": "abc"})

    assert response.status_code == 422
    assert "not a phone number" in response.text


def test_the_list_has_pages_and_survives_odd_page_numbers(browser: FlaskClient, town: Town, clinic: Member) -> None:
    for _n in range(26):
        facts = PatientFacts(given_name="Rosa", family_name="Molina")
        register_patient(town.session, facts, clinic_id=clinic.id, by=None)
    town.commit()

    assert "Page 1 of 2" in browser.get("/patients/").text
    assert browser.get("/patients/?page=2").text.count("Rosa Molina") == 1
    assert "Page 1 of 2" in browser.post("/patients/", data={"words": "rosa"}).text
    for odd in ("0", "-5", "x", "99999999999999999999"):
        assert browser.get(f"/patients/?page={odd}").status_code == 200


def test_a_patient_of_another_clinic_is_not_there(browser: FlaskClient, town: Town) -> None:
    foreign = town.patient(town.clinic(), given_name="Hidden")
    phone = town.phone(foreign)
    town.commit()

    assert browser.get(f"/patients/{foreign.id}").status_code == 404
    assert browser.get(f"/patients/{foreign.id}/edit").status_code == 404
    assert browser.get(f"/patients/{foreign.id}/phones/{phone.id}/texting").status_code == 404
    assert browser.post(f"/patients/{foreign.id}/phones/{phone.id}/stop").status_code == 404
    assert "Hidden" not in browser.get("/patients/").text


def test_an_analyst_sees_no_patients(client: FlaskClient, town: Town, clinic: Member) -> None:
    analyst = town.person(clinic, Role.ANALYST)
    town.commit()
    sign_in(client, analyst)

    assert client.get("/patients/").status_code == 404
    assert client.post("/patients/new", data=ROSA).status_code == 404


def test_looking_at_a_patient_is_audited(browser: FlaskClient, session: ScopedSession) -> None:
    _status, address = register(browser, **ROSA)

    browser.get(address)

    read = session.query(AuditEvent).filter_by(kind="read", place="patients.show_patient").one()
    assert str(read.patient_id) in address


def edit(browser: FlaskClient, patient_id: UUID, version: int, **typed: str) -> tuple[int, str]:
    form = {"version": str(version)} | LANGUAGES | typed
    response = browser.post(f"/patients/{patient_id}/edit", data=form)
    return response.status_code, response.text


def test_a_corrected_patient_is_found_under_the_new_name(browser: FlaskClient, session: ScopedSession) -> None:
    register(browser, **ROSA)
    patient = registered(session)[0]

    status, _page = edit(browser, patient.id, patient.version, given_name="Rosalía")

    assert status == 303
    assert "Rosalía" in browser.post("/patients/", data={"words": "rosalia"}).text
    assert "Rosalía" not in browser.post("/patients/", data={"words": "molina"}).text


def test_a_colliding_correction_shows_both_and_loses_neither(browser: FlaskClient, session: ScopedSession) -> None:
    register(browser, **ROSA)
    patient = registered(session)[0]
    opened_at = patient.version
    edit(browser, patient.id, opened_at, given_name="Rosa", zip_code="93701")

    status, page = edit(browser, patient.id, opened_at, given_name="Rosa", zip_code="93702")

    assert status == 409
    assert "93701" in page
    assert 'value="93702"' in page
    assert registered(session)[0].zip_code == "93701"


def test_after_a_collision_the_second_saving_is_taken(browser: FlaskClient, session: ScopedSession) -> None:
    register(browser, **ROSA)
    patient = registered(session)[0]
    opened_at = patient.version
    edit(browser, patient.id, opened_at, given_name="Rosa", zip_code="93701")
    stands_at = registered(session)[0].version
    _status, page = edit(browser, patient.id, opened_at, given_name="Rosa", zip_code="93702")

    assert f'name="version" type="hidden" value="{stands_at}"' in page
    edit(browser, patient.id, stands_at, given_name="Rosa", zip_code="93702")
    assert registered(session)[0].zip_code == "93702"


def test_a_correction_without_a_name_is_refused_and_kept_on_the_page(
    browser: FlaskClient, session: ScopedSession
) -> None:
    register(browser, **ROSA)
    patient = registered(session)[0]

    status, page = edit(browser, patient.id, patient.version, record_number="KEEP-1")

    assert status == 422
    assert "Type at least one name" in page
    assert 'value="KEEP-1"' in page


def test_the_edit_page_holds_what_is_known(browser: FlaskClient, session: ScopedSession) -> None:
    register(browser, **ROSA, written_language="none", spoken_language="so")

    page = browser.get(f"/patients/{registered(session)[0].id}/edit").text

    assert 'value="1980-02-03"' in page
    assert '<option selected value="none">' in page
    assert '<option selected value="so">' in page


@pytest.mark.parametrize(
    ("language", "named", "neutral"),
    [
        ("en", "Hazel: ", "Your request: "),
        ("es", "Hazel: ", "Su solicitud: "),
        ("ar", "من Hazel: ", "من خدمة الطلبات: "),
        ("so", "Hazel: ", "Your request: "),  # no texts in it: shown in English to whoever fills the form
    ],
)
def test_each_level_of_privacy_shows_how_a_text_then_reads(
    browser: FlaskClient, town: Town, clinic: Member, language: str, named: str, neutral: str
) -> None:
    clinic.texting_name = "Hazel"
    patient = town.patient(clinic, written_language=language)
    town.commit()

    for page in (browser.get(f"/patients/{patient.id}/edit").text, browser.get("/patients/new").text):
        assert "Hazel: " in page
        assert "Nothing is sent. Somebody calls instead." in page
    page = browser.get(f"/patients/{patient.id}/edit").text
    assert page.index(f"“\u2068{named}") < page.index(f"“\u2068{neutral}")


def test_a_phone_is_added_and_retired(browser: FlaskClient, session: ScopedSession) -> None:
    register(browser, **ROSA)
    patient = registered(session)[0]

    added = browser.post(f"/patients/{patient.id}/phones", data=PHONE | {"is_shared": "y"})
    phone = phones_of(session, patient.id)[0].phone
    session.commit()
    retired = browser.post(f"/patients/{patient.id}/phones/{phone.id}/retire")

    assert (added.status_code, retired.status_code) == (303, 303)
    assert phone.is_shared
    session.expire_all()
    assert phones_of(session, patient.id) == []


def test_an_empty_phone_is_told(browser: FlaskClient, session: ScopedSession) -> None:
    register(browser, **ROSA)

    response = browser.post(f"/patients/{registered(session)[0].id}/phones", data={"holder": "self", "sms_ok": "no"})

    assert response.status_code == 422
    assert "Type the phone number" in response.text
