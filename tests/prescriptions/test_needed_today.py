"""Urgent today: only what can be reached now, and the way that somebody chose stays until they see another one."""

from datetime import time

import pytest
from flask.testing import FlaskClient

from referral.kit import clock
from resources_directory.models.schedule import Schedule
from tests.prescriptions.conftest import filled, page_of
from tests.prescriptions.test_choosing import checked_mode
from tests.prescriptions.test_one_page import with_phone
from tests.referrals.conftest import Place

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@pytest.fixture
def closed(offered: Place) -> Place:
    """The service has a phone, and opens on another day only."""
    other = DAYS[(clock.now().weekday() + 3) % 7]
    hours = {"byday": other, "freq": "WEEKLY", "opens_at": time(9), "closes_at": time(12)}
    offered.town._add(Schedule(service_id=offered.service.id, timezone_name="America/Los_Angeles", **hours))
    with_phone(offered)
    return offered


def test_a_phone_in_known_closed_hours_is_not_reached_today(closed: Place, nurse: FlaskClient) -> None:
    page = nurse.get(f"{page_of(closed)}?urgency=today").text
    refused = nurse.post(page_of(closed), data=filled(closed, urgency="today"))

    assert "Green Table Boxes" not in page
    assert "No place for this need can be reached now." in page
    assert refused.status_code == 422
    assert "It cannot be reached now" in refused.text


def test_on_any_other_day_it_is_offered(closed: Place, nurse: FlaskClient) -> None:
    assert "Green Table Boxes" in nurse.get(page_of(closed)).text


@pytest.fixture
def reached(offered: Place) -> Place:
    with_phone(offered)
    return offered


def test_the_way_that_stood_on_the_page_is_the_way_that_is_reviewed(reached: Place, nurse: FlaskClient) -> None:
    ways = {"lines-0-mode": "sent", "lines-0-mode_before": "sent"}

    review = nurse.post(page_of(reached), data=filled(reached, step="review", urgency="today", **ways)).text

    assert "We ask the organization" in review
    assert "We call together" not in review


def test_what_was_reviewed_is_kept_when_something_else_is_changed(reached: Place, nurse: FlaskClient) -> None:
    ways = {"lines-0-mode": "sent", "lines-0-mode_before": "sent"}
    review = nurse.post(page_of(reached), data=filled(reached, step="review", urgency="today", **ways)).text
    before = review.split('name="lines-0-mode_before"')[1].split('value="')[1].split('"')[0]

    back = filled(reached, step="change", urgency="today", **ways | {"lines-0-mode_before": before})

    assert checked_mode(nurse.post(page_of(reached), data=back).text) == "sent"


def test_where_the_page_chooses_another_way_it_says_so(reached: Place, nurse: FlaskClient) -> None:
    ways = {"lines-0-mode": "sent", "lines-0-mode_before": "sent"}

    page = nurse.post(page_of(reached), data=filled(reached, step="look", urgency="today", **ways)).text

    assert checked_mode(page) == "phone_hand_over"
    assert "Another way is chosen now, to fit what is shown: We call together" in page


def test_a_page_that_keeps_its_way_says_nothing(reached: Place, nurse: FlaskClient) -> None:
    ways = {"lines-0-mode": "sent", "lines-0-mode_before": "sent"}

    assert "Another way is chosen" not in nurse.post(page_of(reached), data=filled(reached, step="look", **ways)).text
