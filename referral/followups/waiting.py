"""Which due questions wait, and until when: what a worker remembers, so that it need not look at each in every round.

A question that waits is looked at when its moment has come, and in the round after anything was written about its
patient, or about anybody with the same phone: a STOP, an answer, a question that is over, a new consent. All of that is
in the audit. What is remembered decides nothing: a question leaves only after everything was looked at anew, so what is
missed makes it late by `LONGEST` at most, and never wrong.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import or_, select

from referral.audit.queries import writes_since
from referral.followups.models import Question
from referral.followups.policies import CADENCE, SAME_TOPIC
from referral.followups.states import QuestionState
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.messaging.composing import no_text_before
from referral.messaging.models import InboundMessage
from referral.patients.models import Patient, PatientPhone

#: After this long a question is looked at again, whatever it waits for.
LONGEST = timedelta(hours=2)

#: How long before the last round something may have been written that was committed only after it.
OVERLAP = timedelta(minutes=1)

#: Where so many people were written about since the last round, all questions are looked at again.
MOST_PATIENTS = 500


@dataclass(frozen=True)
class Wait:
    """A question waits until `until` (story time) for the phone of a patient."""

    until: datetime
    patient_id: UUID
    phone_number_id: UUID


@dataclass
class Waiting:
    """What one process remembers of the questions that wait, by their ids."""

    waits: dict[UUID, Wait] = field(default_factory=dict)
    _looked_at: datetime | None = None
    _known: set[UUID] = field(default_factory=set)

    def begin(self, session: ScopedSession, now: datetime) -> Collection[UUID]:
        """Return the questions that need not be looked at in this round. `now`: story time.

        The number of statements does not depend on how many wait.
        """
        if self._looked_at is None or now < self._looked_at:
            self.waits.clear()
        self.waits = {key: wait for key, wait in self.waits.items() if wait.until > now}
        if self.waits and self._looked_at is not None:
            self._forget_touched(session, self._looked_at - OVERLAP)
        self._looked_at = now
        return self.waits.keys()

    def note(self, question: Question, phone_number_id: UUID, until: datetime) -> None:
        """Remember that a question waits."""
        soonest = min(until, clock.now() + LONGEST)
        self.waits[question.id] = Wait(soonest, question.patient_id, phone_number_id)

    def _forget_touched(self, session: ScopedSession, since: datetime) -> None:
        writes = writes_since(session, since)
        touched = {patient_id for event_id, patient_id in writes.items() if event_id not in self._known}
        self._known = set(writes)
        if len(touched) > MOST_PATIENTS:
            self.waits.clear()
        elif touched:
            theirs = select(PatientPhone.phone_number_id).where(PatientPhone.patient_id.in_(sorted(touched)))
            phones = set(session.scalars(theirs))
            self.waits = {
                key: wait
                for key, wait in self.waits.items()
                if wait.patient_id not in touched and wait.phone_number_id not in phones
            }


def waiting_in(database: Database) -> Waiting:
    """Return what this process remembers of the questions of a database."""
    return _waiting.setdefault(database, Waiting())


def waits_until(session: ScopedSession, question: Question, patient: Patient, phone_number_id: UUID) -> datetime | None:
    """Return until when (story time) a question waits for the phone, as far as is known; None if it can leave now.

    Once it holds the phone, a reply must not find it unsent.
    """
    now = clock.now()
    danger = select(InboundMessage.received_at).where(
        InboundMessage.phone_number_id == phone_number_id,
        InboundMessage.effect == "crisis",
        InboundMessage.received_at > now - CADENCE.pause_after_crisis,
    )
    said_at = session.scalar(danger.order_by(InboundMessage.received_at.desc()).limit(1))
    if said_at is not None:
        return said_at + CADENCE.pause_after_crisis
    on_phone = select(Question.id).where(Question.phone_number_id == phone_number_id)
    holding = on_phone.where(Question.state.in_((QuestionState.OPENING, QuestionState.OPEN)))
    if session.scalar(holding.limit(1)) is not None:
        return now + LONGEST
    if question.kind in SAME_TOPIC:
        return None
    rest = no_text_before(session, patient, phone_number_id, now)
    if rest is not None:
        return rest.until
    since = now - CADENCE.between_topics
    lately = select(Question.answered_at, Question.expires_at).where(
        Question.phone_number_id == phone_number_id,
        Question.referral_id != question.referral_id,
        Question.state != QuestionState.CANCELLED,  # what was dropped was no topic to anybody
        or_(Question.answered_at > since, Question.expires_at.between(since, now)),
    )
    ended = [moment for row in session.execute(lately) for moment in row if moment and since <= moment <= now]
    return max(ended) + CADENCE.between_topics if ended else None


#: By database: a worker has one.
_waiting: WeakKeyDictionary[Database, Waiting] = WeakKeyDictionary()
