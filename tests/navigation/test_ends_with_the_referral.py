"""Whoever closes a referral, or asks another place, ends the to-dos that waited for it; what a patient asked stays."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.planning import ask, call_instead
from referral.followups.reminding import remind_of
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.navigation.actions import record_words_of_patient
from referral.referrals import testimonies
from referral.referrals.actions import move
from referral.referrals.actors import THE_CLOCK, Actor, ActorKind
from referral.referrals.desk_models import Appointment
from referral.referrals.models import Referral
from referral.referrals.states import Outcome, ReferralEvent, ReferralState, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony
from referral.referrals.to_dos import need_a_person
from referral.screening.models import Need
from referral.screening.states import NeedStatus
from referral.todos.models import ToDo, ToDoReason
from tests.navigation.conftest import Desk

E, K, R, S = ReferralEvent, QuestionKind, ToDoReason, ReferralState

CLOSES = [E.COMPLETE, E.FAIL, E.WITHDRAW, E.CANCEL, E.MARK_ERROR]
TAKEN_BACK = [E.WITHDRAW, E.CANCEL, E.MARK_ERROR]
BY_TELEPHONE = TestimonyChannel.PHONE


def nadia(desk: Desk) -> Actor:
    return Actor(ActorKind.MEMBERSHIP, desk.nadia.id, "Nadia Reyes")


def goes(desk: Desk, event: ReferralEvent, referral: Referral | None = None) -> None:
    reason = {E.FAIL: "did_not_meet", E.DECLINE: "no_capacity"}.get(event)
    move(desk.town.session, referral or desk.referral, event, nadia(desk), reason=reason)


def call_about(desk: Desk, kind: QuestionKind, reason: ToDoReason = R.CALL_INSTEAD_OF_TEXT) -> Question:
    """A question that a person is to ask by phone."""
    question = ask(desk.town.session, desk.referral, kind, clock.now())
    call_instead(desk.town.session, question, reason)
    return question


def call_about_appointment(desk: Desk) -> None:
    """The patient has no phone that may be texted, so somebody tells them when they are expected."""
    session = desk.town.session
    desk.patient.privacy_level = "none"
    starts_at = clock.now().replace(hour=20) + timedelta(days=4)
    own = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "referral_id": desk.referral.id}
    given = Appointment(id=uuid4(), starts_at=starts_at, said_at=clock.now(), actor_kind="link", **own)
    session.add(given)
    session.flush()
    remind_of(session, desk.referral, given)


def waiting(session: ScopedSession) -> list[str]:
    """The reasons of the to-dos that are open."""
    session.expire_all()
    return sorted(session.scalars(select(ToDo.reason).where(ToDo.done_at.is_(None))))


def says(desk: Desk, outcome: Outcome, side: Side = Side.PATIENT, need: NeedStatus | None = None) -> None:
    reason = "did_not_meet" if side is Side.ORGANIZATION and outcome is Outcome.NOT_RECEIVED else None
    given = GivenTestimony(side, outcome, BY_TELEPHONE, reason=reason, taken_by=desk.nadia.id)
    if side is Side.PATIENT:
        record_words_of_patient(desk.town.session, desk.referral, given, need_status=need)
    else:
        testimonies.testify(desk.town.session, desk.referral, given)


@pytest.mark.parametrize("event", CLOSES)
def test_nobody_is_called_about_the_appointment_of_a_closed_referral(
    session: ScopedSession, desk: Desk, event: ReferralEvent
) -> None:
    call_about_appointment(desk)
    before = waiting(session)

    goes(desk, event)

    assert (before, R.CALL_INSTEAD_OF_TEXT in waiting(session)) == ([R.CALL_INSTEAD_OF_TEXT], False)


@pytest.mark.parametrize("reason", [R.CALL_INSTEAD_OF_TEXT, R.NO_REPLY, R.UNCLEAR_REPLY])
@pytest.mark.parametrize("event", TAKEN_BACK)
def test_nobody_calls_to_ask_about_what_was_taken_back(
    session: ScopedSession, desk: Desk, event: ReferralEvent, reason: ToDoReason
) -> None:
    question = call_about(desk, K.CHECK_OUTCOME, reason)

    goes(desk, event)

    assert waiting(session) == []
    assert session.get_one(Question, question.id).state == QuestionState.CANCELLED


def test_who_asked_for_a_call_is_still_called(session: ScopedSession, desk: Desk) -> None:
    call_about(desk, K.CHECK_OUTCOME, R.PATIENT_ASKED_FOR_CALL)

    goes(desk, E.WITHDRAW)

    assert waiting(session) == [R.PATIENT_ASKED_FOR_CALL]


@pytest.mark.parametrize("reason", [R.CRISIS, R.PATIENT_WROTE, R.PATIENT_STOPPED_TEXTS])
def test_danger_and_what_the_patient_wrote_outlive_the_referral(
    session: ScopedSession, desk: Desk, reason: ToDoReason
) -> None:
    desk.to_do("a", reason=reason)

    goes(desk, E.WITHDRAW)

    assert waiting(session) == [reason]


@pytest.mark.parametrize("event", CLOSES)
def test_what_waited_for_the_referral_itself_ends_with_it(
    session: ScopedSession, desk: Desk, event: ReferralEvent
) -> None:
    need_a_person(session, desk.referral, R.OTHER, key="unwatched:2026-11-20")
    need_a_person(session, desk.referral, R.OTHER, key="helped_before_answer")
    desk.to_do(f"today:{desk.referral.id}", reason=R.OTHER)
    desk.to_do("stuck:7", reason=R.ORGANIZATION_UNREACHABLE)

    goes(desk, event)

    assert waiting(session) == []


def test_the_patient_is_still_asked_when_only_the_organization_has_spoken(session: ScopedSession, desk: Desk) -> None:
    call_about(desk, K.CHECK_OUTCOME)

    says(desk, Outcome.RECEIVED, Side.ORGANIZATION)

    assert desk.referral.state == S.COMPLETED
    assert waiting(session) == [R.CALL_INSTEAD_OF_TEXT]


@pytest.mark.parametrize("outcome", [Outcome.RECEIVED, Outcome.NOT_RECEIVED])
def test_nobody_calls_to_ask_what_the_patient_has_said(session: ScopedSession, desk: Desk, outcome: Outcome) -> None:
    call_about(desk, K.CHECK_OUTCOME)

    says(desk, outcome)

    assert R.CALL_INSTEAD_OF_TEXT not in waiting(session)


def test_another_place_is_not_looked_for_once_the_patient_was_helped_here(session: ScopedSession, desk: Desk) -> None:
    desk.to_do("a", reason=R.NOT_HELPED)

    says(desk, Outcome.RECEIVED)

    assert waiting(session) == []


def test_an_organizations_word_does_not_end_what_the_patient_said(session: ScopedSession, desk: Desk) -> None:
    says(desk, Outcome.NOT_RECEIVED)
    desk.to_do("a", reason=R.NOT_HELPED)

    says(desk, Outcome.RECEIVED, Side.ORGANIZATION)

    assert R.NOT_HELPED in waiting(session)


def test_stopping_to_share_does_not_end_the_search_for_another_place(session: ScopedSession, desk: Desk) -> None:
    desk.to_do("a", reason=R.NOT_HELPED)

    goes(desk, E.WITHDRAW)

    assert waiting(session) == [R.NOT_HELPED]


@pytest.mark.parametrize("kind", [K.OTHER_PLACE, K.NEXT_STEP])
def test_nobody_asks_about_another_place_once_one_is_asked(
    session: ScopedSession, desk: Desk, kind: QuestionKind
) -> None:
    desk.referral.state = S.SENT
    goes(desk, E.DECLINE)
    call_about(desk, kind)
    desk.to_do("a", reason=R.NOT_HELPED)
    need = session.get_one(Need, desk.referral.need_id)
    again = desk.town.referral(need, desk.town.service(), by=desk.nadia, state=S.HELD)

    move(session, again, E.SEND, THE_CLOCK)

    assert waiting(session) == []


@pytest.mark.parametrize("over", [NeedStatus.MET, NeedStatus.GONE])
def test_nobody_looks_for_another_place_when_the_need_is_over(
    session: ScopedSession, desk: Desk, over: NeedStatus
) -> None:
    desk.referral.state = S.SENT
    goes(desk, E.DECLINE)
    need_a_person(session, desk.referral, R.CHOSE_OTHER_PLACE, key="x")
    call_about(desk, K.OTHER_PLACE)

    says(desk, Outcome.NOT_RECEIVED, need=over)

    assert waiting(session) == []


def test_nor_when_the_patient_does_not_want_it_any_more(session: ScopedSession, desk: Desk) -> None:
    desk.referral.state = S.SENT
    goes(desk, E.DECLINE)

    says(desk, Outcome.NO_LONGER_WANTED)

    assert waiting(session) == []
