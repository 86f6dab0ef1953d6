"""Row-level security: PostgreSQL itself shows and takes nothing past the scope, and its web role changes no schema."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from referral.app import create_app
from referral.kit.migrations import upgrade_database
from referral.kit.row_security import owned_tables
from referral.kit.scope import NOBODY, Scope, ScopedSession, ScopeKind, job_scope
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.patients.models import Patient
from tests.conftest import MASTER_KEY
from tests.databases import WEB_ROLE, PostgresServer, leave_out, owner_of
from tests.factories import Town
from tests.kit.every_table import fill_every_table

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

POLICIES = "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies ORDER BY tablename, policyname"


def clinic_scope(clinic_id: UUID) -> Scope:
    return Scope(ScopeKind.MEMBERSHIP, "membership", clinic_ids=frozenset({clinic_id}))


def count(session: ScopedSession, table: str = "patient") -> int:
    """Count past the loader criteria, as a forgotten filter would."""
    return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


@pytest.fixture
def patient(town: Town) -> Patient:
    patient = town.patient(town.clinic())
    town.commit()
    return patient


@pytest.mark.parametrize(
    "foreign",
    [NOBODY, clinic_scope(uuid4()), Scope(ScopeKind.LINK, "link", referral_id=uuid4())],
    ids=["nobody", "another clinic", "a link"],
)
def test_a_statement_past_the_loader_criteria_gets_no_foreign_row(
    foreign: Scope, patient: Patient, database: Database
) -> None:
    with database.reading(foreign) as session:
        unseen = count(session)
    with database.reading(clinic_scope(patient.clinic_id)) as session:
        seen = count(session)

    assert (unseen, seen) == (0, 1)


def test_a_connection_that_says_no_scope_gets_no_row_of_any_clinic(town: Town, database: Database) -> None:
    fill_every_table(town)
    tables = [table for table, _column in owned_tables()]

    with database.engine.connect() as connection:
        shown = {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables}
    with database.job("tests") as session:
        stored = {table: count(session, table) for table in tables}

    assert set(shown.values()) == {0}
    assert min(stored.values()) > 0


def test_a_statement_past_the_scope_writes_no_foreign_row(patient: Patient, database: Database) -> None:
    with database.writing(clinic_scope(uuid4())) as session:
        changed = session.connection().execute(text("UPDATE patient SET clinic_id = :own"), {"own": uuid4()})

        assert changed.rowcount == 0


def test_a_row_cannot_be_given_to_another_clinic(patient: Patient, database: Database) -> None:
    own = clinic_scope(patient.clinic_id)

    with pytest.raises(ProgrammingError, match="row-level security"), database.writing(own) as session:
        session.connection().execute(text("UPDATE patient SET clinic_id = :other"), {"other": uuid4()})


def test_the_database_follows_a_scope_that_is_widened_and_narrowed_again(patient: Patient, database: Database) -> None:
    with database.reading(clinic_scope(uuid4())) as session:
        before = count(session)
        with session.widened("tests"):
            inside = count(session)
        after = count(session)

    assert (before, inside, after) == (0, 1, 0)


def test_the_scope_is_narrow_again_after_an_error_inside(patient: Patient, database: Database) -> None:
    with database.reading(clinic_scope(uuid4())) as session:
        with pytest.raises(RuntimeError), session.widened("tests"):
            assert count(session) == 1
            raise RuntimeError

        assert count(session) == 0


def test_the_next_transaction_of_a_connection_knows_no_scope(patient: Patient, database: Database) -> None:
    with database.reading(job_scope("tests")) as session:
        seen = count(session)
    with database.engine.connect() as connection:
        unseen = connection.scalar(text("SELECT count(*) FROM patient"))

    assert (seen, unseen) == (1, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE patient",
        "ALTER TABLE patient DISABLE ROW LEVEL SECURITY",
        "DROP POLICY scope ON patient",
        "TRUNCATE patient",
        "UPDATE audit_event SET actor = 'nobody'",
        "DELETE FROM audit_event",
    ],
)
def test_the_web_role_cannot(statement: str, database: Database) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        database.engine.begin() as connection,
    ):
        connection.execute(text(statement))


def test_the_migrations_make_the_same_policies_as_the_models(
    database_url: str, postgres_server: PostgresServer | None
) -> None:
    if postgres_server is None:
        leave_out("PostgreSQL (no server answers, no binaries found)")
    assert postgres_server is not None
    bare = postgres_server.new_database()
    web = make_url(bare).set(username=WEB_ROLE, password=WEB_ROLE).render_as_string(hide_password=False)
    app = create_app(Settings(web, "tests-only", MASTER_KEY, "http://localhost", migration_database_url=bare))

    with app.app_context():
        upgrade_database()

    assert _ask(bare, _policies) == _ask(owner_of(database_url).render_as_string(hide_password=False), _policies)
    assert _ask(web, _may_change_audit) == (True, False, False)


def _ask(url: str, question: Callable[[Connection], Any]) -> Any:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return question(connection)
    finally:
        engine.dispose()


def _policies(connection: Connection) -> list[tuple[str, ...]]:
    return [tuple(row) for row in connection.execute(text(POLICIES))]


def _may_change_audit(connection: Connection) -> tuple[bool, ...]:
    rights = ("INSERT", "UPDATE", "DELETE")
    return tuple(bool(connection.scalar(text(f"SELECT has_table_privilege('audit_event', '{r}')"))) for r in rights)
