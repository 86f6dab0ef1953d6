"""A service that has said it is full is refused where it is chosen, with the day, before consent is asked."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from referral.kit import clock
from resources_directory.capacity import SaidCapacity, say_capacity
from resources_directory.models.capacity import CapacityStatus
from tests.prescriptions.conftest import filled, page_of
from tests.referrals.conftest import Place


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
