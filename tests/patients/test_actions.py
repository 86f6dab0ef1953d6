"""Registering patients and adding phones, below the pages."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from flask import Flask

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.patients.actions import (
    PatientFacts,
    PhoneFacts,
    add_phone,
    correct_patient,
    phone_number,
    register_patient,
    retire_phone,
)
from referral.patients.models import Patient, PhoneNumber
from referral.patients.queries import Search, display_name, find_patients, likely_duplicates, phones_of
from referral.patients.states import PhoneHolder
from tests.factories import Town


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (PatientFacts(), "given_name"),
        (PatientFacts(given_name="A", birth_date=clock.wall().date() + timedelta(days=2)), "birth_date"),
        (PatientFacts(given_name="A", birth_date=clock.wall().date().replace(year=1850, day=1)), "birth_date"),
        (PatientFacts(given_name="A", written_language="xx"), "written_language"),
        (PatientFacts(given_name="A", spoken_language="none"), "spoken_language"),
    ],
)
def test_facts_that_cannot_be_true_name_their_field(town: Town, facts: PatientFacts, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        register_patient(town.session, facts, clinic_id=town.clinic().id, by=None)

    assert refused.value.field == field


def test_the_same_registration_twice_in_one_moment_makes_one_patient(
    app: Flask, database: Database, town: Town
) -> None:
    clinic_id, form_id, gate = town.clinic().id, uuid4(), Barrier(2)
    town.commit()

    def register(_n: int) -> tuple[UUID, str | None]:
        with app.app_context(), database.job("test") as session:
            gate.wait(timeout=10) if database.engine.dialect.name == "postgresql" else None
            facts = PatientFacts(given_name="Rosa")
            patient = register_patient(session, facts, clinic_id=clinic_id, by=None, patient_id=form_id)
            return patient.id, patient.given_name

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(register, range(2))) == [(form_id, "Rosa")] * 2
    assert town.session.query(Patient).count() == 1


def test_two_people_who_write_down_one_new_number_share_it(app: Flask, database: Database, town: Town) -> None:
    town.commit()
    gate = Barrier(2)

    def write_down(_n: int) -> tuple[UUID, str | None]:
        with app.app_context(), database.job("test") as session:
            gate.wait(timeout=10) if database.engine.dialect.name == "postgresql" else None
            number = phone_number(session, "+15595550199")
            return number.id, number.number

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(write_down, range(2))
    assert first == second
    assert first[1] == "+15595550199"
    assert town.session.query(PhoneNumber).count() == 1


def test_a_patient_changed_by_another_is_not_overwritten(session: ScopedSession, town: Town) -> None:
    patient = town.patient(town.clinic())

    with pytest.raises(Conflict):
        correct_patient(session, patient, PatientFacts(given_name="X"), version=patient.version - 1)

    assert patient.given_name == "Rosa"


def test_the_same_number_again_changes_what_is_known_of_it(session: ScopedSession, town: Town) -> None:
    patient = town.patient(town.clinic())
    add_phone(session, patient, PhoneFacts("+15595550123"), by=None)

    add_phone(session, patient, PhoneFacts("+15595550123", PhoneHolder.PARENT, is_shared=True), by=None)

    (view,) = phones_of(session, patient.id)
    assert (view.phone.holder, view.phone.is_shared) == (PhoneHolder.PARENT, True)


def test_a_retired_phone_that_comes_back_is_a_new_one_without_the_old_consent(
    session: ScopedSession, town: Town
) -> None:
    patient = town.patient(town.clinic())
    old = town.phone(patient)

    retire_phone(session, old)
    new = add_phone(session, patient, PhoneFacts("+15595550123"), by=None)

    assert new.id != old.id
    assert [view.phone.id for view in phones_of(session, patient.id)] == [new.id]


def test_a_chosen_name_stands_before_the_family_names(town: Town) -> None:
    patient = town.patient(town.clinic(), chosen_name="Sol", second_family_name="Ruiz")

    assert display_name(patient) == "Sol Molina Ruiz"


@pytest.mark.parametrize(
    ("search", "alike", "why"),
    [
        (Search(words="rosa", phone="+15595550123"), True, "the same phone"),
        (Search(words="maria", record_number="a 7"), True, "the same record number"),
        (Search(words="Molína Rosa"), True, "two name words, accents aside"),
        (Search(words="rosa"), False, "one common name is not enough"),
    ],
)
def test_likely_duplicates(session: ScopedSession, town: Town, search: Search, alike: bool, why: str) -> None:
    clinic = town.clinic()
    facts = PatientFacts(given_name="Rosa", family_name="Molina", record_number="A7")
    patient = register_patient(session, facts, clinic_id=clinic.id, by=None)
    add_phone(session, patient, PhoneFacts("+15595550123"), by=None)

    found = likely_duplicates(session, search, clinic_id=clinic.id)

    assert bool(found) is alike, why


def test_nobody_of_another_clinic_is_found(session: ScopedSession, town: Town) -> None:
    register_patient(session, PatientFacts(given_name="Rosa"), clinic_id=town.clinic().id, by=None)

    found, total = find_patients(session, Search(words="rosa"), clinic_id=town.clinic().id)

    assert (list(found), total) == ([], 0)
