"""Fixtures: directory records around Miami, and a navigator at a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from referral.accounts.roles import Role
from referral.kit.scope import ScopedSession
from tests.factories import Town
from tests.resources_directory.records import Records
from tests.resources_directory_importing.deliveries import Delivery
from tests.sign_in import sign_in

Browse = Callable[[], FlaskClient]


@pytest.fixture
def records(session: ScopedSession) -> Records:
    return Records(session)


@pytest.fixture
def browse(client: FlaskClient, town: Town) -> Browse:
    """Store what was made, and return the browser of a navigator."""

    def browsing() -> FlaskClient:
        navigator = town.person(town.clinic(), Role.NAVIGATOR)
        town.commit()
        sign_in(client, navigator)
        return client

    return browsing


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    folder = tmp_path / "delivery"
    folder.mkdir()
    return Delivery(folder)


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()
