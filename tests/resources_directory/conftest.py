"""A session on an empty directory, on both databases, and a maker of its records."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from resources_directory.db import engine_for
from tests.resources_directory.records import Records


@pytest.fixture
def directory_session(database_url: str) -> Iterator[Session]:
    """A session that nobody commits; what a test stored is gone afterwards."""
    engine = engine_for(database_url)
    with Session(engine) as session:
        yield session
        session.rollback()
    engine.dispose()


@pytest.fixture
def records(directory_session: Session) -> Records:
    return Records(directory_session)
