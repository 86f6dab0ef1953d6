"""How an answer reaches us: the voice of a text, or of somebody who was asked by one of us."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from referral.followups.planning import ask, move_question
from referral.followups.states import QuestionEvent, QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral
from referral.referrals.states import NotCompletedReason, Outcome, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony, testify
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason

WITHIN_A_DAY = timedelta(days=1)


class Voice(Protocol):
    """How an answer reached us: by text, or spoken to one of us."""

    def testify(
        self,
        session: ScopedSession,
        referral: Referral,
        outcome: Outcome,
        *,
        reason: NotCompletedReason | None = None,
        note: str | None = None,
    ) -> None:
        """Write down what the patient says happened."""

    def tell_person(self, session: ScopedSession, reason: ToDoReason, referral: Referral) -> None:
        """Give what was said to a person."""

    def reply(self, session: ScopedSession, template: str, **facts: object) -> None:
        """Say that it was understood."""

    def ask_next(self, session: ScopedSession, referral: Referral, kind: QuestionKind) -> None:
        """Go on with the question that follows."""

    def show_other_places(self, session: ScopedSession, referral: Referral) -> bool:
        """Lead to where another place can be chosen; return False where a person must."""


@dataclass(frozen=True)
class Spoken:
    """The voice of somebody on the phone or in the room; `taken_by`: who asked them. `language`: BCP 47."""

    question_id: UUID
    speaker: str = field(repr=False)
    taken_by: UUID
    channel: TestimonyChannel
    language: str | None = None
    interpreter: str | None = None
    words: str | None = field(default=None, repr=False)

    def testify(
        self,
        session: ScopedSession,
        referral: Referral,
        outcome: Outcome,
        *,
        reason: NotCompletedReason | None = None,
        note: str | None = None,
    ) -> None:
        """Write down what was said, by whom, to whom."""
        said = GivenTestimony(
            side=Side.PATIENT,
            outcome=outcome,
            reason=reason,
            channel=self.channel,
            speaker=self.speaker,
            taken_by=self.taken_by,
            interpreter=self.interpreter,
            language=self.language,
            note=self.words or note,
        )
        testify(session, referral, said)

    def tell_person(self, session: ScopedSession, reason: ToDoReason, referral: Referral) -> None:
        """Make the to-do that the answer asks for."""
        make_to_do(
            session,
            NewToDo(
                clinic_id=referral.clinic_id,
                patient_id=referral.patient_id,
                reason=reason,
                subject_kind="referral",
                subject_id=referral.id,
                dedupe_key=f"spoken:{self.question_id}:{reason}",
                due_at=clock.now() + WITHIN_A_DAY,
                note=self.words,
            ),
        )

    def reply(self, session: ScopedSession, template: str, **facts: object) -> None:
        """Whoever asked says it themselves: no text follows a call."""

    def ask_next(self, session: ScopedSession, referral: Referral, kind: QuestionKind) -> None:
        """Leave the next question with whoever is talking with them: it is not texted."""
        question = ask(session, referral, kind, clock.now())
        if question.state != QuestionState.GIVEN_TO_PERSON:
            move_question(question, QuestionEvent.GIVE_TO_PERSON)
        session.flush()

    def show_other_places(self, session: ScopedSession, referral: Referral) -> bool:
        """Whoever asked names the places themselves, and has it to do."""
        return False
