"""What can be chosen for a need: more than the three best, found by words, with why it stands where it stands."""

import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.prescriptions.favourites import star
from resources_directory.models.language import Language
from resources_directory.models.location import Location
from resources_directory.models.organization import Phone
from resources_directory.models.service import Service, ServiceAtLocation
from resources_directory.text_index import reindex
from tests.prescriptions.conftest import another, answers, counted, filled, page_of
from tests.prescriptions.test_one_page import bar
from tests.referrals.conftest import Place


@pytest.fixture
def crowded(offered: Place) -> Place:
    """Three places that speak the patient's language stand before the place's own service and before Zinnia Pantry."""
    session = offered.town.session
    for name in ("Aster", "Begonia", "Clover"):
        session.add(Language(service_id=another(offered, name).id, code="es", name="Spanish"))
    another(offered, "Zinnia Pantry")
    reindex(session, session.scalars(select(Service.id)).all())
    offered.town.commit()
    return offered


def named(place: Place, name: str) -> UUID:
    """Return the id of a service by its name; nothing stays open that a page would wait for."""
    found = place.town.session.scalars(select(Service.id).where(Service.name == name)).one()
    place.town.commit()
    return found


def usual(place: Place, service_id: UUID) -> None:
    star(place.town.session, service_id, clinic_id=place.clinic.id, by=place.clinician.id)
    place.town.commit()


def radio(page: str, service_id: UUID) -> str | None:
    """Return the radio button of a service, if the page has one."""
    found = re.search(rf'<input[^>]*type="radio"[^>]*value="{service_id}"[^>]*>', page)
    return found[0] if found else None


def checked_mode(page: str) -> str:
    (mode,) = [tag for tag in re.findall(r'<input[^>]*name="lines-0-mode"[^>]*>', page) if "checked" in tag]
    return re.search(r'value="(\w+)"', mode)[1]


def shelter(place: Place, name: str, need: str = "interpersonal_safety", *, language: str | None = "es") -> Service:
    """A confidential service at a private place."""
    service = answers(place, place.town.service(name=name, is_confidential=True), need)
    session = place.town.session
    link = session.query(ServiceAtLocation).filter_by(service_id=service.id).one()
    session.get_one(Location, link.location_id).is_private = True
    session.add(Phone(number="+15595550190", service_id=service.id))
    if language:
        session.add(Language(service_id=service.id, code=language, name="A language"))
    session.flush()
    return service


def test_a_usual_one_that_fits_less_can_be_chosen_and_says_why_it_stands_lower(crowded: Place, nurse: FlaskClient):
    zinnia = named(crowded, "Zinnia Pantry")
    usual(crowded, zinnia)

    page = nurse.get(page_of(crowded)).text
    signed = nurse.post(page_of(crowded), data=filled(crowded, **{"lines-0-service": str(zinnia)}))

    assert radio(page, zinnia)
    assert page.index("Clover") < page.index("Zinnia Pantry")
    assert "It stands after the best because of this: language." in page
    assert signed.status_code == 303


def test_a_usual_one_for_another_need_is_not_offered_for_this_one(crowded: Place, nurse: FlaskClient):
    other = answers(crowded, crowded.town.service(name="Roof House"), "housing")
    usual(crowded, other.id)

    assert "Roof House" not in nurse.get(page_of(crowded)).text


def test_a_usual_one_for_another_age_can_be_chosen_and_says_so(crowded: Place, nurse: FlaskClient):
    crowded.patient.birth_date_text = "1990-01-01"
    zinnia = named(crowded, "Zinnia Pantry")
    crowded.town.session.get_one(Service, zinnia).minimum_age = 60
    usual(crowded, zinnia)

    page = nurse.get(page_of(crowded)).text

    assert radio(page, zinnia)
    assert "It is for people of another age." in page


def test_any_listed_service_is_found_by_words_and_can_be_signed(crowded: Place, nurse: FlaskClient):
    zinnia = named(crowded, "Zinnia Pantry")
    assert not radio(nurse.get(page_of(crowded)).text, zinnia)
    words = {"lines-0-look_for": "zinnia", "lines-0-note": "Ring twice.", "lines-0-service": None}

    found = nurse.post(page_of(crowded), data=filled(crowded, step="look", **words)).text
    signed = nurse.post(page_of(crowded), data=filled(crowded, **words | {"lines-0-service": str(zinnia)}))

    assert radio(found, zinnia)
    assert "Ring twice." in found
    assert 'value="zinnia"' in found
    assert "miles away" in found[found.index("Found for") :]
    assert signed.status_code == 303


def test_the_return_key_in_the_box_searches(crowded: Place, nurse: FlaskClient):
    words = {"lines-0-look_for": "zinnia", "lines-0-service": None}

    first = nurse.post(page_of(crowded), data=filled(crowded, step="review", **words))
    again = nurse.post(page_of(crowded), data=filled(crowded, step="review", **words | {"lines-0-found_for": "zinnia"}))

    assert first.status_code == 200
    assert radio(first.text, named(crowded, "Zinnia Pantry"))
    assert "error-summary" not in first.text
    assert again.status_code == 422


def test_what_was_found_and_chosen_stays_when_other_words_are_typed(crowded: Place, nurse: FlaskClient):
    zinnia = named(crowded, "Zinnia Pantry")
    chosen = {"lines-0-service": str(zinnia), "lines-0-look_for": "nothing like it", "lines-0-found_for": "zinnia"}

    page = nurse.post(page_of(crowded), data=filled(crowded, step="look", **chosen)).text

    assert "checked" in radio(page, zinnia)
    assert "Nothing in the directory has all of these words" in page


def test_what_stands_above_already_is_named_and_not_shown_twice(crowded: Place, nurse: FlaskClient):
    page = nurse.post(page_of(crowded), data=filled(crowded, step="look", **{"lines-0-look_for": "aster"})).text

    assert "Above already: Aster" in page
    assert len(re.findall(rf'<input[^>]*value="{named(crowded, "Aster")}"', page)) == 1


def test_where_none_is_listed_for_the_need_others_are_found_and_it_is_said(crowded: Place, nurse: FlaskClient):
    roof = answers(crowded, crowded.town.service(name="Roof House"), "housing").id
    reindex(crowded.town.session, [roof])
    crowded.town.commit()

    page = nurse.post(page_of(crowded), data=filled(crowded, step="look", **{"lines-0-look_for": "roof"})).text

    assert radio(page, roof)
    assert "None of these is listed for this need" in page
    assert "It does not list this need: ask whether they can help." in page


def test_the_review_carries_the_words_along(crowded: Place, nurse: FlaskClient):
    zinnia = str(named(crowded, "Zinnia Pantry"))
    words = {"lines-0-look_for": "zinnia", "lines-0-found_for": "zinnia", "lines-0-service": zinnia}

    review = nurse.post(page_of(crowded), data=filled(crowded, step="review", **words)).text

    assert re.search(r'name="lines-0-look_for"\s+value="zinnia"', review)


@pytest.fixture
def in_danger(offered: Place) -> Place:
    """Three lines to call fit best; two shelters are listed beside them."""
    offered.need.domain = "interpersonal_safety"
    for number in range(4):
        line = answers(offered, another(offered, f"Line {number}"), "interpersonal_safety")
        offered.town.session.add(Language(service_id=line.id, code="es", name="Spanish"))
        line.by_phone = True
    shelter(offered, "Far Shelter", language="vi")
    shelter(offered, "Amapola Shelter")
    offered.town.commit()
    return offered


def test_shelters_are_a_group_of_their_own_those_of_the_language_first(in_danger: Place, nurse: FlaskClient):
    page = nurse.get(f"{page_of(in_danger)}?private=1").text

    group = page[page.index("Confidential places, such as shelters") :]
    assert radio(group, named(in_danger, "Amapola Shelter"))
    assert group.index("Amapola Shelter") < group.index("Far Shelter")
    assert checked_mode(page) == "phone_hand_over"


def test_a_shelter_that_was_barred_is_not_offered(in_danger: Place, nurse: FlaskClient):
    in_danger.service = in_danger.town.session.get_one(Service, named(in_danger, "Amapola Shelter"))
    bar(in_danger)

    assert "Amapola Shelter" not in nurse.get(f"{page_of(in_danger)}?private=1").text


def test_a_shelter_is_only_called_together_whatever_way_was_chosen(in_danger: Place, nurse: FlaskClient):
    chosen = {"lines-0-service": str(named(in_danger, "Amapola Shelter")), "lines-0-agreed": None, "private": "1"}

    review = nurse.post(page_of(in_danger), data=filled(in_danger, step="review", **chosen))

    assert review.status_code == 200
    assert "We call together with the patient" in review.text
    assert re.search(r'name="lines-0-mode"\s+value="phone_hand_over"', review.text)


def test_where_all_is_confidential_no_other_way_can_be_chosen(offered: Place, nurse: FlaskClient):
    offered.service.is_confidential = True
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert checked_mode(page) == "phone_hand_over"
    assert 'name="lines-0-mode" type="radio" value="sent"' not in page


def with_phone(place: Place) -> None:
    place.town._add(Phone(number="+15595550177", service_id=place.service.id))
    place.town.commit()


def test_urgent_today_the_call_is_chosen_beforehand_when_the_urgency_changes(offered: Place, nurse: FlaskClient):
    with_phone(offered)
    left = filled(offered, step="look", urgency="today", **{"lines-0-mode": "sent", "lines-0-mode_before": "sent"})
    made = left | {"lines-0-mode_before": "phone_hand_over"}

    assert checked_mode(nurse.post(page_of(offered), data=left).text) == "phone_hand_over"
    assert checked_mode(nurse.post(page_of(offered), data=made).text) == "sent", "somebody chose it"


def test_the_number_of_statements_does_not_grow_with_stars_and_what_is_found(
    crowded: Place, nurse: FlaskClient, app: Flask
):
    usual(crowded, named(crowded, "Zinnia Pantry"))
    sent = filled(crowded, step="look", **{"lines-0-look_for": "house"})
    nurse.post(page_of(crowded), data=sent)
    with counted(app) as few:
        nurse.post(page_of(crowded), data=sent)
    for name in ("Dahlia", "Erica", "Fern"):
        usual(crowded, another(crowded, name).id)
    reindex(crowded.town.session, crowded.town.session.scalars(select(Service.id)).all())
    crowded.town.commit()

    with counted(app) as many:
        nurse.post(page_of(crowded), data=sent)

    assert len(many) <= len(few) + 1  # members are asked for where some organization has no address on file
