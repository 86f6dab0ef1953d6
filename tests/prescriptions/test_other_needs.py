"""A service that does not list the need stands apart and says so; a shelter never stands under another need."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.kit.errors import InvalidInput
from referral.prescriptions.actions import Signer, sign_prescription
from referral.prescriptions.models import Prescription
from referral.referrals.states import Mode
from resources_directory.models.service import Service
from resources_directory.text_index import reindex
from tests.prescriptions.conftest import MakeOrder, answers, filled, page_of
from tests.prescriptions.test_choosing import radio, shelter
from tests.referrals.conftest import Place

APART = "It does not list this need: ask whether they can help."


@pytest.fixture
def amapola(offered: Place) -> UUID:
    """A shelter, and a service for housing, whose names have a word in common; the need is food."""
    refuge = shelter(offered, "Refugio Amapola")
    answers(offered, offered.town.service(name="Amapola Homes"), "housing")
    session = offered.town.session
    reindex(session, session.scalars(select(Service.id)).all())
    offered.town.commit()
    found: UUID = refuge.id
    offered.town.commit()
    return found


def look(place: Place, nurse: FlaskClient, words: str = "amapola", **facts: str) -> str:
    sent = filled(place, step="look", **{"lines-0-look_for": words, "lines-0-service": None} | facts)
    return nurse.post(page_of(place), data=sent).text


def test_a_shelter_is_not_found_under_another_need(offered: Place, nurse: FlaskClient, amapola: UUID) -> None:
    page = look(offered, nurse)

    assert "Refugio Amapola" not in page
    assert "Amapola Homes" in page
    assert page.count(APART) == 1


def test_what_lists_the_need_does_not_stand_apart(offered: Place, nurse: FlaskClient, amapola: UUID) -> None:
    assert APART not in look(offered, nurse, "green")


def test_the_review_says_it_too(offered: Place, nurse: FlaskClient, amapola: UUID) -> None:
    homes = offered.town.session.scalars(select(Service.id).where(Service.name == "Amapola Homes")).one()
    offered.town.commit()

    chosen = {"lines-0-service": str(homes), "lines-0-look_for": "amapola", "lines-0-found_for": "amapola"}
    review = nurse.post(page_of(offered), data=filled(offered, step="review", **chosen))

    assert review.status_code == 200
    assert APART in review.text


def test_a_shelter_chosen_elsewhere_is_neither_shown_nor_signed_under_another_need(
    offered: Place, nurse: FlaskClient, amapola: UUID
) -> None:
    page = nurse.get(f"{page_of(offered)}?need={offered.need.id}&service={amapola}").text
    way = {"lines-0-service": str(amapola), "lines-0-mode": "phone_hand_over"}
    signed = nurse.post(page_of(offered), data=filled(offered, **way))

    assert not radio(page, amapola)
    assert "Refugio Amapola" not in page + signed.text
    assert signed.status_code == 409
    assert offered.town.session.scalar(select(func.count()).select_from(Prescription)) == 0


def test_signing_itself_refuses_a_shelter_under_another_need(
    session, offered: Place, order: MakeOrder, signer: Signer, amapola: UUID
) -> None:
    with pytest.raises(InvalidInput, match="not listed for this need"):
        sign_prescription(session, order(service_id=amapola, mode=Mode.PHONE_HAND_OVER), by=signer)


def test_a_shelter_that_lists_the_need_is_offered_for_it(offered: Place, nurse: FlaskClient, amapola: UUID) -> None:
    answers(offered, offered.town.session.get_one(Service, amapola))
    offered.town.commit()

    assert radio(look(offered, nurse), amapola)
