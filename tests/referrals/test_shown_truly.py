"""What pages say of a request is what happened: part of the help, reminders, a death, a time that is over, a count."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.patients.deaths import Death, mark_deceased
from referral.referrals.clocks import run_clocks
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from resources_directory.models.capacity import ServiceCapacity, Unit
from tests.referrals.conftest import TUESDAY, Place
from tests.referrals.desks import Desk, token_of
from tests.referrals.test_answering import desk as desk
from tests.referrals.test_answering import referral as referral
from tests.referrals.test_answering import sent
from tests.sign_in import sign_in


@pytest.fixture
def olga(client: FlaskClient, place: Place) -> FlaskClient:
    """The organization's staff, signed in."""
    place.town.commit()
    sign_in(client, place.staff)
    return client


@pytest.mark.parametrize("page", ["/inbox?show=all", "/inbox/{id}"])
def test_part_of_the_help_is_not_called_all_of_it(olga: FlaskClient, place: Place, page: str) -> None:
    referral = place.referral(ReferralState.COMPLETED, reason="partly_received", closed_at=clock.now())
    place.town.commit()

    text = olga.get(page.format(id=referral.id)).text

    assert "<span>Part of the help was received</span>" in text
    assert "<span>Help was received</span>" not in text


def test_reminders_that_left_stand_in_the_story(nurse: FlaskClient, place: Place, database: Database) -> None:
    with time_machine.travel(TUESDAY, tick=False) as now:
        referral = sent(place)
        for _day in range(2):
            now.shift(timedelta(days=1, minutes=1))
            run_clocks(database)
        for mail in place.town.session.scalars(select(Message).where(Message.template.like("referral_%"))):
            mail.sent_at = clock.now()
        place.town.commit()

        text = nurse.get(f"/referrals/{referral.id}").text

    assert "The organization was reminded by e-mail." in text
    assert "A second e-mail went to the organization" in text


def test_a_reminder_that_never_left_stands_nowhere(nurse: FlaskClient, place: Place, database: Database) -> None:
    with time_machine.travel(TUESDAY, tick=False) as now:
        referral = sent(place)
        now.shift(timedelta(days=1, minutes=1))
        run_clocks(database)

        text = nurse.get(f"/referrals/{referral.id}").text

    assert "was reminded" not in text


@pytest.fixture
def after_a_death(place: Place) -> Referral:
    referral = sent(place)
    mark_deceased(place.town.session, place.patient, Death(), by=place.navigator.id, by_name="Nadia")
    place.town.commit()
    return referral


@pytest.mark.parametrize("page", ["/referrals/", "/referrals/{id}", "/patients/{patient}"])
def test_after_a_death_nobody_is_said_to_have_withdrawn(
    nurse: FlaskClient, place: Place, after_a_death: Referral, page: str
) -> None:
    path = page.format(id=after_a_death.id, patient=place.patient.id).rstrip("/")

    text = nurse.get(path).text

    assert "Ended: the patient died" in text
    assert "ithdrew it" not in text


@pytest.mark.parametrize("page", ["/inbox?show=all", "/inbox/{id}"])
def test_an_organization_is_told_nothing_of_a_death(olga: FlaskClient, after_a_death: Referral, page: str) -> None:
    text = olga.get(page.format(id=after_a_death.id)).text

    assert "No longer needed" in text
    assert "died" not in text
    assert "Withdrawn by the patient" not in text


def test_whoever_comes_when_the_time_is_over_reads_what_is_still_possible(
    client: FlaskClient, place: Place, database: Database
) -> None:
    with time_machine.travel(TUESDAY, tick=False) as now:
        referral = sent(place)
        token = token_of(place.town, referral)
        for _step in range(4):
            now.shift(timedelta(days=4))
            run_clocks(database)

        page = client.get(f"/answer/{token}")

    assert page.status_code == 410
    assert "This link has expired. You can still say whether you could help" in page.text
    assert "Look for a newer message" not in page.text


def test_the_name_is_asked_once(desk: Desk) -> None:
    desk.press("ask", name="Anna Ortiz", words="Until when?")

    page = desk.look().text

    assert page.count('value="Anna Ortiz"') == page.count('autocomplete="name"') > 1


def test_a_refused_form_leaves_the_name_in_the_others(desk: Desk) -> None:
    page = desk.press("ask", name="Anna Ortiz", words="").text

    assert page.count('value="Anna Ortiz"') == page.count('autocomplete="name"') > 1


def test_the_name_goes_with_whoever_is_done(desk: Desk, place: Place, referral: Referral) -> None:
    token = token_of(place.town, referral)
    desk.press("ask", name="Anna Ortiz", words="Until when?")
    desk.client.post("/answer/leave")

    desk.open(token)

    assert "Anna Ortiz" not in desk.look().text.replace("Anna Ortiz</span>", "")


def test_an_organization_sees_what_the_directory_says_of_its_room(olga: FlaskClient, place: Place) -> None:
    unit = Unit(name="people")
    place.town.session.add(unit)
    place.town.session.flush()
    place.town.session.add(
        ServiceCapacity(service_id=place.service.id, unit_id=unit.id, available=60, updated=clock.now())
    )
    place.town.commit()

    text = olga.get("/inbox/room").text

    assert "The directory says: Room for 60 people, said on" in text
    assert "Nothing yet" not in text
