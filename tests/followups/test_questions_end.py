"""A question ends with what it asks about: it is not asked again, runs out for nobody, and lets go of the phone."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from referral.followups.due import ask_due_questions, close_silent_questions
from referral.followups.models import Question
from referral.followups.planning import ask
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.navigation.actions import record_words_of_patient
from referral.navigation.lost import close_as_lost
from referral.navigation.models import ContactAttempt
from referral.outbox.models import Message
from referral.patients.consent_models import TextingConsent
from referral.patients.models import PatientPhone
from referral.referrals import testimonies
from referral.referrals.actions import cancel, start, waitlist, withdraw
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.states import Outcome, ReferralState, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony
from referral.todos.models import ToDo, ToDoReason
from tests.navigation.conftest import Desk
from tests.navigation.conftest import desk as desk

K, Q = QuestionKind, QuestionState
DANA = Actor(ActorKind.LINK, name="Dana")


def nadia(desk: Desk) -> Actor:
    return Actor(ActorKind.MEMBERSHIP, desk.nadia.id, "Nadia Reyes")


def opened(desk: Desk, kind: QuestionKind = K.CHECK_OUTCOME) -> Question:
    """A question that is open on the patient's phone, whose time to answer runs for two days."""
    session = desk.town.session
    question = ask(session, desk.referral, kind, clock.now())
    phone = session.scalars(select(PatientPhone).where(PatientPhone.patient_id == desk.patient.id)).one()
    question.state, question.phone_number_id = Q.OPEN, phone.phone_number_id
    question.opened_at, question.expires_at = clock.now(), clock.now() + timedelta(hours=48)
    session.flush()
    return question


def says(desk: Desk, outcome: Outcome, side: Side = Side.PATIENT) -> None:
    given = GivenTestimony(side, outcome, TestimonyChannel.PHONE, taken_by=desk.nadia.id)
    if side is Side.PATIENT:
        record_words_of_patient(desk.town.session, desk.referral, given, need_status=None)
    else:
        testimonies.testify(desk.town.session, desk.referral, given)


def three_days_later(app: Flask, database: Database) -> None:
    clock.set_offset(timedelta(days=3))
    with app.app_context():
        close_silent_questions(database)
        ask_due_questions(database)


def states(session: ScopedSession) -> list[tuple[str, int, str]]:
    session.expire_all()
    rows = session.scalars(select(Question).order_by(Question.created_at, Question.id))
    return [(row.kind, row.round_no, row.state) for row in rows]


def open_to_dos(session: ScopedSession) -> list[str]:
    return sorted(session.scalars(select(ToDo.reason).where(ToDo.done_at.is_(None))))


@pytest.mark.parametrize("take_back", [withdraw, cancel])
def test_a_question_about_what_was_taken_back_never_runs_out(
    app: Flask, session: ScopedSession, desk: Desk, database: Database, take_back: object
) -> None:
    opened(desk)

    take_back(session, desk.referral, nadia(desk))  # type: ignore[operator]  # one of two verbs of the same shape
    desk.town.commit()
    three_days_later(app, database)

    assert states(session) == [(K.CHECK_OUTCOME, 1, Q.CANCELLED)]
    assert open_to_dos(session) == []


@pytest.mark.parametrize("outcome", [Outcome.RECEIVED, Outcome.NOT_RECEIVED, Outcome.NO_LONGER_WANTED])
def test_what_the_patient_has_said_is_not_asked_again(
    app: Flask, session: ScopedSession, desk: Desk, database: Database, outcome: Outcome
) -> None:
    opened(desk)

    says(desk, outcome)
    desk.town.commit()
    three_days_later(app, database)

    assert states(session) == [(K.CHECK_OUTCOME, 1, Q.CANCELLED)]
    assert ToDoReason.NO_REPLY not in open_to_dos(session)


def test_a_no_leaves_the_question_that_is_asked_later(session: ScopedSession, desk: Desk) -> None:
    ask(session, desk.referral, K.CHECK_OUTCOME, clock.now() + timedelta(days=7))

    says(desk, Outcome.NOT_RECEIVED)

    assert states(session) == [(K.CHECK_OUTCOME, 1, Q.SCHEDULED)]


def test_after_a_yes_nothing_is_asked_later(session: ScopedSession, desk: Desk) -> None:
    ask(session, desk.referral, K.CHECK_OUTCOME, clock.now() + timedelta(days=7))

    says(desk, Outcome.RECEIVED)

    assert states(session) == [(K.CHECK_OUTCOME, 1, Q.CANCELLED)]


def test_the_patient_is_asked_all_the_same_when_only_the_organization_has_spoken(
    session: ScopedSession, desk: Desk
) -> None:
    opened(desk)

    says(desk, Outcome.RECEIVED, Side.ORGANIZATION)

    assert states(session) == [(K.CHECK_OUTCOME, 1, Q.OPEN)]


def test_whoever_was_lost_is_not_texted_on(session: ScopedSession, desk: Desk) -> None:
    opened(desk)
    own = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "by": desk.nadia.id}
    for days in (1, 3):
        at = clock.now() + timedelta(days=days)
        session.add(ContactAttempt(channel="phone", reached=False, at=at, **own))
    session.query(PatientPhone).update({"sms_ok": "no"})
    session.flush()

    close_as_lost(session, desk.referral, by=desk.nadia.id, name="Nadia Reyes")

    assert states(session) == [(K.CHECK_OUTCOME, 1, Q.CANCELLED)]


def test_whether_they_stay_on_the_list_is_not_asked_once_it_has_begun(session: ScopedSession, desk: Desk) -> None:
    waitlist(session, desk.referral, DANA)
    (question,) = session.scalars(select(Question)).all()
    question.state = Q.OPEN
    session.flush()

    start(session, desk.referral, DANA)

    assert states(session) == [(K.WAITLISTED, 1, Q.CANCELLED)]


@pytest.mark.parametrize("ended", ["withdrawn", "cancelled", "entered_in_error"])
def test_a_question_left_behind_by_a_referral_that_is_over_is_dropped(
    app: Flask, session: ScopedSession, desk: Desk, database: Database, ended: str
) -> None:
    opened(desk)
    ask(session, desk.referral, K.CHECK_CONTACT, clock.now())
    desk.referral.state = ReferralState(ended)
    desk.town.commit()

    three_days_later(app, database)

    assert {state for _kind, _round, state in states(session)} == {Q.CANCELLED}
    assert session.scalars(select(Message)).all() == []
    assert open_to_dos(session) == []


def _takes_consent_back(session: ScopedSession, phone: PatientPhone) -> None:
    session.scalars(select(TextingConsent).where(TextingConsent.patient_phone_id == phone.id)).one().given = False


def _is_no_longer_safe(_session: ScopedSession, phone: PatientPhone) -> None:
    phone.sms_ok = "no"


def _is_shared_now(_session: ScopedSession, phone: PatientPhone) -> None:
    phone.is_shared = True


@pytest.mark.parametrize("stops", [_takes_consent_back, _is_no_longer_safe, _is_shared_now])
def test_a_silence_after_the_patient_stopped_is_no_silence_and_a_person_asks(
    app: Flask, session: ScopedSession, desk: Desk, database: Database, stops: object
) -> None:
    opened(desk)
    stops(session, session.scalars(select(PatientPhone)).one())  # type: ignore[operator]  # named for the report
    desk.town.commit()

    three_days_later(app, database)

    assert states(session) == [(K.CHECK_OUTCOME, 1, Q.GIVEN_TO_PERSON)]
    assert open_to_dos(session) == [ToDoReason.CALL_INSTEAD_OF_TEXT]


@pytest.mark.usefixtures("at_noon")
def test_a_question_that_was_dropped_keeps_no_other_waiting(
    app: Flask, session: ScopedSession, desk: Desk, database: Database
) -> None:
    dropped = opened(desk)
    withdraw(session, desk.referral, nadia(desk))
    dropped.expires_at = clock.now() - timedelta(hours=1)
    other = desk.town.referral(desk.town.need(desk.patient, "housing"), desk.town.service(), state="accepted")
    question = ask(session, other, K.CHECK_OUTCOME, clock.now())
    desk.town.commit()

    with app.app_context():
        ask_due_questions(database)

    session.expire_all()
    assert session.get_one(Question, question.id).state == Q.OPENING
