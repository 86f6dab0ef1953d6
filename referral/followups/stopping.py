"""What ends when a phone wants no more texts: what is queued for it, the questions open on it; people are told."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.planning import move_question
from referral.followups.states import QuestionEvent, QuestionState
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.inbound import owners_of
from referral.messaging.pausing import settle_doubt
from referral.outbox.queueing import suppress_for_phone
from referral.patients.consents import take_back_by_stop
from referral.patients.models import PhoneNumber
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason

#: When somebody must have called a patient who stopped texts.
CALL_WITHIN = timedelta(days=2)

HOLDING = (QuestionState.OPENING, QuestionState.OPEN)


def end_texting(session: ScopedSession, phone_number_id: UUID) -> None:
    """End what is under way by text on a phone, of every clinic, and tell each patient's clinic to call. Flushes.

    Fills patients.hooks.on_texts_stopped; the number is opted out already. One STOP makes one to-do for each patient.
    """
    with session.widened("texts stopped"):
        suppress_for_phone(session, phone_number_id, reason="opted_out")
        settle_doubt(session, phone_number_id)
        give_up_questions(session, phone_number_id)
        number = session.get_one(PhoneNumber, phone_number_id)
        since = (number.opted_out_at or clock.now()).isoformat()
        for phone in owners_of(session, phone_number_id):
            take_back_by_stop(session, phone)
            make_to_do(
                session,
                NewToDo(
                    clinic_id=phone.clinic_id,
                    patient_id=phone.patient_id,
                    reason=ToDoReason.PATIENT_STOPPED_TEXTS,
                    subject_kind="phone_number",
                    subject_id=phone_number_id,
                    dedupe_key=f"stopped:{phone_number_id}:{since}:{phone.patient_id}",
                    due_at=clock.now() + CALL_WITHIN,
                ),
            )


def give_up_questions(session: ScopedSession, phone_number_id: UUID) -> None:
    """Give the questions that hold a phone to people; the to-do of the STOP stands for them all. Flushes."""
    holding = select(Question).where(Question.phone_number_id == phone_number_id, Question.state.in_(HOLDING))
    for question in session.scalars(holding.order_by(Question.due_at, Question.id)).all():
        move_question(question, QuestionEvent.GIVE_TO_PERSON)
    session.flush()
