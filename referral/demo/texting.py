"""How the demo's patients text back: each open question gets the answer that its plot has for it, after a while."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from referral.demo.story import Story
from referral.followups.models import Question
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.scope import job_scope
from referral.messaging.arrivals import Arrival
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundSource
from referral.outbox.gateway.simulator import SIMULATED_PREFIX
from referral.patients.models import PhoneNumber

#: The referral, the question, and how many answers to it were not understood: what the patient texts, if anything.
ReplyOf = Callable[[UUID, QuestionKind, int], str | None]

SOONEST, LATEST = timedelta(minutes=4), timedelta(hours=3)


class Patients:
    """Listens to the story: a question that has arrived on a phone is answered some time later."""

    def __init__(self, story: Story, reply_of: ReplyOf, chance: Random) -> None:
        """Take the story, what is answered, and the source of chance."""
        self._story, self._reply_of, self._chance = story, reply_of, chance
        self._read: set[tuple[UUID, int]] = set()

    def read_texts(self) -> None:
        """Look at every phone with an open question, and plan its answer."""
        asked = select(Question).where(Question.state == QuestionState.OPEN)
        with self._story.database.reading(job_scope("demo")) as session:
            for question in session.scalars(asked.order_by(Question.opened_at, Question.id)):
                key = (question.id, question.unclear_count)
                if key not in self._read and question.phone_number_id is not None:
                    self._read.add(key)
                    self._plan(question, question.phone_number_id)

    def _plan(self, question: Question, phone_number_id: UUID) -> None:
        words = self._reply_of(question.referral_id, QuestionKind(question.kind), question.unclear_count)
        if words is None:
            return
        seconds = self._chance.uniform(SOONEST.total_seconds(), LATEST.total_seconds())
        moment = clock.now() + timedelta(seconds=seconds)
        provider_id = f"{SIMULATED_PREFIX}{UUID(int=self._chance.getrandbits(128))}"
        self._story.at(moment, lambda: self._send(provider_id, phone_number_id, words))

    def _send(self, provider_id: str, phone_number_id: UUID, words: str) -> None:
        with self._story.database.job("simulator") as session:
            number = session.get_one(PhoneNumber, phone_number_id)
            if number.number is not None:
                receive_text(session, Arrival(provider_id, number.number, words, InboundSource.SIMULATOR))
