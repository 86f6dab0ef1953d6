"""A service that has said it is full is refused where it is chosen, with the day, before consent is asked."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from referral.kit import clock
from referral.referrals.states import ReferralEvent
from resources_directory.capacity import SaidCapacity, say_capacity
from resources_directory.models.capacity import CapacityStatus, CapacityWord
from tests.prescriptions.conftest import filled, page_of
from tests.prescriptions.test_choosing import checked_mode, radio
from tests.referrals.conftest import Place
from tests.referrals.test_room import late


@pytest.fixture
def full(offered: Place) -> Place:
    said = SaidCapacity(
        offered.service.id, CapacityStatus.NO_CAPACITY, said_by="Olga", how="link", until=date(2030, 6, 5)
    )
    say_capacity(offered.town.session, said, now=clock.now())
    offered.town.commit()
    return offered


def test_it_is_refused_beside_the_service_with_its_day(full: Place, nurse: FlaskClient) -> None:
    answer = nurse.post(page_of(full), data=filled(full) | {"step": "review"})

    assert answer.status_code == 409
    assert "that it is full until June 5, 2030" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_patient_may_still_go_there(full: Place, nurse: FlaskClient) -> None:
    typed = filled(full) | {"step": "review", "lines-0-mode": "self_directed"}

    assert nurse.post(page_of(full), data=typed).status_code == 200


def test_it_stands_in_the_list_with_its_day_and_without_a_button_to_choose_it(full: Place, nurse: FlaskClient) -> None:
    page = nurse.get(page_of(full)).text

    assert "Green Table Boxes" in page
    assert "Full until Wednesday, June 5, 2030" in page
    assert "It is full, so it cannot be asked now." in page
    assert not radio(page, full.service.id)


def test_the_patient_goes_there_by_a_button_of_its_own_and_nothing_typed_is_lost(
    full: Place, nurse: FlaskClient
) -> None:
    press = f"goes:{full.need.id}:{full.service.id}"
    typed = filled(full, step=press, **{"lines-0-service": None, "lines-0-note": "Ring twice."})

    page = nurse.post(page_of(full), data=typed).text

    assert "checked" in (radio(page, full.service.id) or "")
    assert checked_mode(page) == "self_directed"
    assert "Ring twice." in page


@pytest.mark.parametrize("press", ["goes:", "goes:x", "goes:x:y:z"])
def test_a_broken_press_chooses_nothing(full: Place, nurse: FlaskClient, press: str) -> None:
    answer = nurse.post(page_of(full), data=filled(full, step=press, **{"lines-0-service": None}))

    assert answer.status_code == 200
    assert not radio(answer.text, full.service.id)


def test_one_with_a_waiting_list_can_be_chosen(full: Place, nurse: FlaskClient) -> None:
    said = SaidCapacity(full.service.id, CapacityStatus.WAITLIST, said_by="Olga", how="link")
    say_capacity(full.town.session, said, now=clock.now() + timedelta(minutes=1))
    full.town.commit()

    assert radio(nurse.get(page_of(full)).text, full.service.id)


def test_a_word_without_a_day_bars_for_a_week_only(offered: Place, nurse: FlaskClient) -> None:
    said = SaidCapacity(offered.service.id, CapacityStatus.NO_CAPACITY, said_by="Olga", how="link")
    say_capacity(offered.town.session, said, now=clock.now() - timedelta(days=8))
    offered.town.commit()

    assert radio(nurse.get(page_of(offered)).text, offered.service.id)


def test_one_that_said_late_that_it_can_help_after_all_can_be_chosen(full: Place, nurse: FlaskClient) -> None:
    said = full.town.session.query(CapacityWord).one()
    said.said_at -= timedelta(minutes=5)
    late(full, ReferralEvent.ACCEPT)
    full.town.commit()

    assert radio(nurse.get(page_of(full)).text, full.service.id)
