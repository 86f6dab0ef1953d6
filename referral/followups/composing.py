"""The words of questions and reminders: none stale, none sensitive, no question on somebody else's phone."""

from datetime import datetime

from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.news import words_of_news
from referral.followups.reminding import awaited
from referral.followups.states import QuestionState
from referral.kit.scope import ScopedSession
from referral.messaging.composing import compose_patient_text
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.patients.proxies import may_go_to
from referral.referrals.desk_models import Appointment
from referral.referrals.models import Referral
from resources_directory.needs import SENSITIVE

#: In which states a question is still asked: for the first time, or once more because a carrier lost its text.
_ASKED_IN = {False: (QuestionState.OPENING,), True: (QuestionState.OPENING, QuestionState.OPEN)}


def compose_appointment_text(
    session: ScopedSession, message: Message, now: datetime
) -> Composed | Postponed | Suppressed:
    """Return the words of a reminder, or why it does not go: changed since, over, sensitive, or no text allowed."""
    appointment = session.get(Appointment, message.subject_id)
    referral = awaited(session, appointment) if appointment is not None else None
    if referral is None:
        return Suppressed("moved_on", needs_person=False)
    words = words_of_news(session, message, referral, now)
    if isinstance(words, Suppressed) and referral.domain not in SENSITIVE:
        return Suppressed(words.reason)  # nobody else tells them when they are expected
    return words


def compose_question(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the words of a question, or why it must be asked by a person."""
    question = session.scalar(select(Question).where(Question.id == message.subject_id))
    if question is None or question.state not in _ASKED_IN[message.retry_of is not None]:
        return Suppressed("question_dropped", needs_person=False)
    referral = session.scalar(select(Referral).where(Referral.id == question.referral_id))
    if referral is None or referral.domain in SENSITIVE:
        return Suppressed("sensitive_need")
    patient = session.get_one(Patient, question.patient_id)
    route = texting_route(session, patient)
    if route.is_shared:
        return Suppressed("shared_phone")
    if not may_go_to(session, patient, route, referral.domain, answer=True):
        return Suppressed("private_need")
    words = compose_patient_text(session, message, now)
    if isinstance(words, Composed):
        question.language = words.language
    return words
