"""An address that only takes a form leads back to its page; the answer to a form offers no switch that loses it."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.roles import Role
from referral.web.post_only import PROGRAMS, page_of_form
from tests.factories import Town
from tests.sign_in import sign_in
from tests.web.conftest import addresses

#: The form of these stands on every page, or on one behind a link that works once.
FROM_EVERYWHERE = {"/language", "/sign-out", "/reset", "/sso-invitation"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_address_that_only_takes_a_form_has_a_page_to_go_back_to(app: Flask) -> None:
    client, gets = app.test_client(), {each.path for each in addresses(app) if "GET" in each.methods}
    adapter = app.url_map.bind("localhost")
    only = {each.path for each in addresses(app) if "POST" in each.methods and each.path not in gets}
    lost, wrong = [], []

    for path in sorted(each for each in only if not each.startswith(PROGRAMS)):
        page = page_of_form(adapter, path)
        if page is None or (page == "/" and path not in FROM_EVERYWHERE):
            lost.append((path, page))
        elif client.get(path).location not in (page, None) or client.get(path).status_code == 405:
            wrong.append(path)

    assert len(only) > 100
    assert lost == []
    assert wrong == []


def test_an_address_that_takes_nothing_is_still_refused(client: FlaskClient) -> None:
    assert client.delete("/sign-in").status_code == 405
    assert client.get("/sms/inbound").status_code == 405
    assert client.get("/nowhere/at/all").status_code == 404


@pytest.fixture
def nurse(client: FlaskClient, town: Town) -> FlaskClient:
    """A clinician, signed in."""
    person = town.person(town.clinic(), Role.CLINICIAN)
    town.commit()
    sign_in(client, person)
    return client


def test_a_form_that_was_refused_is_not_lost_by_the_switch_of_language(nurse: FlaskClient) -> None:
    form = {"form_id": str(uuid4()), "given_name": "Ana", "zip_code": "9370", "written_language": "es"}

    refused = nurse.post("/patients/new", data=form | {"privacy_level": "standard", "sms_ok": "unknown"})

    assert refused.status_code == 422
    assert 'value="Ana"' in refused.text
    assert 'action="/language"' not in refused.text
    assert '<span lang="es">' in refused.text
    assert 'action="/language"' in nurse.get("/patients/new").text
