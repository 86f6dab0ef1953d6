"""What the outbox asks of higher slices: the words of a message, and a person when it cannot go on alone."""

from dataclasses import dataclass
from datetime import datetime

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message


@dataclass(frozen=True)
class Composed:
    """The words, ready to send. `to`: E.164 or e-mail address. `subject` only for e-mail; `segments` only for texts."""

    to: str
    body: str
    language: str
    subject: str = ""
    validity_s: int | None = None
    segments: int = 1


@dataclass(frozen=True)
class Postponed:
    """Not now: quiet hours, an open question on this phone. `until` in story time."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Suppressed:
    """Not at all: no consent, opted out, no reviewed words, stale. A person hears of it where that matters."""

    reason: str
    needs_person: bool = True


#: Make the words and decide whether they may go, in the transaction that marks the message as submitting.
compose: Hook[[ScopedSession, Message, datetime], Composed | Postponed | Suppressed] = Hook("compose")

#: The provider took the message (also learned late, by callback).
on_message_accepted: Hook[[ScopedSession, Message], None] = Hook("on_message_accepted")

#: The message will not reach anybody without a person: suppressed, rejected, undelivered, unknown for too long.
on_message_stuck: Hook[[ScopedSession, Message], None] = Hook("on_message_stuck")
