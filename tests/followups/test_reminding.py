"""The reminder of an appointment: neutral, on the day before, for the newest word, and only where texts may go."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from referral.followups.composing import compose_appointment_text
from referral.followups.reminding import TEMPLATE
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.composing import no_text_before
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from referral.patients.consents import opt_out
from referral.patients.states import OptOutKind
from referral.referrals.actions import withdraw
from referral.referrals.actors import ActorKind
from referral.referrals.appointments import GivenAppointment, give_appointment
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from referral.todos.models import ToDo, ToDoReason
from tests.referrals.conftest import TUESDAY, Place
from tests.referrals.conftest import place as place

FRIDAY = datetime.fromisoformat("2026-06-05T09:30")


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY, tick=True):
        yield


def given(session: ScopedSession, place: Place, local: datetime = FRIDAY, *, of: Referral | None = None) -> Referral:
    referral = of or place.referral(ReferralState.ACCEPTED)
    give_appointment(session, referral, GivenAppointment(local, None, uuid4(), actor=place.actors[ActorKind.LINK]))
    return referral


def reminders(session: ScopedSession) -> list[Message]:
    found = select(Message).where(Message.template == TEMPLATE).execution_options(populate_existing=True)
    return list(session.scalars(found.order_by(Message.created_at)))


def words(session: ScopedSession) -> object:
    return compose_appointment_text(session, reminders(session)[-1], clock.now())


def test_it_waits_for_the_morning_of_the_day_before_and_ends_with_that_day(session: ScopedSession, place: Place):
    given(session, place)

    (message,) = reminders(session)
    assert message.not_before == datetime.fromisoformat("2026-06-04T10:00:00-07:00")
    assert message.expires_at == datetime.fromisoformat("2026-06-05T00:00:00-07:00")


def test_it_names_neither_organization_nor_need_and_speaks_the_patients_language(session: ScopedSession, place: Place):
    given(session, place)

    text = words(session)

    assert isinstance(text, Composed)
    assert text.language == "es"
    assert "cita de mañana, 5 jun" in text.body
    assert not any(word in text.body for word in ("Green Table", "comida", "Rosa", "Boxes"))


def test_a_new_appointment_takes_the_old_reminder_back(session: ScopedSession, place: Place):
    referral = given(session, place)
    given(session, place, FRIDAY + timedelta(days=3), of=referral)

    assert [message.state for message in reminders(session)] == ["canceled", "pending"]


def test_none_goes_once_the_referral_is_over(session: ScopedSession, place: Place):
    withdraw(session, given(session, place), place.actors[ActorKind.MEMBERSHIP])

    assert words(session) == Suppressed("moved_on", needs_person=False)


def test_none_is_made_for_an_appointment_of_today(session: ScopedSession, place: Place):
    given(session, place, datetime.fromisoformat("2026-06-02T15:00"))

    assert reminders(session) == []


def test_none_is_made_without_consent_to_texts(session: ScopedSession, place: Place):
    place.patient = place.town.patient(place.clinic)
    place.need = place.town.need(place.patient)

    given(session, place)

    assert reminders(session) == []


def test_none_is_made_for_a_sensitive_need(session: ScopedSession, place: Place):
    place.need = place.town.need(place.patient, "interpersonal_safety")

    given(session, place)

    assert reminders(session) == []


def calls(session: ScopedSession) -> list[ToDo]:
    return list(session.scalars(select(ToDo).order_by(ToDo.created_at, ToDo.id)))


def test_whoever_cannot_be_texted_is_called_on_the_day_before(session: ScopedSession, place: Place):
    place.patient = place.town.patient(place.clinic)
    place.need = place.town.need(place.patient)

    referral = given(session, place)

    (call,) = calls(session)
    assert (call.reason, call.subject_id) == (ToDoReason.CALL_INSTEAD_OF_TEXT, referral.id)
    assert call.due_at == datetime.fromisoformat("2026-06-04T10:00:00-07:00")
    assert "Friday, June 5" in call.note


def test_a_new_appointment_takes_the_call_about_the_old_one_off_the_list(session: ScopedSession, place: Place):
    place.patient = place.town.patient(place.clinic)
    place.need = place.town.need(place.patient)
    referral = given(session, place)

    given(session, place, FRIDAY + timedelta(days=3), of=referral)

    assert [call.done_at is None for call in calls(session)] == [False, True]


def test_a_person_hears_of_a_reminder_that_may_not_go_any_more(session: ScopedSession, place: Place):
    given(session, place)
    opt_out(session, reminders(session)[0].phone_number_id, OptOutKind.STOP)

    said = words(session)

    assert isinstance(said, Suppressed)
    assert said.needs_person


def test_the_other_texts_of_the_day_make_room_for_it(session: ScopedSession, place: Place):
    given(session, place)
    (message,) = reminders(session)

    morning = datetime.fromisoformat("2026-06-04T09:30:00-07:00")
    others = no_text_before(session, place.patient, message.phone_number_id, morning)
    the_day_before = no_text_before(session, place.patient, message.phone_number_id, morning - timedelta(days=1))

    assert (others.reason, the_day_before) == ("day_full", None)
    assert isinstance(compose_appointment_text(session, message, morning), Composed)


def test_whoever_had_a_text_that_day_already_is_told_by_a_person(session: ScopedSession, place: Place):
    given(session, place)
    (message,) = reminders(session)
    morning = datetime.fromisoformat("2026-06-04T10:00:00-07:00")
    same = {name: getattr(message, name) for name in ("channel", "clinic_id", "patient_id", "phone_number_id")}
    sent = {"composer": "question", "template": "reminder", "facts": {}, "state": "delivered", "sent_at": morning}
    about = {"subject_kind": "patient", "subject_id": place.patient.id, "dedupe_key": "earlier"}
    session.add(Message(not_before=morning, created_at=morning, **same, **sent, **about))
    session.flush()

    said = compose_appointment_text(session, message, morning + timedelta(hours=1))

    assert said == Suppressed("day_full", needs_person=True)
