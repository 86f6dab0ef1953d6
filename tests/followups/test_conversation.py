"""The conversation, end to end in the database: a referral moves, questions are texted, digits change things."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Person
from referral.followups.due import ask_due_questions, close_silent_questions
from referral.followups.models import Question
from referral.followups.planning import ask
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.messaging.arrivals import Arrival
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundSource
from referral.outbox.models import Message
from referral.outbox.states import MessageState
from referral.patients.actions import PhoneFacts, add_phone
from referral.patients.models import Patient, PhoneNumber
from referral.patients.states import SmsSafety
from referral.referrals.actions import accept, decline, move
from referral.referrals.actors import THE_CLOCK, Actor, ActorKind
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import DeclineReason, ReferralEvent, ReferralState
from referral.screening.models import Need
from referral.tasks import story_tasks
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town
from tests.sign_in import sign_in

PHONE = "+15595550123"
DESK = Actor(ActorKind.LINK, name="Dana Desk")


class Conversation:
    """A Spanish-speaking patient with one referral that an organization has been sent."""

    def __init__(self, app: Flask, database: Database, town: Town, **phone: object) -> None:
        self.app, self.database, self.session = app, database, town.session
        clinic = town.clinic()
        patient = town.patient(clinic)
        own = town.phone(patient, PHONE, **phone)  # type: ignore[arg-type]
        self.stop_page = f"/patients/{patient.id}/phones/{own.id}/stop"
        self.navigator = town.session.get_one(Person, clinic.owner_person_id)
        self.patient_id, self.number_id, self.navigator_id = patient.id, own.phone_number_id, self.navigator.id
        self.need = town.need(patient)
        service = town.service()
        receiver = town.member(name="Larder", listing_id=service.organization_id, email="desk@larder.example")
        self.referral = town.referral(self.need, service, receiver_id=receiver.id)
        self.referral_id = self.referral.id
        town.commit()
        self._texts = 0

    def accept(self) -> None:
        with self.database.job("tests") as session:
            accept(session, self._fresh(session), DESK)

    def decline(self) -> None:
        with self.database.job("tests") as session:
            decline(session, self._fresh(session), DESK, reason=DeclineReason.NO_CAPACITY)

    def ask_elsewhere(self) -> None:
        """A second service is asked for the same need."""
        with self.database.job("tests") as session:
            town = Town(session)
            again = town.referral(session.get_one(Need, self.need.id), town.service(), state=ReferralState.HELD)
            move(session, again, ReferralEvent.SEND, THE_CLOCK)

    def ask(self, kind: QuestionKind) -> None:
        """Plan a question for now and let the worker send it; the phone has had no text today."""
        self.work()
        with self.database.job("tests") as session:
            texted = session.scalars(select(Message).where(Message.sent_at.is_not(None))).first() is not None
        if texted:
            self.wait(timedelta(days=1))
        with self.database.job("tests") as session:
            ask(session, self._fresh(session), kind, clock.now())
        self.work()

    def wait(self, time: timedelta) -> None:
        """Time passes."""
        clock.set_offset(clock.now() - clock.wall() + time)

    def work(self) -> None:
        for _ in range(3):
            for task in story_tasks(self.app):
                task.run(self.database)

    def write(self, body: str) -> str | None:
        """The patient texts; return what it changed."""
        self._texts += 1
        arrival = Arrival(f"SM{self._texts}", PHONE, body, InboundSource.SIMULATOR)
        with self.database.job("tests") as session:
            inbound = receive_text(session, arrival)
            effect = inbound.effect if inbound else None
        self.work()
        return effect

    def tell_staff_to_stop(self, client: FlaskClient) -> None:
        """The patient says to the navigator what STOP would say."""
        sign_in(client, self.navigator)
        assert client.post(self.stop_page).status_code == 303

    def notes(self) -> list[str | None]:
        """The notes of the to-dos, in order."""
        with self.database.job("tests") as session:
            return [row.note for row in session.scalars(select(ToDo).order_by(ToDo.created_at, ToDo.id))]

    def texts(self) -> list[tuple[str, str | None]]:
        """(template, language) of the texts that left, in order."""
        sent = select(Message).where(Message.state == MessageState.ACCEPTED, Message.channel == "sms")
        rows = self._all(sent.order_by(Message.sent_at, Message.id))
        return [(row.template, row.language) for row in rows]

    def state(self) -> str:
        return self._all(select(Referral))[0].state

    def questions(self) -> dict[str, str]:
        return {row.kind: row.state for row in self._all(select(Question).order_by(Question.created_at, Question.id))}

    def to_dos(self) -> list[str]:
        return [row.reason for row in self._all(select(ToDo).order_by(ToDo.created_at, ToDo.id))]

    def testimonies(self) -> list[tuple[str, str]]:
        return [(row.side, row.outcome) for row in self._all(select(Testimony).order_by(Testimony.at, Testimony.id))]

    def need_status(self) -> str:
        return self._all(select(Need))[0].status

    def _all(self, statement: object) -> list:  # type: ignore[type-arg]
        self.session.expire_all()
        rows = list(self.session.scalars(statement))  # type: ignore[call-overload]
        self.session.expunge_all()
        self.session.rollback()
        return rows

    def _fresh(self, session: ScopedSession) -> Referral:
        session.expire_all()
        return session.get_one(Referral, self.referral_id)


@pytest.fixture
def talk(at_noon: None, app: Flask, database: Database, town: Town, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    monkeypatch.setattr("referral.kit.worker.follow_clock", lambda _session: None)
    return Conversation(app, database, town)


def test_an_acceptance_is_told_in_the_patients_language(talk: Conversation) -> None:
    talk.accept()
    talk.work()

    assert talk.texts() == [("accepted", "es")]


def test_one_closes_the_loop_as_received_and_met(talk: Conversation) -> None:
    talk.accept()
    talk.ask(QuestionKind.CHECK_OUTCOME)

    effect = talk.write("1")

    assert effect == "applied check_outcome_d10 1"
    assert (talk.state(), talk.need_status()) == (ReferralState.COMPLETED, "met")
    assert talk.testimonies() == [("patient", "received")]
    assert talk.texts()[-1] == ("closed_met", "es")


def test_two_never_closes_but_asks_why_and_brings_a_person(talk: Conversation) -> None:
    talk.accept()
    talk.ask(QuestionKind.CHECK_OUTCOME)

    talk.write("2")
    talk.work()
    state_after_no = talk.state()
    talk.write("7")

    assert state_after_no == talk.state() == ReferralState.ACCEPTED
    assert [template for template, _language in talk.texts()][-2:] == ["reason", "chw_will_call"]
    assert ToDoReason.NOT_HELPED in talk.to_dos()


def test_three_closes_as_no_longer_needed(talk: Conversation) -> None:
    talk.accept()
    talk.ask(QuestionKind.CHECK_OUTCOME)

    talk.write("3")

    assert talk.state() == ReferralState.NOT_COMPLETED
    assert talk.need_status() == "gone"


def test_nine_brings_a_call(talk: Conversation) -> None:
    talk.ask(QuestionKind.CHECK_CONTACT)

    talk.write("9")

    assert talk.to_dos() == [ToDoReason.PATIENT_ASKED_FOR_CALL]
    assert talk.questions()[QuestionKind.CHECK_CONTACT] == QuestionState.GIVEN_TO_PERSON


def test_the_same_text_twice_is_one_answer(talk: Conversation) -> None:
    talk.accept()
    talk.ask(QuestionKind.CHECK_OUTCOME)

    effects = [talk.write("1"), talk.write("1")]

    assert effects[1] == "duplicate"
    assert len(talk.testimonies()) == 1


def test_an_unclear_reply_is_asked_again_once_then_given_to_a_person(talk: Conversation) -> None:
    talk.ask(QuestionKind.CHECK_CONTACT)

    effects = [talk.write("7"), talk.write("8")]

    assert effects == ["asked_again", "given_to_person"]
    assert talk.to_dos() == [ToDoReason.UNCLEAR_REPLY]


def test_stop_counts_before_anything_else_and_gives_the_question_to_a_person(talk: Conversation) -> None:
    talk.ask(QuestionKind.CHECK_CONTACT)

    talk.write("STOP")
    talk.ask(QuestionKind.CHECK_OUTCOME)

    assert [template for template, _language in talk.texts()] == ["check_contact_d3", "stop_confirm"]
    assert ToDoReason.PATIENT_STOPPED_TEXTS in talk.to_dos()
    assert talk.questions()[QuestionKind.CHECK_OUTCOME] == QuestionState.GIVEN_TO_PERSON


@pytest.mark.parametrize("told", ["by text", "to staff"])
def test_a_stop_ends_the_same_whoever_hears_it(talk: Conversation, client: FlaskClient, told: str) -> None:
    talk.ask(QuestionKind.CHECK_CONTACT)
    talk.accept()  # its news waits in the queue

    if told == "by text":
        talk.write("STOP")
    else:
        talk.tell_staff_to_stop(client)

    news = talk._all(select(Message).where(Message.template == "accepted"))
    assert [(row.state, row.reason) for row in news] == [(MessageState.SUPPRESSED, "opted_out")]
    assert talk.questions()[QuestionKind.CHECK_CONTACT] == QuestionState.GIVEN_TO_PERSON
    assert talk.to_dos() == [ToDoReason.PATIENT_STOPPED_TEXTS]


def test_a_stop_told_to_one_clinic_is_told_to_the_others(talk: Conversation, town: Town, client: FlaskClient) -> None:
    elsewhere = town.patient(town.clinic())
    town.phone(elsewhere, PHONE)
    clinic_id = elsewhere.clinic_id
    town.commit()

    talk.tell_staff_to_stop(client)
    talk.tell_staff_to_stop(client)

    to_dos = talk._all(select(ToDo).where(ToDo.clinic_id == clinic_id))
    assert [row.reason for row in to_dos] == [ToDoReason.PATIENT_STOPPED_TEXTS]


def test_danger_in_a_stop_reaches_a_person(talk: Conversation) -> None:
    talk.write("stop texting me, I want to die")

    assert set(talk.to_dos()) == {ToDoReason.PATIENT_STOPPED_TEXTS, ToDoReason.CRISIS}


def test_start_lifts_a_stop(talk: Conversation) -> None:
    talk.write("STOP")
    talk.write("START")
    talk.ask(QuestionKind.CHECK_CONTACT)

    assert talk.texts()[-1][0] == "check_contact_d3"


def test_words_of_crisis_reach_a_person_within_the_hour(talk: Conversation) -> None:
    talk.write("me quiero morir")

    to_do = talk._all(select(ToDo))[0]
    assert (to_do.reason, to_do.urgent) == (ToDoReason.CRISIS, True)
    assert to_do.due_at - clock.now() <= timedelta(hours=1)


@pytest.mark.parametrize("phone", [{"is_shared": True}, {"holder": "parent"}], ids=["shared", "a parent's"])
def test_on_a_phone_that_others_read_no_words_of_crisis_are_sent_and_people_are_told(
    phone: dict[str, object], at_noon: None, app: Flask, database: Database, town: Town
) -> None:
    talk = Conversation(app, database, town, **phone)

    talk.write("me quiero morir")

    assert talk.texts() == []
    assert talk.to_dos() == [ToDoReason.CRISIS]


def test_a_phone_that_two_people_have_gets_no_words_of_crisis_and_both_clinics_are_told(
    talk: Conversation, town: Town
) -> None:
    town.phone(town.patient(town.clinic()), PHONE)
    town.commit()

    talk.write("me quiero morir")

    assert talk.texts() == []
    assert talk.to_dos() == [ToDoReason.CRISIS, ToDoReason.CRISIS]


def test_a_text_to_a_shared_phone_names_no_clinic(
    at_noon: None, app: Flask, database: Database, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referral.kit.worker.follow_clock", lambda _session: None)
    talk = Conversation(app, database, town, is_shared=True)

    talk.accept()
    talk.work()

    with talk.database.job("tests") as session:
        (body,) = [row.body or "" for row in session.scalars(select(Message).where(Message.channel == "sms"))]
    assert body.startswith("Su solicitud: ")
    assert "Clinic" not in body


@pytest.mark.parametrize("sms_ok", ["yes", "unknown"])
def test_writing_a_phone_down_again_does_not_lift_its_stop(talk: Conversation, sms_ok: str) -> None:
    talk.write("STOP")

    with talk.database.job("tests") as session:
        patient = session.scalars(select(Patient)).one()
        add_phone(session, patient, PhoneFacts(PHONE, sms_ok=SmsSafety(sms_ok)), by=None)
    talk.ask(QuestionKind.CHECK_CONTACT)

    assert [template for template, _language in talk.texts()] == ["stop_confirm"]


def test_only_one_question_is_open_on_a_phone(talk: Conversation) -> None:
    talk.ask(QuestionKind.CHECK_CONTACT)
    talk.ask(QuestionKind.CHECK_OUTCOME)

    assert talk.questions() == {"check_contact_d3": QuestionState.OPEN, "check_outcome_d10": QuestionState.SCHEDULED}


def test_silence_is_asked_again_and_then_given_to_a_person(talk: Conversation) -> None:
    talk.ask(QuestionKind.CHECK_OUTCOME)

    for _ in range(2):
        clock.set_offset(clock.now() - clock.wall() + timedelta(hours=72))
        with talk.app.app_context():
            close_silent_questions(talk.database)
            ask_due_questions(talk.database)
        talk.work()

    assert ToDoReason.NO_REPLY in talk.to_dos()
    assert [template for template, _language in talk.texts()][:2] == ["check_outcome_d10", "reminder"]


def test_a_decline_offers_another_place_and_tells_the_navigator(talk: Conversation) -> None:
    talk.decline()
    talk.work()

    assert talk.texts()[-1][0] == "declined_other_place"
    assert talk.to_dos() == [ToDoReason.ORGANIZATION_DECLINED]


def test_a_number_that_is_not_theirs_is_forgotten(talk: Conversation) -> None:
    talk.ask(QuestionKind.CHECK_CONTACT)

    talk.write("wrong number")

    assert talk._all(select(PhoneNumber))[0].opted_out_at is not None
    assert ToDoReason.WRONG_NUMBER in talk.to_dos()


@pytest.mark.parametrize("sms_ok", ["unknown", "no"])
def test_where_texting_is_not_known_to_be_safe_a_person_calls(
    sms_ok: str, at_noon: None, app: Flask, database: Database, town: Town
) -> None:
    talk = Conversation(app, database, town, sms_ok=sms_ok)

    talk.ask(QuestionKind.CHECK_OUTCOME)

    assert talk.texts() == []
    assert talk.to_dos() == [ToDoReason.CALL_INSTEAD_OF_TEXT]


#: (how the phone is, what the person who calls reads)
WHY = [
    ({"is_shared": True}, "others read this phone"),
    ({"sms_ok": "unknown"}, "nobody has asked whether texting is safe"),
    ({"consent": False}, "no consent to texts"),
]


@pytest.mark.parametrize(("phone", "why"), WHY)
def test_a_to_do_says_in_words_why_a_person_calls(
    phone: dict[str, object], why: str, at_noon: None, app: Flask, database: Database, town: Town
) -> None:
    talk = Conversation(app, database, town, **phone)

    talk.ask(QuestionKind.CHECK_OUTCOME)

    assert talk.notes() == [why]


def test_a_text_that_will_not_arrive_is_explained_in_words(talk: Conversation) -> None:
    with talk.database.job("tests") as session:
        ask(session, talk._fresh(session), QuestionKind.CHECK_OUTCOME, clock.now())
    ask_due_questions(talk.database)
    with talk.database.job("tests") as session:
        session.query(PhoneNumber).one().unusable_at = clock.now()
    talk.work()

    assert talk.notes() == ["the number takes no texts"]


def test_what_got_in_the_way_is_kept_in_words(talk: Conversation) -> None:
    talk.accept()
    talk.ask(QuestionKind.CHECK_OUTCOME)
    talk.write("2")
    talk.work()

    talk.write("6")

    with talk.database.job("tests") as session:
        said = session.scalars(select(Testimony).order_by(Testimony.at, Testimony.id)).all()
        assert said[-1].note == "It is too far, or there is no ride."


def test_once_another_place_is_asked_nobody_is_asked_whether_they_want_one(talk: Conversation) -> None:
    talk.decline()

    talk.ask_elsewhere()
    talk.work()

    assert talk.questions()["declined_other_place"] == QuestionState.CANCELLED
    assert "declined_other_place" not in [template for template, _language in talk.texts()]
