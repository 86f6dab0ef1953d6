"""Reads are watched whatever was imported first: a class that was ready before the audit is watched too."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from referral.kit.scope import Scope, ScopeKind
from referral.kit.transaction import Database
from referral.patients.models import Patient
from tests.factories import Town

READING = """
from uuid import uuid4
{first}
import referral.app
from referral.kit import clock
from referral.kit.crypto import Vault
from referral.kit.scope import Scope, ScopeKind
from referral.kit.transaction import Database
from referral.patients.models import Patient
from referral.tables import metadata
from sqlalchemy import select

database = Database("sqlite:///{path}", Vault(b"k" * 32))
metadata.create_all(database.engine)
clinic_id = uuid4()
with database.job("tests") as session:
    session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    session.add(Patient(clinic_id=clinic_id, created_at=clock.now()))
with database.reading(Scope(ScopeKind.MEMBERSHIP, "membership", clinic_ids=frozenset([clinic_id]))) as session:
    session.scalars(select(Patient).order_by(Patient.id)).one()
    print(sorted(tables for tables in session.info["reads"].values()))
"""

ORDERS = {
    "the product": "",
    "all classes ready before the audit": "import referral.tables, sqlalchemy.orm; sqlalchemy.orm.configure_mappers()",
    "the audit first": "import referral.audit.recording",
}


@pytest.mark.parametrize("first", ORDERS.values(), ids=ORDERS)
def test_a_read_is_noted_in_any_order_of_imports(first: str, tmp_path: Path) -> None:
    code = READING.format(first=first, path=tmp_path / "rows.sqlite3")

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert told.stdout.strip().splitlines()[-1:] == ["[{'patient'}]"], told.stderr


def test_rows_at_hand_may_be_changed_by_one_update(town: Town, database: Database) -> None:
    patient = town.patient(town.clinic())
    town.commit()
    scope = Scope(ScopeKind.MEMBERSHIP, "membership", clinic_ids=frozenset({patient.clinic_id}))

    with database.writing(scope) as session:
        shown = session.scalars(select(Patient).where(Patient.id == patient.id)).one()
        session.execute(update(Patient).where(Patient.id == patient.id).values(spoken_language="vi"))
        language = shown.spoken_language

    assert language == "vi"
