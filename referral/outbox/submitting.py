"""The gate (T2): in one transaction it is asked whether the message may go, its words are made, and it is marked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox import hooks
from referral.outbox.gateway.base import OutgoingEmail, OutgoingSms, status_callback_url
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message, MessageAttempt
from referral.outbox.moves import locked_message, move, release
from referral.outbox.states import Channel, MessageEvent, MessageState

#: Seconds for which a provider may still send a text, at most: a question should not arrive in the night.
LONGEST_VALIDITY_S = 4 * 3600

#: A postponement moves a message on by at least this much, so that a wrong gate cannot spin.
SHORTEST_WAIT = timedelta(minutes=1)


class LeaseLost(Exception):
    """The message was taken back, or its lease ended, before it passed the gate. What was written must be undone."""


@dataclass(frozen=True)
class Terms:
    """Under what terms a worker submits. `owner`: this worker alone; `provider`: who takes each channel."""

    owner: str
    lease: timedelta
    public_base_url: str
    providers: dict[Channel, str]


@dataclass(frozen=True)
class Submission:
    """A message that is committed as being submitted, and what is to be posted. `lease_until`: real time."""

    message_id: UUID
    attempt_no: int
    lease_until: datetime
    outgoing: OutgoingSms | OutgoingEmail


def submit(session: ScopedSession, message_id: UUID, terms: Terms) -> Submission | None:
    """Return what to post once this transaction is committed; None when the message does not go now.

    It does not go when it has expired, or when the gate postpones or suppresses it. Raises LeaseLost.

    The row is locked only after the gate: whoever moves a referral locks that first and its messages last, and two
    transactions that lock in opposite orders would wait for each other. A STOP that is committed meanwhile wins.
    """
    message = session.get(Message, message_id, populate_existing=True)
    now = clock.now()
    if message is None:
        raise LeaseLost
    out_of_time = message.expires_at is not None and message.expires_at <= now
    words = None if out_of_time else hooks.compose(session, message, now)
    message = _held(session, message_id, terms.owner)
    if words is None:
        _stop(session, message, MessageEvent.RUN_OUT, reason="expired")
        return None
    if isinstance(words, Postponed):
        _postpone(message, words, now)
        return None
    if isinstance(words, Suppressed):
        _stop(session, message, MessageEvent.SUPPRESS, reason=words.reason, needs_person=words.needs_person)
        return None
    return _mark(session, message, words, terms)


def suppress_unspeakable(session: ScopedSession, message_id: UUID, *, owner: str, reason: str) -> None:
    """Take a message whose words cannot be made out of the way; a person hears of it. Raises LeaseLost."""
    _stop(session, _held(session, message_id, owner), MessageEvent.SUPPRESS, reason=reason)


def _held(session: ScopedSession, message_id: UUID, owner: str) -> Message:
    """Return the message, locked. Raises LeaseLost when `owner` does not hold it any more."""
    message = locked_message(session, message_id)
    if message is None or message.state != MessageState.CLAIMED or message.lease_owner != owner:
        raise LeaseLost
    if message.lease_until is None or message.lease_until <= clock.wall():
        raise LeaseLost
    return message


def _postpone(message: Message, words: Postponed, now: datetime) -> None:
    move(message, MessageEvent.POSTPONE)
    release(message)
    message.not_before = max(words.until, now + SHORTEST_WAIT)
    message.reason = words.reason


def _stop(
    session: ScopedSession, message: Message, event: MessageEvent, *, reason: str, needs_person: bool = True
) -> None:
    move(message, event)
    release(message)
    message.reason = reason
    session.flush()
    if needs_person:
        hooks.on_message_stuck(session, message)


def _mark(session: ScopedSession, message: Message, words: Composed, terms: Terms) -> Submission:
    move(message, MessageEvent.SUBMIT)
    lease_until = clock.wall() + terms.lease
    message.attempt_no += 1
    message.lease_until = lease_until
    message.reason = message.error_code = None
    message.language = words.language
    message.body = f"{words.subject}\n{words.body}" if message.channel == Channel.EMAIL else words.body
    message.provider = terms.providers[Channel(message.channel)]
    session.add(MessageAttempt(message_id=message.id, attempt_no=message.attempt_no, started_at=clock.wall()))
    session.flush()
    return Submission(message.id, message.attempt_no, lease_until, _outgoing(message, words, terms))


def _outgoing(message: Message, words: Composed, terms: Terms) -> OutgoingSms | OutgoingEmail:
    if message.channel == Channel.EMAIL:
        return OutgoingEmail(message.id, message.attempt_no, words.to, words.subject, words.body)
    return OutgoingSms(
        message_id=message.id,
        attempt_no=message.attempt_no,
        to=words.to,
        body=words.body,
        status_callback_url=status_callback_url(terms.public_base_url, message.id, message.attempt_no),
        validity_s=_validity_s(message, words),
    )


def _validity_s(message: Message, words: Composed) -> int:
    limits = [LONGEST_VALIDITY_S]
    if words.validity_s is not None:
        limits.append(words.validity_s)
    if message.expires_at is not None:
        limits.append(int((message.expires_at - clock.now()).total_seconds()))
    return max(1, min(limits))
