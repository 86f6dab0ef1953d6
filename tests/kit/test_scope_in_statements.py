"""The scope finds what it judges in a statement of any shape, and does not keep SQLite from looking rows up."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, event, exists, func, literal, select, union_all, update
from sqlalchemy.orm import aliased, join

from referral.kit.remembering import remembered
from referral.kit.scope import ScopedSession, UnscopedJoin
from referral.kit.transaction import Database
from referral.patients.models import Patient, PatientPhone
from referral.patients.queries import records_of_person
from referral.referrals.models import Referral
from resources_directory.db import Base
from tests.factories import Town
from tests.kit.test_scope import clinic_scope

_OTHER = aliased(Patient)
_CTE = select(Patient.id).cte("some")

#: Each reaches patients of all clinics by another way; what it returns is a number of them.
SHAPES: dict[str, Callable[[], Any]] = {
    "an entity": lambda: select(func.count()).select_from(Patient),
    "a column": lambda: select(func.count(Patient.id)),
    "an alias": lambda: select(func.count(_OTHER.id)),
    "a subquery": lambda: select(func.count()).select_from(select(Patient.id).subquery()),
    "a CTE": lambda: select(func.count()).select_from(_CTE),
    "a scalar subquery": lambda: select(select(func.count(Patient.id)).scalar_subquery()),
    "a union": lambda: select(func.count()).select_from(
        union_all(select(Patient.id), select(Patient.id).where(Patient.id.is_(None))).subquery()
    ),
    "a join": lambda: select(func.count(Patient.id)).select_from(_OTHER).join(Patient, _OTHER.id == Patient.id),
    "an outer join": lambda: (
        select(func.count(Patient.id))
        .select_from(select(literal(1).label("one")).subquery())
        .outerjoin(Patient, Patient.id.is_not(None))
    ),
    "a condition": lambda: select(func.count()).select_from(
        select(literal(1).label("one")).where(exists().where(Patient.id.is_not(None))).subquery()
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_foreign_patient_is_in_no_shape_of_statement(shape: str, town: Town, database: Database) -> None:
    own = town.clinic()
    town.patient(town.clinic())
    town.commit()

    with database.reading(clinic_scope(own.id)) as session:
        foreign = session.scalar(SHAPES[shape]())
    town.patient(own)
    town.commit()
    with database.reading(clinic_scope(own.id)) as session:
        counted = session.scalar(SHAPES[shape]())

    assert (foreign, counted) == (0, 1)


@pytest.mark.parametrize(
    "joined",
    [
        select(Patient.id).join(_OTHER, _OTHER.id == Patient.merged_into_id),
        select(Patient.id).outerjoin(_OTHER, _OTHER.id == Patient.merged_into_id),
        select(_OTHER.id).select_from(join(Patient, _OTHER, _OTHER.id == Patient.merged_into_id)),
        select(exists().where(select(Patient.id).join(_OTHER, _OTHER.id == Patient.id).exists())),
    ],
    ids=["join", "outer join", "join in FROM", "inside"],
)
def test_an_alias_is_joined_by_nobody(joined: Any, database: Database) -> None:
    """SQLAlchemy puts the condition of the class, not of the alias, beside the join: foreign rows would be seen."""
    with database.reading(clinic_scope(uuid4())) as session, pytest.raises(UnscopedJoin):
        session.execute(joined)


def test_no_foreign_row_is_changed_or_deleted_in_bulk(town: Town, database: Database) -> None:
    own, other = town.clinic(), town.clinic()
    patient = town.patient(other)
    town.commit()

    with database.writing(clinic_scope(own.id)) as session:
        changed = session.execute(update(Patient).values(spoken_language="vi"))
        gone = session.execute(delete(PatientPhone))
        counts = [getattr(each, "rowcount", None) for each in (changed, gone)]

    with database.reading(clinic_scope(other.id)) as session:
        assert session.get_one(Patient, patient.id).spoken_language != "vi"
    assert counts == [0, 0]


def test_no_class_has_a_relationship() -> None:
    """What a statement does not name would be loaded past `_owned_in`."""
    assert [mapper.class_.__name__ for mapper in Base.registry.mappers if list(mapper.relationships)] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_looks_up_what_is_asked_for_and_not_the_whole_clinic(town: Town, database: Database) -> None:
    clinic = town.clinic()
    patient = town.patient(clinic)
    town.commit()
    ids = [patient.id, *(uuid4() for _ in range(3))]
    asked: dict[str, Callable[[ScopedSession], Any]] = {
        "records of a person": lambda session: records_of_person(session, patient.id),
        "merged into": lambda session: session.scalars(select(Patient.id).where(Patient.merged_into_id == uuid4())),
        "of some patients": lambda session: session.scalars(select(Referral.id).where(Referral.patient_id.in_(ids))),
    }

    plans = {what: _plan(database, clinic.id, ask) for what, ask in asked.items()}

    assert {what: plan for what, plan in plans.items() if "clinic" in plan or "SCAN patient" in plan} == {}
    assert all("SEARCH" in plan for plan in plans.values())


def _plan(database: Database, clinic_id: UUID, ask: Callable[[ScopedSession], Any]) -> str:
    sent: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", keep)
    with database.reading(clinic_scope(clinic_id)) as session:
        ask(session)
        event.remove(database.engine, "before_cursor_execute", keep)
        cursor = session.connection().connection.cursor()
        statement, parameters = sent[-1]
        return "; ".join(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())


def test_what_is_remembered_ends_with_its_transaction_and_its_scope(town: Town, database: Database) -> None:
    own, other = clinic_scope(town.clinic().id), clinic_scope(town.clinic().id)
    with database.reading(own) as session:
        session.scalar(select(func.count(Patient.id)))
        remembered(session, "a word", "said", lambda: "first")
        same = remembered(session, "a word", "said", lambda: "anew")
        session.take_scope(other)
        foreign = remembered(session, "a word", "said", lambda: "anew")
        session.take_scope(own)
        session.rollback()
        later = remembered(session, "a word", "said", lambda: "anew")
    with database.writing(own) as session:
        remembered(session, "a word", "said", lambda: "first")
        writing = remembered(session, "a word", "said", lambda: "anew")

    assert (same, foreign, later, writing) == ("first", "anew", "anew", "anew")
