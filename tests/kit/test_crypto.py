"""Sealed columns and keyed indexes."""

import uuid

import pytest
from sqlalchemy import delete, event, select

from referral.kit.crypto import DataKey, SealBroken, Vault
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.patients.models import Patient
from tests.factories import Town


def test_a_name_is_stored_as_bytes_that_do_not_hold_it(town: Town) -> None:
    patient = town.patient(town.clinic(), given_name="Guadalupe")

    stored = town.session.scalar(select(Patient.given_name_sealed).where(Patient.id == patient.id))

    assert stored is not None
    assert b"Guadalupe" not in stored


def test_a_sealed_value_opens_in_another_session(town: Town, database: Database) -> None:
    patient = town.patient(town.clinic(), given_name="Guadalupe")
    town.commit()

    with database.reading(job_scope("tests")) as session:
        assert session.get_one(Patient, patient.id).given_name == "Guadalupe"


def test_a_change_that_was_rolled_back_is_forgotten(town: Town) -> None:
    patient = town.patient(town.clinic(), given_name="Ana")
    town.commit()
    patient.given_name = "Eva"

    town.session.rollback()

    assert patient.given_name == "Ana"
    town.session.flush()


def test_a_row_read_again_shows_what_another_session_wrote(town: Town, database: Database) -> None:
    patient = town.patient(town.clinic(), given_name="Ana")
    town.commit()
    with database.job("tests") as other:
        other.get_one(Patient, patient.id).given_name = "Eva"

    town.session.refresh(patient)

    assert patient.given_name == "Eva"


def test_a_value_moved_to_another_row_does_not_open(town: Town, database: Database) -> None:
    clinic = town.clinic()
    one, other = town.patient(clinic, given_name="Ana"), town.patient(clinic, given_name="Eva")
    town.commit()
    with database.job("tests") as session:
        rows = {p.id: p for p in session.scalars(select(Patient).order_by(Patient.id))}
        rows[one.id].given_name_sealed = rows[other.id].given_name_sealed

    with database.reading(job_scope("tests")) as session, pytest.raises(SealBroken):
        _ = session.get_one(Patient, one.id).given_name


def test_without_its_key_a_patient_is_erased(town: Town, database: Database) -> None:
    patient = town.patient(town.clinic(), given_name="Ana")
    town.session.execute(delete(DataKey).where(DataKey.owner_id == patient.id))
    town.commit()

    with database.reading(job_scope("tests")) as session, pytest.raises(SealBroken):
        _ = session.get_one(Patient, patient.id).given_name


def test_the_index_of_a_value_depends_on_key_field_and_tenant() -> None:
    one, other = Vault(b"1" * 32), Vault(b"2" * 32)
    clinic = uuid.uuid4()

    indexes = {
        one.index("name", "ana"),
        other.index("name", "ana"),
        one.index("phone", "ana"),
        one.index("name", "ana", clinic),
    }

    assert len(indexes) == 4


def test_a_list_of_patients_costs_one_query_for_keys(town: Town, database: Database) -> None:
    clinic = town.clinic()
    for n in range(20):
        town.patient(clinic, given_name=f"Name {n}")
    town.commit()
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _k, statement, *_rest: asked.append(statement))

    with database.reading(job_scope("tests")) as session:
        names = {patient.given_name for patient in session.scalars(select(Patient).order_by(Patient.id)).all()}

    assert len(names) == 20
    assert sum("FROM data_key" in statement for statement in asked) == 1
