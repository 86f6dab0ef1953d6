"""Nobody is tried again who has died, has moved away, or does not want it any more; who asked for a call gets it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.navigation.models import ContactPlan
from referral.navigation.plans import NewPlan, plan_contact, take_back_plan
from referral.navigation.states import PlannedChannel
from referral.patients.consents import ConsentTaken
from referral.patients.deaths import Death, mark_deceased
from referral.patients.merging import merge_records
from referral.patients.models import Patient
from referral.patients.moving import arrival, offer_move, take_over
from referral.patients.states import ConsentMethod
from referral.referrals.actions import move
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.states import ReferralEvent
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDo, ToDoReason
from tests.navigation.conftest import Desk
from tests.navigation.test_plans import a_day_later, open_to_dos, planned

TAKEN_BACK = [ReferralEvent.WITHDRAW, ReferralEvent.CANCEL, ReferralEvent.MARK_ERROR]

#: Somebody may be in danger, or has written: that is heard, whoever has died.
HEARD = {ToDoReason.CRISIS, ToDoReason.PATIENT_WROTE, ToDoReason.WRONG_NUMBER, ToDoReason.ORGANIZATION_ASKS}


def ends(desk: Desk, event: ReferralEvent) -> None:
    move(desk.town.session, desk.referral, event, Actor(ActorKind.MEMBERSHIP, desk.nadia.id, "Nadia Reyes"))
    desk.town.commit()


def dies(desk: Desk, patient: Patient | None = None, *, withdraw: bool = False) -> None:
    death = Death(withdraw=withdraw)
    mark_deceased(desk.town.session, patient or desk.patient, death, by=desk.nadia.id, by_name="Nadia Reyes")
    desk.town.commit()


def moves_away(desk: Desk) -> None:
    session = desk.town.session
    west = desk.town.clinic(name="West Clinic")
    taken = ConsentTaken("May we?", "en", "1", ConsentMethod.IN_PERSON, desk.nadia.id)
    offer = offer_move(session, desk.patient, west.id, taken=taken, note=None)
    found = arrival(session, offer.id, west.id)
    assert found is not None
    take_over(session, found, clinic_id=west.id, by=desk.omar.id)
    desk.town.commit()


def plan_out_of(desk: Desk, to_do: ToDo) -> ContactPlan:
    new = NewPlan(PlannedChannel.PHONE, clock.now() + timedelta(days=1))
    plan = plan_contact(desk.town.session, to_do, new, by=desk.nadia.id, plan_id=uuid4())
    desk.town.commit()
    return plan


@pytest.mark.parametrize("question", [True, False], ids=["a question", "the request"])
@pytest.mark.parametrize("event", TAKEN_BACK)
def test_a_plan_about_what_was_taken_back_never_comes_back(
    session: ScopedSession, desk: Desk, database: Database, event: ReferralEvent, question: bool
) -> None:
    plan = planned(desk, question=question)

    ends(desk, event)
    a_day_later(database)

    assert open_to_dos(session) == []
    session.refresh(plan)
    assert (plan.taken_back, plan.settled_at is not None) == (True, True)


def test_a_plan_about_something_that_is_over_is_not_listed_either(desk: Desk, browser: FlaskClient) -> None:
    planned(desk)

    ends(desk, ReferralEvent.WITHDRAW)

    assert "Rosa Molina" not in browser.get("/to-dos/planned").text


def test_who_asked_for_a_call_is_called_though_the_request_was_taken_back(
    session: ScopedSession, desk: Desk, database: Database
) -> None:
    plan_out_of(desk, desk.to_do("a", reason=ToDoReason.PATIENT_ASKED_FOR_CALL))

    ends(desk, ReferralEvent.WITHDRAW)
    a_day_later(database)

    assert [to_do.reason for to_do in open_to_dos(session)] == [ToDoReason.NEXT_CONTACT]


def test_a_try_that_came_back_ends_with_what_was_taken_back(
    session: ScopedSession, desk: Desk, database: Database
) -> None:
    planned(desk)
    a_day_later(database)

    ends(desk, ReferralEvent.WITHDRAW)

    assert open_to_dos(session) == []


def test_no_plan_for_somebody_who_died_is_listed_or_comes_back(
    session: ScopedSession, desk: Desk, database: Database, browser: FlaskClient
) -> None:
    plan = planned(desk)

    dies(desk)

    assert "Rosa Molina" not in browser.get("/to-dos/planned").text
    assert a_day_later(database) == 0
    assert take_back_plan(session, session.get_one(ContactPlan, plan.id), by=desk.nadia.id) is None
    assert open_to_dos(session) == []


@pytest.mark.parametrize("reason", [each for each in ToDoReason if each not in HEARD])
def test_whoever_has_died_never_comes_back_into_the_queue(
    session: ScopedSession, desk: Desk, reason: ToDoReason
) -> None:
    dies(desk)

    assert _new_to_do(session, desk.patient, reason) is None


@pytest.mark.parametrize("reason", sorted(HEARD))
def test_danger_and_what_others_write_is_heard_all_the_same(
    session: ScopedSession, desk: Desk, reason: ToDoReason
) -> None:
    dies(desk)

    assert _new_to_do(session, desk.patient, reason) is not None


def test_nor_does_a_record_that_was_merged_into_theirs(session: ScopedSession, desk: Desk) -> None:
    kept = desk.town.patient(desk.clinic)
    merge_records(session, kept.id, desk.patient.id, why=None, by=desk.nadia.id)
    plan = planned(desk)

    dies(desk, kept)

    session.refresh(plan)
    assert plan.taken_back
    assert _new_to_do(session, desk.patient, ToDoReason.NO_REPLY) is None


def test_a_patient_of_another_clinic_is_not_tried_again_here(
    session: ScopedSession, desk: Desk, database: Database
) -> None:
    desk.referral.state = "declined"
    desk.to_do("call", reason=ToDoReason.PATIENT_ASKED_FOR_CALL, subject_kind="patient", subject_id=desk.patient.id)
    planned(desk)

    moves_away(desk)
    a_day_later(database)

    here = [to_do for to_do in open_to_dos(session) if to_do.clinic_id == desk.clinic.id]
    assert here == []


def test_what_is_under_way_here_goes_on_after_a_move(session: ScopedSession, desk: Desk, database: Database) -> None:
    still = desk.to_do("still", reason=ToDoReason.CALL_INSTEAD_OF_TEXT)
    planned(desk)

    moves_away(desk)
    a_day_later(database)

    here = {to_do.id: to_do.reason for to_do in open_to_dos(session) if to_do.clinic_id == desk.clinic.id}
    assert still.id in here
    assert ToDoReason.NEXT_CONTACT in here.values()


def test_no_try_is_planned_for_what_was_taken_back(session: ScopedSession, desk: Desk) -> None:
    ends(desk, ReferralEvent.WITHDRAW)

    with pytest.raises(InvalidInput, match="taken back"):
        plan_out_of(desk, desk.to_do("late", reason=ToDoReason.NO_REPLY))


def _new_to_do(session: ScopedSession, patient: Patient, reason: ToDoReason) -> ToDo | None:
    task = NewToDo(
        clinic_id=patient.clinic_id, patient_id=patient.id, reason=reason, subject_kind="patient",
        subject_id=patient.id, dedupe_key=f"test:{uuid4()}", due_at=clock.now(),
    )  # fmt: skip
    return make_to_do(session, task)
