"""What a service needs to know: said by its own organization, or by an editor for one that has not said it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.roles import MemberKind, Role
from referral.patients.asked_field_models import FieldDeclaration
from referral.patients.asked_fields import DECLARABLE, declared_fields, newest_declarations
from referral.patients.states import SharedField
from resources_directory.db import new_id
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.sign_in import sign_in


def page_of(place: Place) -> str:
    return f"/directory/services/{place.service.id}/asked-fields"


def said(place: Place) -> list[str] | None:
    place.town.session.expire_all()
    row = newest_declarations(place.town.session, [place.service.id]).get(place.service.id)
    found = [str(field) for field in declared_fields(row)] if row else None
    place.town.commit()
    return found


def tick(*fields: str, seen: int = 0) -> dict[str, object]:
    return {"fields_asked": list(fields), "seen": str(seen), "form_id": str(new_id())}


@pytest.fixture
def staff(client: FlaskClient, place: Place) -> FlaskClient:
    """The organization's own people at a browser."""
    place.town.commit()
    sign_in(client, place.staff)
    return client


@pytest.fixture
def editor(client: FlaskClient, place: Place) -> FlaskClient:
    """The clinic's directory person at a browser."""
    person = place.town.person(place.clinic, Role.DIRECTORY_EDITOR, "Edda")
    place.town.commit()
    sign_in(client, person)
    return client


def test_an_organization_says_what_its_service_needs(staff: FlaskClient, place: Place) -> None:
    answer = staff.post(page_of(place), data=tick("diet", "name"))

    assert answer.status_code == 303
    assert said(place) == ["name", "diet"]
    assert "The need, name, diet. Said on" in staff.get(page_of(place)).text
    assert "The need, name, diet" in staff.get("/directory/asked-fields").text


def test_nothing_but_what_is_listed_can_be_asked_for(staff: FlaskClient, place: Place) -> None:
    for wanted in ("ssn", "immigration_status", "note", "need"):
        assert staff.post(page_of(place), data=tick(wanted)).status_code == 422

    assert said(place) is None


def test_no_field_asks_for_origin_status_papers_or_health() -> None:
    assert {str(field) for field in DECLARABLE} == {
        "name", "phone", "spoken_language", "zip_code", "birth_date",
        "household_size", "children_under_5", "diet", "mobility", "good_hours",
    }  # fmt: skip
    assert not any(word in field for field in SharedField for word in ("immig", "security", "passport", "birthplace"))


def test_another_organizations_service_is_not_there(client: FlaskClient, place: Place) -> None:
    other = place.town.member(MemberKind.ORGANIZATION, name="Elm", listing_id=place.town.organization().id)
    stranger = place.town.person(other, Role.ORGANIZATION_ADMINISTRATOR)
    place.town.commit()
    sign_in(client, stranger)

    assert client.get(page_of(place)).status_code == 404
    assert client.post(page_of(place), data=tick("name")).status_code == 404
    assert "Say what is needed" not in client.get(f"/directory/services/{place.service.id}").text


def test_a_clinician_declares_nothing(client: FlaskClient, place: Place) -> None:
    place.town.commit()
    sign_in(client, place.clinician)

    assert client.post(page_of(place), data=tick("name")).status_code == 404


def test_the_directory_person_says_it_for_an_organization_that_has_not(editor: FlaskClient, place: Place) -> None:
    assert editor.post(page_of(place), data=tick("phone")).status_code == 303

    assert said(place) == ["phone"]
    assert "Written down on" in editor.get(page_of(place)).text


def test_what_the_organization_said_itself_no_editor_changes(editor: FlaskClient, place: Place) -> None:
    own = {"member_id": place.organization.id, "declared_by": place.staff.id, "by_organization": True}
    at = place.clinic.created_at
    place.town._add(FieldDeclaration(service_id=place.service.id, number=1, fields=["name"], declared_at=at, **own))
    place.town.commit()

    page = editor.get(page_of(place)).text
    answer = editor.post(page_of(place), data=tick("phone", seen=1))

    assert "Only its own people change it" in page
    assert "Olga" not in page
    assert (answer.status_code, said(place)) == (409, ["name"])


def test_the_later_of_two_sees_both_and_loses_nothing(staff: FlaskClient, place: Place) -> None:
    staff.post(page_of(place), data=tick("name"))

    late = staff.post(page_of(place), data=tick("diet"))

    assert late.status_code == 409
    assert "Somebody else has said it anew meanwhile" in late.text
    assert "The need, name. Said on" in late.text
    assert 'checked id="fields_asked-7"' in late.text
    assert said(place) == ["name"]
    assert 'name="seen" type="hidden" value="1"' in late.text


def test_the_same_form_sent_twice_is_one_declaration(staff: FlaskClient, place: Place) -> None:
    same = tick("name")

    statuses = [staff.post(page_of(place), data=same).status_code for _press in range(2)]

    assert statuses == [303, 303]
    assert len(place.town.session.scalars(select(FieldDeclaration)).all()) == 1


def test_nothing_ticked_means_the_need_alone(staff: FlaskClient, place: Place) -> None:
    staff.post(page_of(place), data=tick())

    assert said(place) == []
    assert "The need. Said on" in staff.get(page_of(place)).text


def test_a_confidential_service_is_told_nothing_and_declares_nothing(staff: FlaskClient, place: Place) -> None:
    place.service.is_confidential = True
    place.town.commit()

    page = staff.get(page_of(place)).text

    assert "nothing is ever sent to it" in page
    assert "<fieldset" not in page
