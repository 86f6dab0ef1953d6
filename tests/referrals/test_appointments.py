"""Appointments: with the answer or later, on the organization's clock, the newest word counting."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.kit.errors import InvalidInput
from referral.kit.i18n import speaking
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.referrals.actors import ActorKind
from referral.referrals.appointments import GivenAppointment, appointments_of, give_appointment
from referral.referrals.desk_models import Appointment
from referral.referrals.desk_page import appointment_words
from referral.referrals.states import ReferralState
from tests.referrals.conftest import TUESDAY, Place
from tests.sign_in import sign_in

FRIDAY = datetime.fromisoformat("2026-06-05T09:30")


def given(place: Place, local: datetime = FRIDAY, *, interpreter: bool | None = True) -> GivenAppointment:
    return GivenAppointment(local, interpreter, uuid4(), actor=place.actors[ActorKind.LINK])


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY, tick=True):
        yield


def test_the_time_is_read_on_the_organizations_clock(session: ScopedSession, place: Place) -> None:
    row = give_appointment(session, place.referral(ReferralState.ACCEPTED), given(place))

    assert (row.starts_at, row.interpreter_booked, row.author_name) == (
        datetime(2026, 6, 5, 16, 30, tzinfo=UTC),
        True,
        "Olga",
    )


@pytest.mark.parametrize(("language", "told"), [("en", "4:30\u202fPM"), ("es", "16:30")])
def test_an_appointment_is_told_in_the_times_of_the_language(
    app: Flask, session: ScopedSession, place: Place, language: str, told: str
) -> None:
    afternoon = given(place, FRIDAY.replace(hour=16))
    row = give_appointment(session, place.referral(ReferralState.ACCEPTED), afternoon)

    with app.test_request_context(), speaking(language):
        words = appointment_words(row, "America/Los_Angeles")

    assert words.endswith(f", {told}")


def test_the_newest_word_counts_and_the_older_one_stays(session: ScopedSession, place: Place) -> None:
    referral = place.referral(ReferralState.ACCEPTED)
    give_appointment(session, referral, given(place))
    later = give_appointment(session, referral, given(place, FRIDAY.replace(day=8), interpreter=None))

    assert appointments_of(session, [referral.id]) == {referral.id: later}
    assert session.scalar(select(func.count()).select_from(Appointment)) == 2


@pytest.mark.parametrize("local", ["2026-06-01T09:30", "2029-06-05T09:30"], ids=["over", "mistyped year"])
def test_a_day_that_cannot_be_meant_is_refused_before_anything_moves(
    client: FlaskClient, place: Place, local: str
) -> None:
    referral = place.referral(ReferralState.SENT)
    place.town.commit()
    sign_in(client, place.staff)

    answer = client.post(f"/inbox/{referral.id}/accept", data={"accept-appointment": local})

    place.town.session.refresh(referral)
    assert (answer.status_code, referral.state) == (422, "sent")
    assert f'value="{local}"' in answer.text


def test_accepting_with_an_appointment_is_one_step(client: FlaskClient, place: Place) -> None:
    referral = place.referral(ReferralState.SENT)
    place.town.commit()
    sign_in(client, place.staff)

    client.post(
        f"/inbox/{referral.id}/accept", data={"accept-appointment": "2026-06-05T09:30", "accept-interpreter": "no"}
    )

    page = client.get(f"/inbox/{referral.id}").text
    assert all(words in page for words in ("Friday, June 5, 2026", "9:30", "Not booked"))


def test_none_is_given_before_accepting(session: ScopedSession, place: Place) -> None:
    with pytest.raises(IllegalMove):
        give_appointment(session, place.referral(ReferralState.SENT), given(place))


def test_an_appointment_that_is_over_is_refused(session: ScopedSession, place: Place) -> None:
    with pytest.raises(InvalidInput):
        give_appointment(session, place.referral(ReferralState.ACCEPTED), given(place, FRIDAY.replace(year=2025)))
