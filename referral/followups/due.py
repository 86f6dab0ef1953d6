"""What the worker does about questions: ask those that are due, ask again, and give silence to a person."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from referral.followups.models import Question
from referral.followups.planning import (
    NOTHING_TO_ASK,
    ask,
    call_instead,
    call_no_more,
    drop_question,
    move_question,
)
from referral.followups.policies import CADENCE, SAME_TOPIC
from referral.followups.states import QuestionEvent, QuestionKind, QuestionState
from referral.followups.waiting import Waiting, waiting_in, waits_until
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.kit.worker import Turn, one_by_one
from referral.messaging.words import reason_words
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.patients.proxies import may_go_to
from referral.referrals.models import Referral
from referral.referrals.numbering import named_in_texts
from referral.todos.models import ToDo, ToDoReason
from resources_directory.needs import SENSITIVE

#: One that fails must not hold up those behind it. What is known to wait is not among them.
ASKED, CLOSED = Turn("questions", 50), Turn("silence", 50)

_ARRIVED = _l("The text arrived after all: the patient was asked.")

#: The text of a question's second round, where it is not the same again.
REMINDER = {QuestionKind.CHECK_OUTCOME: "reminder"}


def ask_due_questions(database: Database) -> int:
    """Queue each question that is due and whose phone is free; those nobody can text become calls. Return how many."""
    now, waiting = clock.now(), waiting_in(database)
    with database.job("questions") as session:
        due = select(Question.id).where(Question.state == QuestionState.SCHEDULED, Question.due_at <= now)
        known = waiting.begin(session, now)
        ids = [row.turn_id for row in ASKED.take(database, session, due, Question.due_at, Question.id, but=known)]

    def ask_one(session: ScopedSession, question: Question) -> bool:
        return _ask_one(session, question, waiting)

    return one_by_one("questions", ids, lambda question_id: _one(database, question_id, ask_one))


def close_silent_questions(database: Database) -> int:
    """Ask unanswered questions again, then give them to a person. Return how many were closed."""
    with database.job("questions") as session:
        silent = select(Question.id).where(Question.state == QuestionState.OPEN, Question.expires_at <= clock.now())
        ids = [row.turn_id for row in CLOSED.take(database, session, silent, Question.expires_at, Question.id)]
    return one_by_one("silence", ids, lambda question_id: _one(database, question_id, _close_one))


def question_arrived(session: ScopedSession, message: Message) -> None:
    """The provider took a question's text: its time to answer starts. Fills outbox.hooks.on_message_accepted."""
    question = _question_of(session, message)
    if question is not None and (question.state == QuestionState.OPENING or _is_asked_after_all(session, question)):
        move_question(question, QuestionEvent.ARRIVE)
        question.opened_at = clock.now()
        question.expires_at = clock.now() + CADENCE.patience
        session.flush()


def question_stuck(session: ScopedSession, message: Message) -> bool:
    """A question's text will not arrive: a person asks, unless it was settled otherwise, as by an answer that came.

    Return False when the message carried no question.
    """
    question = _question_of(session, message)
    if question is None:
        return False
    if question.state not in (QuestionState.OPENING, QuestionState.OPEN):
        return True
    note = reason_words(message.reason) if message.reason else None
    call_instead(session, question, ToDoReason.CALL_INSTEAD_OF_TEXT, note=note)
    return True


def _one(database: Database, question_id: UUID, work: Callable[[ScopedSession, Question], bool]) -> int:
    try:
        with database.job("questions") as session:
            question = session.get(Question, question_id)
            return int(question is not None and work(session, question))
    except (StaleDataError, IntegrityError):
        return 0  # answered at this very moment, or the phone was taken: the next round looks again


def _ask_one(session: ScopedSession, question: Question, waiting: Waiting) -> bool:
    if question.state != QuestionState.SCHEDULED:
        return False
    referral = session.get_one(Referral, question.referral_id)
    if referral.state in NOTHING_TO_ASK:
        drop_question(session, question)
        return False
    patient = session.get_one(Patient, question.patient_id)
    route = texting_route(session, patient)
    if referral.domain in SENSITIVE or route.phone_number_id is None or route.is_shared:
        reason = "sensitive_need" if referral.domain in SENSITIVE else route.why_not or "shared_phone"
        call_instead(session, question, ToDoReason.CALL_INSTEAD_OF_TEXT, note=reason_words(reason))
        return True
    if not may_go_to(session, patient, route, referral.domain, answer=True):
        call_instead(session, question, ToDoReason.CALL_INSTEAD_OF_TEXT, note=reason_words("private_need"))
        return True
    until = waits_until(session, question, patient, route.phone_number_id)
    if until is not None:
        waiting.note(question, route.phone_number_id, until)
        return False
    move_question(question, QuestionEvent.QUEUE)
    question.phone_number_id = route.phone_number_id
    session.flush()  # the unique index refuses a second open question on this phone
    question.message_id = queue_message(session, _text_of(session, question, referral, route.phone_number_id))
    session.flush()
    return True


def _text_of(session: ScopedSession, question: Question, referral: Referral, phone_number_id: UUID) -> NewMessage:
    kind = QuestionKind(question.kind)
    template = REMINDER.get(kind, str(kind)) if question.round_no > 1 else str(kind)
    return NewMessage(
        channel=Channel.SMS,
        composer="question",
        template=template,
        clinic_id=question.clinic_id,
        patient_id=question.patient_id,
        phone_number_id=phone_number_id,
        subject_kind="question",
        subject_id=question.id,
        dedupe_key=f"referral:{referral.id}:question:{kind}:{question.round_no}",
        facts={
            "options": list(question.options),
            "is_reply": kind in SAME_TOPIC,
            "cadence": CADENCE.version,
            **named_in_texts(session, referral),
        },
        expires_at=clock.now() + CADENCE.patience + timedelta(days=5),
    )


def phone_is_free(session: ScopedSession, question: Question, patient: Patient, phone_number_id: UUID) -> bool:
    """Return True if the question can leave now."""
    return waits_until(session, question, patient, phone_number_id) is None


def _close_one(session: ScopedSession, question: Question) -> bool:
    if question.state != QuestionState.OPEN:
        return False
    referral = session.get_one(Referral, question.referral_id)
    if referral.state in NOTHING_TO_ASK:
        drop_question(session, question)
        return True
    why_not = _why_no_silence(session, question, referral)
    if why_not is not None:
        call_instead(session, question, ToDoReason.CALL_INSTEAD_OF_TEXT, note=reason_words(why_not))
        return True
    if question.kind == QuestionKind.WAITLISTED:
        move_question(question, QuestionEvent.RUN_OUT)  # silence keeps the place on the list
        session.flush()
        return True
    if question.round_no >= CADENCE.rounds:
        call_instead(session, question, ToDoReason.NO_REPLY)
        return True
    move_question(question, QuestionEvent.RUN_OUT)
    session.flush()
    ask(session, referral, QuestionKind(question.kind), clock.now(), round_no=question.round_no + 1)
    return True


def _why_no_silence(session: ScopedSession, question: Question, referral: Referral) -> str | None:
    """Return why no answer by text says nothing: the phone may not be texted any more. None where it may."""
    patient = session.get_one(Patient, question.patient_id)
    route = texting_route(session, patient)
    if route.phone_number_id is None:
        return route.why_not
    if route.phone_number_id != question.phone_number_id:
        return "phone_changed"
    if route.is_shared:
        return "shared_phone"
    return None if may_go_to(session, patient, route, referral.domain, answer=True) else "private_need"


def _is_asked_after_all(session: ScopedSession, question: Question) -> bool:
    """A person was to ask because the text was lost, and has not called yet; now it arrived: they need not.

    Where another question is open on the phone meanwhile, the person keeps it. Flushes.
    """
    if question.state != QuestionState.GIVEN_TO_PERSON or question.phone_number_id is None:
        return False
    key = f"question:{question.id}:{ToDoReason.CALL_INSTEAD_OF_TEXT}"
    to_do = session.scalar(select(ToDo).where(ToDo.dedupe_key == key, ToDo.done_at.is_(None)))
    on_phone = Question.phone_number_id == question.phone_number_id
    other = select(Question.id).where(on_phone, Question.state.in_((QuestionState.OPENING, QuestionState.OPEN)))
    if to_do is None or session.scalar(other.limit(1)) is not None:
        return False
    call_no_more(session, question, outcome=_ARRIVED)
    return True


def _question_of(session: ScopedSession, message: Message) -> Question | None:
    if message.subject_kind != "question":
        return None
    return session.get(Question, message.subject_id)
