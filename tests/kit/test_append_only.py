"""Tables in which rows are only added."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.audit.sealing import seal_new_events
from referral.kit.append_only import create_append_only, drop_append_only
from referral.kit.transaction import Database

CHANGES = (
    "UPDATE audit_event SET place = 'elsewhere'",
    "DELETE FROM audit_event",
    "UPDATE audit_seal SET number = number + 1",
    "DELETE FROM audit_seal",
)


@pytest.fixture
def written(database: Database) -> Database:
    """A database with one sealed event."""
    with database.job("tests") as session:
        record(session, AuditKind.SIGNED_OUT)
    seal_new_events(database)
    return database


@pytest.mark.parametrize("change", CHANGES)
def test_even_the_owner_is_refused_a_change(written: Database, owner_url: str, change: str) -> None:
    engine = create_engine(owner_url)

    with pytest.raises(DBAPIError, match="only added"), engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()


@pytest.mark.parametrize("change", CHANGES)
def test_the_product_itself_is_refused_a_change(written: Database, change: str) -> None:
    with pytest.raises(DBAPIError, match=r"only added|permission denied"), written.job("tests") as session:
        session.execute(text(change))


@pytest.mark.parametrize("table", ["audit_event", "audit_seal"])
def test_a_table_is_not_emptied_at_one_stroke(written: Database, owner_url: str, table: str) -> None:
    engine = create_engine(owner_url)
    stroke = (
        f"TRUNCATE {table}"
        if engine.dialect.name == "postgresql"
        else f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    )

    with pytest.raises(DBAPIError, match="only added"), engine.begin() as connection:
        connection.execute(text(stroke))
    engine.dispose()


def test_the_triggers_are_made_again_after_they_were_dropped(written: Database, owner_url: str) -> None:
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        drop_append_only(connection)
        connection.execute(text(CHANGES[0]))
        create_append_only(connection)
        create_append_only(connection)

    with pytest.raises(DBAPIError, match="only added"), engine.begin() as connection:
        connection.execute(text(CHANGES[0]))
    engine.dispose()
