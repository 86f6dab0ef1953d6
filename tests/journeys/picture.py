"""A picture of all that the product keeps, to show that something changed nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.tables import metadata

#: What is written down about looking and trying, not about the matter itself.
NOT_SHOWN = {"audit_event", "login_session", "sign_in_try", "worker_heartbeat"}

Picture = dict[str, list[str]]


def picture_of(database: Database) -> Picture:
    """Return every row of every table as text, sorted."""
    tables = [table for table in metadata.sorted_tables if table.name not in NOT_SHOWN]
    with database.reading(job_scope("tests")) as session:
        return {table.name: sorted(map(repr, session.execute(select(table)).all())) for table in tables}


@contextmanager
def nothing_changes(database: Database) -> Iterator[None]:
    """Fail unless all rows are after the block as they were before it."""
    before = picture_of(database)
    yield
    assert picture_of(database) == before
