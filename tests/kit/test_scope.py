"""Scopes: without one there are no rows, with a foreign one neither; foreign writes are refused."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from referral.audit.models import AuditEvent
from referral.kit.scope import NOBODY, ClinicOwned, ForeignWrite, Scope, ScopeKind, job_scope
from referral.kit.transaction import Database
from referral.patients.models import Patient
from resources_directory.db import Base
from tests.factories import Town
from tests.kit.every_table import fill_every_table

OWNED = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, ClinicOwned)),
    key=lambda cls: cls.__tablename__,
)


def clinic_scope(clinic_id: UUID) -> Scope:
    return Scope(ScopeKind.MEMBERSHIP, "membership", clinic_ids=frozenset({clinic_id}))


FOREIGN = {
    "nobody": NOBODY,
    "another clinic": clinic_scope(uuid4()),
    "another organization": Scope(ScopeKind.MEMBERSHIP, "membership", receiver_ids=frozenset({uuid4()})),
    "another link": Scope(ScopeKind.LINK, "link", referral_id=uuid4()),
}


def test_every_table_with_a_clinic_or_a_patient_is_owned_by_a_clinic() -> None:
    carrying = {
        table.name for table in Base.metadata.sorted_tables if {"clinic_id", "patient_id"} & set(table.c.keys())
    }

    assert carrying - {"audit_event"} == {cls.__tablename__ for cls in OWNED}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_table_shows_a_row_without_a_scope_or_with_a_foreign_one(town: Town, database: Database) -> None:
    """All tables with a row in each, by a query and by key."""
    fill_every_table(town)
    with database.reading(job_scope("tests")) as session:
        ids = {cls: session.scalars(select(cls.id).order_by(cls.id).limit(1)).first() for cls in OWNED}
    empty = sorted(cls.__tablename__ for cls, row_id in ids.items() if row_id is None)

    shown = []
    for name, scope in FOREIGN.items():
        with database.reading(scope) as session:
            for cls, row_id in ids.items():
                if session.scalars(select(cls).order_by(cls.id)).all() or session.get(cls, row_id or uuid4()):
                    shown.append(f"{cls.__tablename__} to {name}")

    assert shown == []
    assert empty == []


def test_a_patient_is_seen_by_their_clinic_only(town: Town, database: Database) -> None:
    clinic, other = town.clinic(), town.clinic()
    town.patient(clinic)
    town.commit()

    seen = []
    for scope in (clinic_scope(clinic.id), clinic_scope(other.id), NOBODY):
        with database.reading(scope) as session:
            seen.append(len(session.scalars(select(Patient).order_by(Patient.id)).all()))

    assert seen == [1, 0, 0]


@pytest.fixture
def foreign(town: Town) -> Patient:
    """A patient of another clinic than the scope's."""
    patient = town.patient(town.clinic())
    town.commit()
    return patient


OURS = clinic_scope(uuid4())


def test_a_row_of_another_clinic_is_refused(foreign: Patient, database: Database) -> None:
    with pytest.raises(ForeignWrite), database.writing(OURS) as session:
        session.add(Patient(clinic_id=foreign.clinic_id, created_at=foreign.created_at))


def test_a_foreign_row_that_waits_is_judged_before_the_scope_is_widened(foreign: Patient, database: Database) -> None:
    with pytest.raises(ForeignWrite), database.writing(OURS) as session:
        session.add(Patient(clinic_id=foreign.clinic_id, created_at=foreign.created_at))
        with session.widened("tests"):
            pass


def test_rows_cannot_be_inserted_in_bulk_past_the_owner(foreign: Patient, database: Database) -> None:
    with pytest.raises(ForeignWrite), database.writing(OURS) as session:
        session.execute(insert(Patient), [{"clinic_id": foreign.clinic_id, "created_at": foreign.created_at}])


@pytest.mark.parametrize("look", [Patient.__name__, "by key"])
def test_what_was_seen_while_widened_is_not_seen_after(look: str, foreign: Patient, database: Database) -> None:
    with database.reading(OURS) as session:
        with session.widened("tests"):
            inside = session.get(Patient, foreign.id)
        after = session.get(Patient, foreign.id) if look == "by key" else session.scalars(select(Patient)).first()

    assert inside is not None
    assert after is None


def test_ones_own_patient_first_seen_while_widened_is_audited_when_read(town: Town, database: Database) -> None:
    patient = town.patient(town.clinic())
    town.commit()

    with database.reading(clinic_scope(patient.clinic_id)) as session:
        with session.widened("tests"):
            session.get(Patient, patient.id)
        unread = dict(session.info.get("reads", {}))
        session.get(Patient, patient.id)

        assert unread == {}
        assert (patient.id, patient.clinic_id) in session.info["reads"]


def audited(database: Database) -> Callable[[], int]:
    def count() -> int:
        with database.reading(job_scope("tests")) as session:
            return len(session.scalars(select(AuditEvent.id)).all())

    return count


def test_a_change_writes_its_audit_row_in_its_own_transaction(foreign: Patient, database: Database) -> None:
    count = audited(database)
    before = count()

    with pytest.raises(RuntimeError), database.writing(clinic_scope(foreign.clinic_id)) as session:
        session.get_one(Patient, foreign.id).given_name = "Eva"
        session.flush()
        raise RuntimeError
    rolled_back = count()
    with database.writing(clinic_scope(foreign.clinic_id)) as session:
        session.get_one(Patient, foreign.id).given_name = "Eva"

    assert rolled_back == before
    assert count() == before + 1
