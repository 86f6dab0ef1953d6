"""The gate of texts about referrals: still true, not sensitive, not a question on somebody else's phone."""

from datetime import datetime

from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.states import QuestionState
from referral.kit.scope import ScopedSession
from referral.messaging.composing import compose_patient_text
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from resources_directory.needs import SENSITIVE

#: While the news of a move is still true.
TRUE_WHILE = {
    "sent": (ReferralState.SENT,),
    "accepted": (ReferralState.ACCEPTED, ReferralState.IN_PROGRESS),
}


def compose_referral_text(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the words of news about a referral, or why they do not go."""
    referral = session.scalar(select(Referral).where(Referral.id == message.subject_id))
    if referral is None or referral.state not in TRUE_WHILE[message.template]:
        return Suppressed("moved_on", needs_person=False)
    if referral.domain in SENSITIVE:
        return Suppressed("sensitive_need", needs_person=False)
    words = compose_patient_text(session, message, now)
    if isinstance(words, Suppressed):
        return Suppressed(words.reason, needs_person=False)  # its questions reach a person
    return words


def compose_question(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the words of a question, or why it must be asked by a person."""
    question = session.scalar(select(Question).where(Question.id == message.subject_id))
    if question is None or question.state != QuestionState.OPENING:
        return Suppressed("question_dropped", needs_person=False)
    referral = session.scalar(select(Referral).where(Referral.id == question.referral_id))
    if referral is None or referral.domain in SENSITIVE:
        return Suppressed("sensitive_need")
    patient = session.get_one(Patient, question.patient_id)
    if texting_route(session, patient).is_shared:
        return Suppressed("shared_phone")
    words = compose_patient_text(session, message, now)
    if isinstance(words, Composed):
        question.language = words.language
    return words
