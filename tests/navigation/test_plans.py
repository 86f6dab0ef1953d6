"""Contact plans: the next try has a day and an hour, an owner, and comes back as a to-do."""

from datetime import timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.planning import ask, call_instead
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.navigation.due import keep_contact_plans
from referral.navigation.models import ContactAttempt, ContactPlan
from referral.navigation.plans import NewPlan, plan_contact, suggested_moment
from referral.navigation.states import PlannedChannel
from referral.patients.models import PatientPhone
from referral.todos.models import ToDo, ToDoReason
from tests.navigation.conftest import Desk

TOMORROW = timedelta(days=1)


def planned(desk: Desk, channel: PlannedChannel = PlannedChannel.PHONE, *, question: bool = False) -> ContactPlan:
    """A plan for tomorrow out of Nadia's to-do."""
    session = desk.town.session
    if question:
        asked = ask(session, desk.referral, QuestionKind.CHECK_OUTCOME, clock.now())
        call_instead(session, asked, ToDoReason.CALL_INSTEAD_OF_TEXT)
        to_do = session.scalars(select(ToDo)).one()
        to_do.owner_person_id = desk.nadia.id
    else:
        to_do = desk.to_do("a")
    new = NewPlan(channel, clock.now() + TOMORROW, "After work.")
    plan = plan_contact(session, to_do, new, by=desk.nadia.id, plan_id=uuid4())
    desk.town.commit()
    return plan


def a_day_later(database: Database) -> int:
    clock.set_offset(TOMORROW + timedelta(minutes=1))
    return keep_contact_plans(database)


def open_to_dos(session: ScopedSession) -> list[ToDo]:
    """What is open now. Other sessions may write afterwards."""
    opened = select(ToDo).where(ToDo.done_at.is_(None)).order_by(ToDo.id).execution_options(populate_existing=True)
    found = list(session.scalars(opened))
    session.commit()
    return found


def test_a_plan_takes_the_to_do_out_of_the_list_until_its_hour(
    session: ScopedSession, desk: Desk, database: Database
) -> None:
    plan = planned(desk)

    before = open_to_dos(session)
    early = keep_contact_plans(database)
    done = a_day_later(database)

    (to_do,) = open_to_dos(session)
    assert (before, early, done) == ([], 0, 1)
    assert (to_do.reason, to_do.owner_person_id, to_do.note) == (ToDoReason.NEXT_CONTACT, desk.nadia.id, "After work.")
    assert (to_do.subject_kind, to_do.subject_id) == ("referral", desk.referral.id)
    assert plan.at < to_do.due_at <= clock.now() + timedelta(hours=1)


def test_a_plan_is_kept_once(session: ScopedSession, desk: Desk, database: Database) -> None:
    planned(desk)

    assert [a_day_later(database), a_day_later(database)] == [1, 0]
    assert len(open_to_dos(session)) == 1


def test_the_question_goes_along_with_the_plan(
    session: ScopedSession, desk: Desk, database: Database, browser: FlaskClient
) -> None:
    planned(desk, question=True)
    a_day_later(database)
    (to_do,) = open_to_dos(session)

    page = browser.get(f"/to-dos/{to_do.id}").text

    assert "Planned for now: A call" in page
    assert "Did you get what you asked us for?" in page


def test_a_planned_text_puts_the_question_again(session: ScopedSession, desk: Desk, database: Database) -> None:
    planned(desk, PlannedChannel.TEXT, question=True)

    a_day_later(database)

    assert open_to_dos(session) == []
    asked = session.scalars(select(Question).where(Question.state == QuestionState.SCHEDULED)).one()
    assert (asked.kind, asked.round_no) == (QuestionKind.CHECK_OUTCOME, 2)


def test_do_no_harm_a_planned_text_becomes_a_call_when_consent_is_gone_by_then(
    session: ScopedSession, desk: Desk, database: Database
) -> None:
    planned(desk, PlannedChannel.TEXT, question=True)
    session.query(PatientPhone).update({"sms_ok": "no"})
    desk.town.commit()

    a_day_later(database)

    assert [to_do.reason for to_do in open_to_dos(session)] == [ToDoReason.NEXT_CONTACT]


def test_do_no_harm_nobody_is_tried_again_who_has_died(session: ScopedSession, desk: Desk, database: Database) -> None:
    plan = planned(desk)
    desk.patient.deceased_at = clock.now()
    desk.town.commit()

    a_day_later(database)

    assert open_to_dos(session) == []
    session.refresh(plan)
    assert plan.taken_back


def test_whoever_has_answered_meanwhile_is_not_called(session: ScopedSession, desk: Desk, database: Database) -> None:
    planned(desk, question=True)
    session.query(Question).update({"state": QuestionState.ANSWERED})
    desk.town.commit()

    a_day_later(database)

    assert open_to_dos(session) == []


@pytest.mark.parametrize(
    ("fact", "value"), [("sms_ok", "no"), ("sms_ok", "unknown"), ("is_shared", True)], ids=["no", "unknown", "shared"]
)
def test_do_no_harm_no_text_is_planned_where_none_may_go(
    session: ScopedSession, desk: Desk, fact: str, value: object
) -> None:
    session.query(PatientPhone).update({fact: value})
    session.expire_all()

    with pytest.raises(InvalidInput, match="cannot be texted"):
        planned(desk, PlannedChannel.TEXT, question=True)


def test_a_plan_for_the_past_is_refused_and_nothing_typed_is_lost(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    sent = {"plan-channel": "phone", "plan-day": "2020-01-01", "plan-hour": "09:00", "plan-note": "keep this"}

    answer = browser.post(f"/to-dos/{to_do.id}/plan", data=sent)

    assert answer.status_code == 422
    assert "still to come" in answer.text
    assert "keep this" in answer.text


def test_day_and_hour_are_those_of_the_readers_clock(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    day = (clock.now() + timedelta(days=3)).date()

    browser.post(
        f"/to-dos/{to_do.id}/plan", data={"plan-channel": "letter", "plan-day": str(day), "plan-hour": "18:15"}
    )

    plan = session.scalars(select(ContactPlan)).one()
    local = plan.at.astimezone(ZoneInfo(desk.clinic.timezone_name))
    assert (local.date(), local.hour, local.minute, plan.channel) == (day, 18, 15, "letter")


def test_no_answer_is_one_click_it_writes_the_attempt_and_plans_the_next(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    sent = {"form_id": str(uuid4())}

    answers = [browser.post(f"/to-dos/{to_do.id}/no-answer", data=sent).status_code for _ in range(2)]

    assert answers == [303, 303]
    attempt, plan = session.scalars(select(ContactAttempt)).one(), session.scalars(select(ContactPlan)).one()
    assert (attempt.channel, attempt.reached) == ("phone", False)
    assert plan.at > clock.now()
    assert open_to_dos(session) == []


def test_the_next_try_is_offered_in_the_other_half_of_the_day_and_never_on_a_weekend() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    morning = clock.now().astimezone(zone).replace(hour=9)

    for days in range(7):
        tried = morning + timedelta(days=days)
        offered = suggested_moment(tried, timezone_name="America/Los_Angeles").astimezone(zone)
        assert offered.weekday() < 5
        assert (offered.hour, offered > tried) == (17, True)


def test_what_is_planned_is_listed_and_can_be_done_now(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    plan = planned(desk)

    page = browser.get("/to-dos/planned").text
    answers = [browser.post(f"/to-dos/planned/{plan.id}/now").status_code for _ in range(2)]

    assert "Rosa Molina" in page
    assert "in 1 day" in page
    assert answers == [303, 303]
    assert [to_do.owner_person_id for to_do in open_to_dos(session)] == [desk.nadia.id]


def test_another_clinics_plan_is_not_there(desk: Desk, browser: FlaskClient) -> None:
    plan = planned(desk)
    foreign = desk.town.clinic()
    plan.clinic_id, plan.patient_id = foreign.id, desk.town.patient(foreign, given_name="Hidden").id
    desk.town.commit()

    assert "Hidden" not in browser.get("/to-dos/planned").text
    assert browser.post(f"/to-dos/planned/{plan.id}/now").status_code == 404


def test_attempts_and_plans_are_told_on_the_patients_page(desk: Desk, browser: FlaskClient) -> None:
    planned(desk)

    assert "Next try: A call" in browser.get(f"/patients/{desk.patient.id}").text


def test_my_week_counts_my_own_minutes_and_nobody_elses(desk: Desk, browser: FlaskClient) -> None:
    def tried(by: UUID, minutes: int) -> None:
        own = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "channel": "phone", "reached": True}
        desk.town.session.add(ContactAttempt(by=by, minutes=minutes, at=clock.now(), **own))

    tried(desk.nadia.id, 12)
    tried(desk.nadia.id, 5)
    tried(desk.omar.id, 100)
    desk.town.commit()

    assert "17 minutes in this week" in browser.get("/to-dos/my-week").text
    assert "0 minutes in this week" in browser.get("/to-dos/my-week?back=1").text
