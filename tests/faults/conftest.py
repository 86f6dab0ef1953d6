"""Fixtures of the faults: a clinic that can prescribe, and its clinician's browser."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.factories import Town
from tests.faults.prescribing import Practice, Visit, new_visit, open_practice
from tests.sign_in import sign_in


@pytest.fixture
def practice(town: Town) -> Practice:
    return open_practice(town)


@pytest.fixture
def visits(town: Town, practice: Practice) -> Callable[[], Visit]:
    """Makes a patient with two needs, and the form that signs help for them."""
    return lambda: new_visit(town, practice)


@pytest.fixture
def clinician(client: FlaskClient, practice: Practice) -> FlaskClient:
    """The clinician's browser."""
    sign_in(client, practice.clinician)
    return client
