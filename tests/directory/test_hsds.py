"""The public HSDS API."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from referral.kit.scope import ScopedSession
from resources_directory.models.organization import Phone
from resources_directory.models.service import Service
from resources_directory.models.source import DirectorySource
from tests.resources_directory.records import Records


@pytest.fixture
def pantry(records: Records) -> Service:
    organization = records.organization("Harvest Hands", email="desk@harvest.example")
    return records.service("Palm pantry", organization_id=organization.id, description="Boxes.")


def contents(client: FlaskClient, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/hsds/services", query_string=asked).get_json()["contents"]
    return found


def test_the_api_says_which_standard_it_speaks(client: FlaskClient) -> None:
    about = client.get("/hsds/").get_json()

    assert about["version"] == "3.2.3"
    assert all(about[key].startswith("https://") for key in ("profile", "openapi_url"))


def test_a_page_has_the_whole_envelope(session: ScopedSession, pantry: Service, client: FlaskClient) -> None:
    session.commit()

    page = client.get("/hsds/services?per_page=1").get_json()

    envelope = {"total_items": 1, "total_pages": 1, "page_number": 1, "size": 1}
    envelope |= {"first_page": True, "last_page": True, "empty": False}
    assert {key: page[key] for key in envelope} == envelope
    assert page["contents"][0]["organization"]["name"] == "Harvest Hands"


def test_an_empty_directory_has_an_empty_page(client: FlaskClient) -> None:
    page = client.get("/hsds/services").get_json()

    assert (page["empty"], page["contents"], page["total_items"]) == (True, [], 0)


def test_what_is_not_known_is_left_out(session: ScopedSession, pantry: Service, client: FlaskClient) -> None:
    session.commit()

    assert None not in contents(client)[0].values()
    assert "url" not in contents(client)[0]


def test_one_service_comes_with_everything_nested(
    session: ScopedSession, records: Records, pantry: Service, client: FlaskClient
) -> None:
    records.address(records.place(pantry, 1))
    records.add(Phone(service_id=pantry.id, number="305 555 0100"))
    records.language("es", service_id=pantry.id)
    session.commit()

    service = client.get(f"/hsds/services/{pantry.id}").get_json()

    assert service["phones"][0]["number"] == "305 555 0100"
    assert service["languages"][0]["code"] == "es"
    assert service["service_at_locations"][0]["location"]["addresses"][0]["city"] == "Hialeah"
    assert service["organization"]["name"] == "Harvest Hands"


def test_retired_services_are_gone(session: ScopedSession, pantry: Service, client: FlaskClient) -> None:
    pantry.retired_at = datetime(2026, 1, 1, tzinfo=UTC)
    session.commit()

    assert contents(client) == []
    assert client.get(f"/hsds/services/{pantry.id}").status_code == 404


@pytest.mark.parametrize(("redistribution", "found"), [(False, 0), (True, 1)])
def test_only_sources_that_allow_it_are_passed_on(
    session: ScopedSession, records: Records, pantry: Service, client: FlaskClient, redistribution: bool, found: int
) -> None:
    source = records.add(DirectorySource(name="211", redistribution=redistribution))
    pantry.source_id = source.id
    session.commit()

    assert len(contents(client)) == found
    assert (client.get(f"/hsds/services/{pantry.id}").status_code == 200) is bool(found)


def test_a_private_place_never_leaves(
    session: ScopedSession, records: Records, pantry: Service, client: FlaskClient
) -> None:
    records.address(records.place(pantry, 1, private=True, name="Hidden hall"), address_1="77 Secret Lane")
    session.commit()

    answer = client.get(f"/hsds/services/{pantry.id}").text

    assert not any(hint in answer for hint in ("Secret", "Hidden", "latitude", "Hialeah"))


def test_a_confidential_service_tells_its_words_and_phone_only(
    session: ScopedSession, records: Records, pantry: Service, client: FlaskClient
) -> None:
    pantry.is_confidential, pantry.url, pantry.email = True, "https://quiet.example", "desk@quiet.example"
    records.address(records.place(pantry, 1))
    session.commit()

    for answer in (client.get(f"/hsds/services/{pantry.id}").text, client.get("/hsds/services").text):
        assert not any(hint in answer for hint in ("quiet.example", "harvest.example", "Hialeah", "latitude"))


def test_words_and_organization_both_count(
    session: ScopedSession, records: Records, pantry: Service, client: FlaskClient
) -> None:
    records.service("Palm pantry of another")
    session.commit()

    assert len(contents(client, search="pantry")) == 2
    assert len(contents(client, search="pantry", organization_id=pantry.organization_id)) == 1
    assert contents(client, search="zebra") == []


@pytest.mark.parametrize(
    "asked",
    [
        "page=0",
        "page=x",
        "per_page=100000",
        "organization_id=7",
        "taxonomy_term_id=1",
        "page=" + "9" * 30,
        "page=000000001" + "9" * 30,
    ],
)
def test_what_it_cannot_answer_it_refuses_as_a_problem(client: FlaskClient, asked: str) -> None:
    answer = client.get(f"/hsds/services?{asked}")

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_an_unknown_service_is_a_problem_too(client: FlaskClient) -> None:
    answer = client.get(f"/hsds/services/{uuid4()}")

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
