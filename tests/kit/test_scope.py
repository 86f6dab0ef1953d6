"""Scopes: without one there are no rows, with a foreign one neither; foreign writes are refused."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from referral.kit.scope import NOBODY, ClinicOwned, ForeignWrite, Scope, ScopeKind
from referral.kit.transaction import Database
from referral.patients.models import Patient
from resources_directory.db import Base
from tests.factories import Town


def clinic_scope(clinic_id: object) -> Scope:
    return Scope(ScopeKind.MEMBERSHIP, "membership", clinic_ids=frozenset({clinic_id}))  # type: ignore[arg-type]


def test_every_table_with_a_clinic_is_owned_by_it() -> None:
    owned = {mapper.class_.__tablename__ for mapper in Base.registry.mappers if issubclass(mapper.class_, ClinicOwned)}

    carrying = {
        table.name for table in Base.metadata.sorted_tables if {"clinic_id", "patient_id"} & set(table.c.keys())
    }

    assert carrying - {"audit_event"} == owned


def test_a_patient_is_seen_by_their_clinic_only(town: Town, database: Database) -> None:
    clinic, other = town.clinic(), town.clinic()
    town.patient(clinic)
    town.commit()

    seen = []
    for scope in (clinic_scope(clinic.id), clinic_scope(other.id), NOBODY):
        with database.reading(scope) as session:
            seen.append(len(session.scalars(select(Patient).order_by(Patient.id)).all()))

    assert seen == [1, 0, 0]


def test_a_row_of_another_clinic_is_refused(town: Town, database: Database) -> None:
    clinic = town.clinic()
    town.commit()

    with pytest.raises(ForeignWrite), database.writing(clinic_scope(uuid4())) as session:
        Town(session).patient(clinic)
