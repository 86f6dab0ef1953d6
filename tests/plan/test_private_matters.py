"""Places whose name alone tells of a need: on the page, in the copy and in who-knows-what they are a private matter."""

from typing import Any

import pytest

from referral.plan.actions import choose_need
from referral.referrals.models import Referral
from referral.referrals.states import Mode
from resources_directory.models.location import Location
from resources_directory.models.service import NeedOrigin, Service, ServiceAtLocation, ServiceNeed
from tests.plan.conftest import Home


def asked(home: Home, domain: str = "social_connection", **facts: Any) -> Referral:
    row = home.request_for(domain, "Far Bank Survivor Circle", **facts)
    home.town.sharing_consent(home.patient, row.organization_id)
    return row


def answers_safety(home: Home, row: Referral) -> None:
    home.session.add(ServiceNeed(service_id=row.service_id, need="interpersonal_safety", origin=NeedOrigin.STATED))


def is_confidential(home: Home, row: Referral) -> None:
    home.session.get_one(Service, row.service_id).is_confidential = True


def has_a_private_place(home: Home, row: Referral) -> None:
    link = home.session.query(ServiceAtLocation).filter_by(service_id=row.service_id).one()
    home.session.get_one(Location, link.location_id).is_private = True


def is_of_a_shelter(home: Home, row: Referral) -> None:
    """Its organization runs a confidential service besides."""
    other = home.town.service(name="Safe Beds")
    other.organization_id, other.is_confidential = row.organization_id, True


def pages(home: Home) -> tuple[str, str]:
    return home.open(), home.client.get("/p/file").text


@pytest.mark.parametrize("tells", [answers_safety, is_confidential, has_a_private_place, is_of_a_shelter])
def test_a_place_that_tells_by_its_name_is_a_private_matter(home: Home, tells: Any) -> None:
    tells(home, asked(home))

    for page in pages(home):
        assert "Survivor" not in page
        assert "A private matter" in page
        assert "One more local group: ask us." in page
        assert "Open Table" in page


def test_a_private_matter_has_no_buttons(home: Home) -> None:
    row = asked(home, state="completed")
    answers_safety(home, row)
    page = home.open()

    assert str(row.organization_id) not in page
    assert str(row.id) not in page
    assert home.press("rate", about=str(row.id), stars=4).status_code == 404
    home.press("stop-sharing", about=str(row.organization_id), sure="yes")
    assert home.fresh(Referral, row.id).state == "completed"


def test_a_place_for_a_need_that_the_patient_chose_to_see_is_named(home: Home) -> None:
    row = asked(home, "legal_immigration")
    home.session.add(ServiceNeed(service_id=row.service_id, need="legal_immigration", origin=NeedOrigin.STATED))
    need = home.session.get_one(type(home.need), row.need_id)
    choose_need(home.session, home.patient, need, shown=True, by=home.clinician.id)

    assert "Far Bank Survivor Circle" in home.open()


def test_a_lawyer_who_also_helps_with_rent_is_a_private_matter(home: Home) -> None:
    row = asked(home, "housing")
    home.session.add(ServiceNeed(service_id=row.service_id, need="legal_immigration", origin=NeedOrigin.STATED))

    assert "Far Bank Survivor Circle" not in home.open()


def test_nothing_that_goes_on_is_hidden_behind_nothing_to_do(home: Home) -> None:
    home.referral.state = "cancelled"
    answers_safety(home, asked(home, mode=Mode.SELF_DIRECTED, state="in_progress"))

    page = home.open()

    assert "There is nothing to do now." not in page
    assert "We tell you on the phone how it stands." in page
