"""Questions that a person asks in place of a text: which one is to be asked, and what the answer does."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import aliased

from referral.followups.effects import apply_spoken
from referral.followups.models import Question
from referral.followups.states import QuestionKind, QuestionState
from referral.followups.voices import Spoken
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.outbox.queueing import cancel_for_subject

#: The digit by which a text asks for a call; whoever hears the question is on the phone already.
CALL_ME = "9"

#: A person may answer these for the patient: nobody has answered, and a person was told or a text is under way.
ASKABLE = (QuestionState.GIVEN_TO_PERSON, QuestionState.OPEN, QuestionState.OPENING)

#: What follows another question at once, in the same call.
FOLLOWS = (QuestionKind.REASON, QuestionKind.NEXT_STEP)


def spoken_options(question: Question) -> tuple[str, ...]:
    """Return the digits that a person may choose for the patient, as the text offers them."""
    return tuple(digit for digit in question.options if digit != CALL_ME)


def question_by_id(session: ScopedSession, question_id: UUID) -> Question | None:
    """Return the question; None when absent or not theirs."""
    return session.scalar(select(Question).where(Question.id == question_id))


def question_to_ask(session: ScopedSession, referral_id: UUID) -> Question | None:
    """Return the newest question about the referral that nobody has answered; None when none is left.

    A question that was put again since is not left: its later round stands for it.
    """
    later = aliased(Question)
    put_again = select(later.id).where(
        later.referral_id == Question.referral_id, later.kind == Question.kind, later.round_no > Question.round_no
    )
    found = select(Question).where(Question.referral_id == referral_id, Question.state.in_(ASKABLE))
    found = found.where(~put_again.exists())
    return session.scalars(found.order_by(Question.created_at.desc(), Question.id.desc()).limit(1)).first()


def question_of_patient(session: ScopedSession, patient_id: UUID) -> Question | None:
    """Return the oldest question to the patient that was given to a person; None when none is left."""
    found = select(Question).where(Question.patient_id == patient_id, Question.state == QuestionState.GIVEN_TO_PERSON)
    return session.scalars(found.order_by(Question.due_at, Question.id).limit(1)).first()


def answer_spoken(session: ScopedSession, question: Question, digit: str, spoken: Spoken) -> None:
    """Do what the same digit does by text, with who spoke and who wrote it down; a text still under way is dropped.

    Raises InvalidInput for a digit that is not offered, IllegalMove when it was answered meanwhile. Flushes.
    """
    if digit not in spoken_options(question):
        raise InvalidInput(_l("Choose one of the answers."), "digit")
    apply_spoken(session, spoken, question, digit)
    cancel_for_subject(session, "question", question.id, reason="given_to_person")
    session.flush()
