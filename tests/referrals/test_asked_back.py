"""What fits together is kept, what does not is said beside its field, and what is only odd is asked back once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from referral.accounts.closed_days import ClosedDay
from referral.kit import clock
from referral.referrals.actions import mark_error, move
from referral.referrals.actors import ActorKind
from referral.referrals.appointments import GivenAppointment, appointments_of, give_appointment
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import RecallReason, ReferralEvent, ReferralState
from resources_directory.models.schedule import Schedule
from tests.referrals.conftest import TUESDAY, Place
from tests.referrals.desks import Desk, token_of
from tests.referrals.test_inbox_list import another
from tests.sign_in import sign_in

S = ReferralState
INDEPENDENCE_DAY, SATURDAY, CLOSED, OPEN = (
    "2026-07-03T10:00",
    "2026-06-06T10:00",
    "2026-06-08T10:00",
    "2026-06-09T10:00",
)
ASKED = "the organization is closed by its calendar"
AHEAD = "is still to come. Check what you chose"


@pytest.fixture(autouse=True)
def _tuesday() -> Iterator[None]:
    with time_machine.travel(TUESDAY, tick=True):
        yield


@pytest.fixture
def desk(client: FlaskClient, place: Place) -> FlaskClient:
    day = datetime.fromisoformat(CLOSED).date()
    place.town.session.add(ClosedDay(member_id=place.organization.id, day=day, created_at=clock.now()))
    place.town.commit()
    sign_in(client, place.staff)
    return client


def taken(place: Place, *, expected: bool = False) -> Referral:
    """A request that was accepted; `expected`: with an appointment in a week."""
    referral = place.referral(S.ACCEPTED)
    if expected:
        local = datetime.fromisoformat(OPEN)
        given = GivenAppointment(local, interpreter_booked=None, given_id=uuid4(), actor=place.actors[ActorKind.LINK])
        give_appointment(place.town.session, referral, given)
    place.town.commit()
    return referral


def say(desk: FlaskClient, referral: Referral, **fields: str) -> TestResponse:
    data = {f"outcome-{name}": value for name, value in fields.items()}
    return desk.post(f"/inbox/{referral.id}/outcome", data={"outcome-version": str(referral.version), **data})


def said(place: Place) -> list[tuple[str, str | None]]:
    found = select(Testimony).execution_options(populate_existing=True)
    rows = [(row.outcome, row.units) for row in place.town.session.scalars(found)]
    place.town.commit()
    return rows


@pytest.mark.parametrize("units", ["-4", "0", "0.0 boxes", "boxes", "- 2"])
def test_an_amount_begins_with_a_number_above_zero(desk: FlaskClient, place: Place, units: str) -> None:
    answer = say(desk, taken(place), outcome="received", units=units)

    assert answer.status_code == 422
    assert 'id="outcome-units-error"' in answer.text
    assert said(place) == []


@pytest.mark.parametrize("units", ["2", "2 boxes", "0.5 kg", "$40 voucher", "1,200 miles", "٣ صناديق"])
def test_an_amount_may_have_words_after_it(desk: FlaskClient, place: Place, units: str) -> None:
    say(desk, taken(place), outcome="received", units=units)

    assert said(place) == [("received", units)]


def test_amount_and_reason_that_do_not_fit_are_both_said_and_nothing_typed_is_lost(
    desk: FlaskClient, place: Place
) -> None:
    answer = say(desk, taken(place), outcome="received", units="-4", reason="did_not_meet", note="Box at the door")

    page = answer.text
    assert ('id="outcome-units-error"' in page, 'id="outcome-reason-error"' in page) == (True, True)
    assert ('value="-4"' in page, "Box at the door" in page) == (True, True)
    assert said(place) == []


def test_nothing_was_given_where_no_help_came(desk: FlaskClient, place: Place) -> None:
    answer = say(desk, taken(place), outcome="not_received", reason="did_not_meet", units="2 boxes")

    assert 'id="outcome-units-error"' in answer.text
    assert said(place) == []


def test_the_same_holds_for_what_staff_write_down(client: FlaskClient, place: Place) -> None:
    referral = taken(place, expected=True)
    sign_in(client, place.navigator)
    told = {"side": "organization", "speaker": "Olga", "channel": "phone", "outcome": "received"}
    url, version = f"/referrals/{referral.id}/testimony", {"version": str(referral.version)}

    unfit = client.post(url, data={**told, **version, "units": "-4", "reason": "did_not_meet"})
    early = client.post(url, data={**told, **version, "units": "2 boxes"})
    kept = client.post(url, data={**told, **version, "units": "2 boxes", "keep_outcome": "y"})

    assert ('id="units-error"' in unfit.text, 'id="reason-error"' in unfit.text) == (True, True)
    assert (early.status_code, AHEAD in early.text, 'name="keep_outcome"' in early.text) == (422, True, True)
    assert (kept.status_code, said(place)) == (303, [("received", "2 boxes")])


@pytest.mark.parametrize("day", [INDEPENDENCE_DAY, SATURDAY, CLOSED], ids=["holiday", "weekend", "closed by them"])
def test_an_appointment_on_a_closed_day_is_asked_back_and_can_be_kept(
    desk: FlaskClient, place: Place, day: str
) -> None:
    referral = taken(place)
    data = {"appointment-version": str(referral.version), "appointment-appointment": day}

    asked = desk.post(f"/inbox/{referral.id}/appointment", data=data)
    before = appointments_of(place.town.session, [referral.id])
    place.town.commit()
    kept = desk.post(f"/inbox/{referral.id}/appointment", data={**data, "appointment-keep_day": "y"})

    assert (asked.status_code, ASKED in asked.text, before) == (422, True, {})
    assert 'name="appointment-keep_day"' in asked.text
    assert kept.status_code == 303
    assert referral.id in appointments_of(place.town.session, [referral.id])


def test_an_appointment_on_an_open_day_is_not_asked_back(desk: FlaskClient, place: Place) -> None:
    referral = taken(place)
    data = {"appointment-version": str(referral.version), "appointment-appointment": OPEN}

    assert desk.post(f"/inbox/{referral.id}/appointment", data=data).status_code == 303


def test_a_saturday_on_which_the_service_is_open_by_its_hours_is_not_asked_back(
    desk: FlaskClient, place: Place
) -> None:
    place.town.session.add(Schedule(service_id=place.service.id, freq="WEEKLY", byday="SA"))
    referral = taken(place)
    data = {"appointment-version": str(referral.version), "appointment-appointment": SATURDAY}

    assert desk.post(f"/inbox/{referral.id}/appointment", data=data).status_code == 303


def test_accepting_with_an_appointment_on_a_closed_day_moves_nothing_before_it_is_kept(
    desk: FlaskClient, place: Place
) -> None:
    referral = place.referral(S.SENT)
    place.town.commit()
    data = {"accept-version": str(referral.version), "accept-appointment": CLOSED}

    asked = desk.post(f"/inbox/{referral.id}/accept", data=data)
    place.town.session.refresh(referral)
    stood = referral.state
    place.town.commit()
    desk.post(f"/inbox/{referral.id}/accept", data={**data, "accept-keep_day": "y"})

    place.town.session.refresh(referral)
    assert (asked.status_code, ASKED in asked.text, stood, referral.state) == (422, True, "sent", "accepted")


def test_staff_who_write_down_an_appointment_on_a_closed_day_are_asked_back(client: FlaskClient, place: Place) -> None:
    referral = place.referral(S.SENT)
    place.town.commit()
    sign_in(client, place.navigator)
    data = {"version": str(referral.version), "speaker": "Olga", "answer": "accept", "appointment": INDEPENDENCE_DAY}

    asked = client.post(f"/referrals/{referral.id}/answer", data=data)
    kept = client.post(f"/referrals/{referral.id}/answer", data={**data, "keep_day": "y"})

    assert (asked.status_code, ASKED in asked.text, kept.status_code) == (422, True, 303)


def test_help_before_its_appointment_is_asked_back_and_can_be_kept(desk: FlaskClient, place: Place) -> None:
    referral = taken(place, expected=True)

    asked = say(desk, referral, outcome="received", units="2 boxes")
    before = said(place)
    kept = say(desk, referral, outcome="received", units="2 boxes", keep_outcome="y")

    assert (asked.status_code, AHEAD in asked.text, before) == (422, True, [])
    assert kept.status_code == 303
    assert said(place) == [("received", "2 boxes")]


def test_two_taps_before_the_appointment_lead_to_the_request_and_change_nothing(
    desk: FlaskClient, place: Place
) -> None:
    referral = taken(place, expected=True)

    answer = desk.post(f"/inbox/{referral.id}/tap", data={"version": str(referral.version), "outcome": "received"})

    assert (answer.status_code, answer.location, said(place)) == (303, f"/inbox/{referral.id}", [])
    assert AHEAD in desk.get(f"/inbox/{referral.id}").text


def test_after_its_appointment_nothing_is_asked(desk: FlaskClient, place: Place) -> None:
    referral = taken(place, expected=True)

    with time_machine.travel(TUESDAY + timedelta(days=8), tick=True):
        sign_in(desk, place.staff)
        answer = say(desk, referral, outcome="received")

    assert answer.status_code == 303


def test_the_first_page_says_that_a_zip_code_was_left_out(client: FlaskClient, place: Place) -> None:
    shared, left_out = another(place), another(place)
    left_out.shared_fields = [each for each in left_out.shared_fields if each != "zip_code"]
    place.town.commit()
    sign_in(client, place.staff)

    pages = [client.get(f"/inbox/{each.id}").text for each in (shared, left_out)]

    assert ["93702" in page for page in pages] == [True, False]
    assert ["Not shared" in page for page in pages] == [False, True]


@pytest.mark.parametrize(
    ("reason", "again", "with_service"),
    [
        (RecallReason.WRONG_DETAILS, True, True),
        (RecallReason.NOT_AGREED, True, True),
        (RecallReason.WRONG_ORGANIZATION, True, False),
        (RecallReason.WRONG_PATIENT, False, False),
        (RecallReason.TWICE, False, False),
    ],
)
def test_what_was_recalled_is_prescribed_again_where_it_can_be_made_right(
    client: FlaskClient, place: Place, reason: RecallReason, again: bool, with_service: bool
) -> None:
    referral = place.referral(S.SENT)
    mark_error(place.town.session, referral, place.actors[ActorKind.MEMBERSHIP], reason=reason)
    place.town.commit()
    sign_in(client, place.clinician)

    page = client.get(f"/referrals/{referral.id}").text

    assert ("Prescribe it again" in page) is again
    assert (f"service={place.service.id}" in page) is with_service


def test_a_link_is_asked_back_like_an_account(client: FlaskClient, place: Place) -> None:
    referral = place.referral(S.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    desk = Desk(client)
    desk.open(token_of(place.town, referral))
    desk.press("accept", appointment=OPEN)
    desk.look()

    asked = desk.press("outcome", outcome="received", units="-4")
    early = desk.press("outcome", outcome="received", units="2 boxes")

    assert 'id="outcome-units-error"' in asked.text
    assert ("still to come" in early.text, 'name="outcome-keep_outcome"' in early.text) == (True, True)
    assert said(place) == []
