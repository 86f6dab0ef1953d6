"""A session on an empty directory, on both databases, and a maker of its records."""

import pytest
from sqlalchemy.orm import Session

from tests.resources_directory.records import Records


@pytest.fixture
def records(directory_session: Session) -> Records:
    return Records(directory_session)
