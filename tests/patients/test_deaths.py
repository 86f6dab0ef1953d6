"""A patient has died: all that would reach them ends at once; marked in error, nothing restarts by itself."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.links import issue_link
from referral.accounts.models import LinkPurpose, Member, SignedLink
from referral.accounts.roles import Role
from referral.followups.models import Question
from referral.followups.planning import ask
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel
from referral.patients.consents import ConsentTaken, texting_route
from referral.patients.deaths import Death, mark_deceased, take_back_death
from referral.patients.merging import merge_records
from referral.patients.models import Patient
from referral.patients.moving import offer_move, offers_to
from referral.patients.queries import may_be_contacted
from referral.patients.states import ConsentMethod, MoveState
from referral.referrals.models import Referral
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town


class Rosa:
    """A patient with a phone that may be texted, a referral under way, a question, a text and a to-do."""

    def __init__(self, town: Town, clinic: Member) -> None:
        self.town, self.session, self.clinic = town, town.session, clinic
        self.nurse = town.person(clinic, Role.NAVIGATOR, "Nina Nurse")
        self.patient = town.patient(clinic)
        self.phone = town.phone(self.patient)
        self.referral = town.referral(town.need(self.patient), town.service(), state="accepted")
        self.question = ask(self.session, self.referral, QuestionKind.CHECK_OUTCOME, clock.now() + timedelta(days=3))
        self.text(self.patient)
        self.to_do = make_to_do(self.session, self._task())
        self.link = issue_link(
            self.session, LinkPurpose.PLAN, self.patient.id, expires_at=clock.now() + timedelta(days=9)
        )

    def _task(self) -> NewToDo:
        return NewToDo(
            clinic_id=self.clinic.id,
            patient_id=self.patient.id,
            reason=ToDoReason.NO_REPLY,
            subject_kind="referral",
            subject_id=self.referral.id,
            dedupe_key=f"test:{uuid4()}",
            due_at=clock.now(),
        )

    def text(self, patient: Patient) -> None:
        queue_message(
            self.session,
            NewMessage(
                channel=Channel.SMS,
                composer="patient_text",
                template="chw_will_call",
                clinic_id=self.clinic.id,
                patient_id=patient.id,
                phone_number_id=self.phone.phone_number_id,
                subject_kind="patient",
                subject_id=patient.id,
                dedupe_key=f"test:{uuid4()}",
            ),
        )

    def die(self, **facts: object) -> None:
        death = Death(**{"withdraw": False, **facts})  # type: ignore[arg-type]  # tests name what they mean
        mark_deceased(self.session, self.patient, death, by=self.nurse.id, by_name="Nina Nurse")
        self.session.expire_all()

    def messages(self) -> list[tuple[str, str | None]]:
        found = select(Message.state, Message.reason).where(Message.channel == "sms").order_by(Message.id)
        return [tuple(row) for row in self.session.execute(found)]


@pytest.fixture
def rosa(town: Town, clinic: Member) -> Rosa:
    return Rosa(town, clinic)


def test_all_texts_stop_at_once_when_a_patient_dies(rosa: Rosa) -> None:
    rosa.die()

    assert rosa.messages() == [("suppressed", "deceased")]
    assert texting_route(rosa.session, rosa.patient).why_not == "deceased"
    assert not may_be_contacted(rosa.patient)


def test_questions_to_dos_and_links_of_the_dead_end(rosa: Rosa) -> None:
    rosa.die()

    assert rosa.session.get_one(Question, rosa.question.id).state == QuestionState.CANCELLED
    assert rosa.to_do is not None
    done = rosa.session.get_one(ToDo, rosa.to_do.id)
    assert (done.done_by, done.outcome) == (rosa.nurse.id, "The patient has died.")
    assert rosa.session.get_one(SignedLink, rosa.link.id).ended_at is not None


def test_the_texts_of_a_merged_record_stop_too(rosa: Rosa) -> None:
    kept = rosa.town.patient(rosa.clinic)
    merge_records(rosa.session, kept.id, rosa.patient.id, why=None, by=rosa.nurse.id)

    mark_deceased(rosa.session, kept, Death(withdraw=False), by=rosa.nurse.id, by_name="Nina Nurse")

    assert rosa.messages() == [("suppressed", "deceased")]
    assert texting_route(rosa.session, rosa.patient).why_not == "deceased"


def test_marked_on_the_page_of_a_merged_record_the_person_has_died(rosa: Rosa) -> None:
    kept = rosa.town.patient(rosa.clinic)
    merge_records(rosa.session, kept.id, rosa.patient.id, why=None, by=rosa.nurse.id)
    rosa.town.phone(kept)

    rosa.die()

    assert texting_route(rosa.session, kept).why_not == "deceased"
    take_back_death(rosa.session, rosa.patient, by=rosa.nurse.id)
    assert kept.deceased_at is None


def test_nobody_takes_over_a_patient_who_has_died(rosa: Rosa) -> None:
    taken = ConsentTaken("May we?", "en", "1", ConsentMethod.IN_PERSON, rosa.nurse.id)
    west = rosa.town.clinic()
    move = offer_move(rosa.session, rosa.patient, west.id, taken=taken, note=None)

    rosa.die()

    assert move.state == MoveState.WITHDRAWN
    assert offers_to(rosa.session, west.id) == []


def test_what_is_under_way_is_withdrawn_if_staff_say_so(rosa: Rosa) -> None:
    rosa.die(withdraw=True)

    assert rosa.session.get_one(Referral, rosa.referral.id).state == "withdrawn"


def test_the_organization_is_told_to_stop_and_not_why(rosa: Rosa) -> None:
    rosa.die(withdraw=True)

    mails = rosa.session.scalars(select(Message).where(Message.channel == "email")).all()
    assert [mail.template for mail in mails] == ["referral_recalled"]
    assert "died" not in str([mail.facts for mail in mails])


def test_the_date_is_optional_and_must_be_possible(rosa: Rosa) -> None:
    with pytest.raises(InvalidInput, match="still to come"):
        rosa.die(on=clock.now().date() + timedelta(days=2))

    rosa.die()
    rosa.die(on=date(2024, 2, 29))

    assert rosa.patient.death_date_text == "2024-02-29"


def test_taken_back_no_text_starts_by_itself_and_somebody_must_call(rosa: Rosa) -> None:
    rosa.die()

    take_back_death(rosa.session, rosa.patient, by=rosa.nurse.id)

    assert may_be_contacted(rosa.patient)
    assert texting_route(rosa.session, rosa.patient).why_not == "safety_unknown"
    assert rosa.session.get_one(Question, rosa.question.id).state == QuestionState.CANCELLED
    open_now = rosa.session.scalars(select(ToDo).where(ToDo.done_at.is_(None))).all()
    assert ["in error" in (to_do.note or "") for to_do in open_now] == [True]


def test_the_page_lists_what_is_under_way_and_the_patient_page_says_so(browser: FlaskClient, rosa: Rosa) -> None:
    address, live = f"/patients/{rosa.patient.id}/deceased", f"/referrals/{rosa.referral.id}"
    rosa.town.commit()

    asked = browser.get(address).text
    done = browser.post(address, data={"died_on": ""})
    page = browser.get(f"/patients/{rosa.patient.id}").text

    assert live in asked
    assert done.status_code == 303
    assert "This patient has died" in page
    assert live in page.split("Still under way here")[1]
    assert "Prescribe help" not in page


def test_a_day_to_come_is_told_beside_its_field(browser: FlaskClient, rosa: Rosa, session: ScopedSession) -> None:
    rosa.town.commit()

    response = browser.post(f"/patients/{rosa.patient.id}/deceased", data={"died_on": "2199-01-01"})

    assert response.status_code == 422
    assert 'id="died_on-error"' in response.text


def test_it_is_taken_back_by_one_button(browser: FlaskClient, rosa: Rosa) -> None:
    rosa.die()
    patient_id = rosa.patient.id
    rosa.town.commit()

    assert browser.post(f"/patients/{patient_id}/deceased/undo").status_code == 303

    assert "This patient has died" not in browser.get(f"/patients/{patient_id}").text
