"""An organization corrects what people read about it: kept in the history, found, safe from imports, nobody else's."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.audit.models import AuditEvent, AuditKind
from resources_directory.corrections import listed_facts, stand_of
from resources_directory.models.metadata import Metadata
from resources_directory.models.organization import Organization
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.sign_in import sign_in


def page_of(place: Place) -> str:
    return f"/directory/services/{place.service.id}/listing"


def typed(place: Place, **facts: str) -> dict[str, str]:
    """The form of the service as the page shows it, with some of it typed anew."""
    stands = listed_facts(place.service)
    shown = {"form_id": str(uuid4()), "seen": stand_of(stands)}
    place.town.commit()
    return shown | {name: value or "" for name, value in stands.items()} | facts


@pytest.fixture
def staff(client: FlaskClient, place: Place) -> FlaskClient:
    """The organization's own people at a browser."""
    place.town.commit()
    sign_in(client, place.staff)
    return client


def test_what_is_corrected_is_read_and_found_by_everybody(staff: FlaskClient, place: Place) -> None:
    service_id = place.service.id

    answer = staff.post(page_of(place), data=typed(place, description="Kosher boxes.", fees_description="Free"))

    assert answer.status_code == 303
    page = staff.get(f"/directory/services/{service_id}").text
    assert "Kosher boxes." in page
    assert "Free" in page
    assert str(service_id) in staff.get("/directory/?q=kosher").text


def test_the_history_says_what_changed_and_names_no_person(staff: FlaskClient, place: Place) -> None:
    staff.post(page_of(place), data=typed(place, description="More boxes.\r\nEvery day."))

    (row,) = place.town.session.scalars(select(Metadata)).all()

    assert (row.resource_id, row.resource_type, row.field_name) == (place.service.id, "service", "description")
    assert (row.replacement_value, row.updated_by) == ("More boxes.\nEvery day.", "the organization")
    audit = select(AuditEvent).where(AuditEvent.kind == AuditKind.CHANGED, AuditEvent.subject_id == row.resource_id)
    (event,) = place.town.session.scalars(audit).all()
    assert (event.person_id, event.detail) == (place.staff.id, {"columns": ["description"]})


def test_sent_twice_it_is_one_change(staff: FlaskClient, place: Place) -> None:
    form = typed(place, description="More boxes.")

    assert [staff.post(page_of(place), data=form).status_code for _press in range(2)] == [303, 303]

    assert place.town.session.scalar(select(func.count(Metadata.id))) == 1


def test_what_the_organization_does_is_corrected_on_one_page_with_its_services(
    staff: FlaskClient, place: Place
) -> None:
    stands = listed_facts(place.town.session.get_one(Organization, place.service.organization_id))
    place.town.commit()
    form = {"seen": stand_of(stands), "description": "We feed people.", "website": "https://table.example"}

    assert staff.post("/directory/listing", data=form).status_code == 303

    page = staff.get("/directory/listing").text
    assert "We feed people." in page
    assert f'href="{page_of(place)}"' in page


def test_an_address_that_is_none_is_told_beside_the_field(staff: FlaskClient, place: Place) -> None:
    answer = staff.post(page_of(place), data=typed(place, url="javascript:alert(1)"))

    assert answer.status_code == 422
    assert "Begin the address with https://" in answer.text


def test_a_confidential_service_is_not_changed_here(staff: FlaskClient, place: Place) -> None:
    place.service.is_confidential = True
    form = typed(place, description="At 5 Elm Street.")

    assert 'name="description"' not in staff.get(page_of(place)).text
    assert staff.post(page_of(place), data=form).status_code == 409


def test_nobody_changes_the_listing_of_another_organization(staff: FlaskClient, place: Place) -> None:
    other = place.town.service()
    place.town.commit()

    path = f"/directory/services/{other.id}/listing"

    assert (staff.get(path).status_code, staff.post(path, data={}).status_code) == (404, 404)
