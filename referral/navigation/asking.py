"""Asking what a text would have asked: the answer does what the same digit does, and the attempt is written down."""

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.spoken import answer_spoken
from referral.followups.voices import Spoken
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.navigation.attempts import NewAttempt, record_attempt
from referral.navigation.models import ContactAttempt
from referral.navigation.questions import question_of
from referral.navigation.script_words import ANSWERS, QUESTIONS
from referral.navigation.states import ContactChannel
from referral.referrals.states import TestimonyChannel
from referral.todos.actions import mark_done
from referral.todos.models import ToDo

#: How a spoken answer counts as testimony.
TESTIMONY_BY = {
    ContactChannel.PHONE: TestimonyChannel.PHONE,
    ContactChannel.VIDEO: TestimonyChannel.PHONE,
    ContactChannel.IN_PERSON: TestimonyChannel.IN_PERSON,
    ContactChannel.HOME_VISIT: TestimonyChannel.IN_PERSON,
}


@dataclass(frozen=True)
class GivenAnswer:
    """What was answered to the question of a to-do, by whom, on which call. `digit`: as the text offers it."""

    question_id: UUID
    digit: str
    speaker: str = field(repr=False)
    attempt: NewAttempt


def was_written_down(session: ScopedSession, filling_id: UUID) -> bool:
    """Return True if this filling of the form was sent before: it is answered once."""
    return session.scalar(select(ContactAttempt.id).where(ContactAttempt.id == filling_id)) is not None


def answer_question(
    session: ScopedSession, to_do: ToDo, given: GivenAnswer, *, by: UUID, filling_id: UUID
) -> Question | None:
    """Return the question that comes next in the same call; None when nothing is left and the to-do is finished.

    `filling_id`: the form's id; sent twice, it is answered once. Raises InvalidInput, naming the field, and Conflict
    when somebody else wrote the answer down meanwhile, or the patient texted it. Flushes; the caller commits.
    """
    if was_written_down(session, filling_id):
        return question_of(session, to_do)
    question = question_of(session, to_do)
    if question is None or question.id != given.question_id:
        raise Conflict(_l("This question has been answered meanwhile. Open the to-do again to see what was said."))
    if given.attempt.channel not in TESTIMONY_BY:
        raise InvalidInput(_l("Choose how you talked with them."), "channel")
    words = ANSWERS[question.kind].get(given.digit)
    if words is None:
        raise InvalidInput(_l("Choose one of the answers."), "digit")
    asked = str(QUESTIONS[question.kind])
    record_attempt(session, to_do, given.attempt, by=by, attempt_id=filling_id)
    answer_spoken(session, question, given.digit, _spoken(question, given, by))
    following = question_of(session, to_do)
    if following is None and to_do.done_at is None:
        outcome = _("Asked: %(question)s They answered: %(answer)s", question=asked, answer=str(words))
        mark_done(session, to_do, by=by, outcome=outcome)
    return following


def _spoken(question: Question, given: GivenAnswer, by: UUID) -> Spoken:
    return Spoken(
        question_id=question.id,
        speaker=given.speaker,
        taken_by=by,
        channel=TESTIMONY_BY[given.attempt.channel],
        language=given.attempt.language,
        interpreter=given.attempt.interpreter,
        words=given.attempt.note,
    )
