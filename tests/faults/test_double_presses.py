"""A button pressed twice, so that both requests arrive at the same moment: one effect, and nobody sees an error."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.link_sessions import link_cookie_name
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.plan.models import ReferralRating
from referral.referrals.rerouting_models import RerouteAlternative
from referral.referrals.states import ReferralState
from resources_directory.models.capacity import CapacityWord
from resources_directory.models.service import NeedOrigin, ServiceNeed
from tests.faults.meeting import at_once, meeting_at
from tests.faults.test_two_at_once import browser_of, press
from tests.plan.conftest import Home
from tests.plan.conftest import home as home
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place


@pytest.fixture
def windows(app: Flask, home: Home, settings: Settings) -> list[FlaskClient]:
    """Two windows of one browser, both on the patient's own page; its request is finished."""
    home.referral.state = ReferralState.COMPLETED
    home.open()
    name, again = link_cookie_name(settings), app.test_client()
    cookie = home.client.get_cookie(name)
    assert cookie is not None
    again.set_cookie(name, cookie.value)
    return [home.client, again]


def test_two_stars_pressed_at_once_are_one_rating(
    home: Home, windows: list[FlaskClient], session: ScopedSession, database: Database
) -> None:
    about = str(home.referral.id)
    session.rollback()

    with meeting_at(database.engine, "INSERT INTO referral_rating"):
        answers = at_once(
            *(press(each, "/p/rate", about=about, stars=n) for each, n in zip(windows, "24", strict=True))
        )

    assert [answer.status_code for answer in answers] == [303, 303]
    assert list(session.scalars(select(ReferralRating.stars))) in ([2], [4])


def test_a_word_about_room_sent_twice_at_once_is_said_once(
    app: Flask, place: Place, session: ScopedSession, database: Database
) -> None:
    form = {"form_id": uuid4(), "service": place.service.id, "status": "no-capacity", "until": "2099-01-01"}
    place.town.commit()
    windows = [browser_of(app, place.staff) for _window in range(2)]

    with meeting_at(database.engine, "INSERT INTO capacity_word"):
        answers = at_once(*(press(each, "/inbox/room", **form) for each in windows))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert list(session.scalars(select(CapacityWord.id))) == [form["form_id"]]


def test_two_colleagues_who_look_for_other_places_at_once_find_each_place_once(
    app: Flask, place: Place, session: ScopedSession, database: Database
) -> None:
    other = place.town.service(name="Apple Bank")
    session.add(ServiceNeed(service_id=other.id, need="food", origin=NeedOrigin.STATED))
    referral = place.referral(ReferralState.DECLINED, reason="other")
    place.town.commit()
    path, version = f"/referrals/{referral.id}/other-places", str(referral.version)
    windows = [browser_of(app, each) for each in (place.clinician, place.clinician)]

    with meeting_at(database.engine, "INSERT INTO reroute_alternative"):
        answers = at_once(*(press(each, path, version=version) for each in windows))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert list(session.scalars(select(RerouteAlternative.service_id))) == [other.id]
