"""Sealed columns and keyed indexes."""

import uuid

import pytest
from sqlalchemy import delete, event, select

from referral.kit import clock
from referral.kit.crypto import INSTALLATION, DataKey, SealBroken, Vault
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage, InboundSource
from referral.navigation.models import ContactAttempt
from referral.patients.consent_models import Disclosure, SharingConsent, TextingConsent
from referral.patients.models import Patient
from referral.referrals.models import Referral, Testimony
from referral.screening.models import Screening
from resources_directory.db import Base
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


def test_sealed_facts_are_read_as_they_were_assigned(town: Town, database: Database) -> None:
    facts = {"service_name": "Pañales", "phone": None, "hours": ["9", "17"]}
    referral = town.referral(town.need(town.patient(town.clinic())), town.service(), service_facts=facts)
    town.commit()

    with database.reading(job_scope("tests")) as session:
        read = session.get_one(Referral, referral.id)
        assert read.service_facts == facts
        assert "ales" not in str(read.service_facts_sealed)


def test_facts_never_assigned_are_none() -> None:
    assert Referral().service_facts == {}


@pytest.mark.parametrize("known_at_first", [True, False])
def test_a_text_is_sealed_with_the_key_of_whoever_it_is_about_now(
    town: Town, database: Database, known_at_first: bool
) -> None:
    clinic = town.clinic()
    one, other = town.patient(clinic), town.patient(clinic)
    inbound = text_of(town, one if known_at_first else None)
    inbound.patient_id = other.id
    town.commit()
    town.session.execute(delete(DataKey).where(DataKey.owner_id.in_([one.id, INSTALLATION])))
    town.commit()

    with database.reading(job_scope("tests")) as session:
        assert session.get_one(InboundMessage, inbound.id).body == "Tengo hambre"


def test_a_text_about_a_patient_is_erased_with_their_key(town: Town, database: Database) -> None:
    patient = town.patient(town.clinic())
    inbound = text_of(town, patient)
    town.session.execute(delete(DataKey).where(DataKey.owner_id == patient.id))
    town.commit()

    with database.reading(job_scope("tests")) as session, pytest.raises(SealBroken):
        _ = session.get_one(InboundMessage, inbound.id).body


def text_of(town: Town, patient: Patient | None) -> InboundMessage:
    phone = town.phone(town.patient(town.clinic()))
    inbound = InboundMessage(
        provider_id="SM1",
        phone_number_id=phone.phone_number_id,
        patient_id=patient.id if patient else None,
        source=InboundSource.SIMULATOR,
        body="Tengo hambre",
        received_at=clock.now(),
    )
    town.session.add(inbound)
    town.commit()
    return inbound


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (Testimony, "units"),
        (Testimony, "interpreter"),
        (Referral, "waitlist_estimate"),
        (Referral, "service_facts"),
        (Screening, "interpreter"),
        (ContactAttempt, "interpreter"),
        (TextingConsent, "interpreter"),
        (SharingConsent, "interpreter"),
        (SharingConsent, "words"),
        (Disclosure, "recipient"),
        (InboundMessage, "body"),
    ],
)
def test_what_tells_of_a_patient_is_no_plain_column(table: type[Base], column: str) -> None:
    columns = set(table.metadata.tables[table.__tablename__].columns.keys())

    assert column not in columns
    assert f"{column}_sealed" in columns
