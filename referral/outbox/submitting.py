"""The gate (T2): in one transaction it is asked whether the message may go, its words are made, and it is marked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox import hooks
from referral.outbox.gateway.base import OutgoingEmail, OutgoingSms, status_callback_url
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message, MessageAttempt, SenderStanding
from referral.outbox.moves import move, release
from referral.outbox.senders import Route, take_tokens
from referral.outbox.states import Channel, MessageEvent, MessageState

#: Seconds for which a provider may still send a text, at most: a question should not arrive in the night.
LONGEST_VALIDITY_S = 4 * 3600

#: What should have gone so long ago is stale after an outage: a person decides, instead of a text out of the blue.
TOO_OLD = timedelta(days=1)

#: A postponement moves a message on by at least this much, so that a wrong gate cannot spin.
SHORTEST_WAIT = timedelta(minutes=1)


class LeaseLost(Exception):
    """The message was taken back, or its lease ended, before it passed the gate. What was written must be undone."""


@dataclass(frozen=True)
class Terms:
    """Under what terms a worker submits. `owner`: this worker alone; `routes`: through whom each channel goes."""

    owner: str
    lease: timedelta
    public_base_url: str
    routes: Mapping[Channel, Route]


@dataclass(frozen=True)
class Submission:
    """A message that is committed as being submitted, and what is to be posted.

    `lease_until`: real time; `trial`: it tries a sender that has just rested; `sender_failed`: the posts of its sender
    before it went badly, so that one that goes well is news.
    """

    message_id: UUID
    attempt_no: int
    lease_until: datetime
    outgoing: OutgoingSms | OutgoingEmail
    route: Route
    channel: Channel
    trial: bool = False
    sender_failed: bool = True


@dataclass(frozen=True)
class _Held:
    """How the sender of a message stands at the moment in which its row was locked."""

    rests: bool
    failed: bool


def submit(session: ScopedSession, message_id: UUID, terms: Terms, *, trial: bool = False) -> Submission | None:
    """Return what to post once this transaction is committed; None when the message does not go now.

    It does not go when it has expired or is too old, when the gate postpones or suppresses it, or when its sender
    rests (unless this is its `trial`) or has just gone fast enough. Raises LeaseLost.

    The row is locked only after the gate: whoever moves a referral locks that first and its messages last, and two
    transactions that lock in opposite orders would wait for each other. A STOP that is committed meanwhile wins.
    """
    message = session.get(Message, message_id, populate_existing=True)
    now = clock.now()
    if message is None:
        raise LeaseLost
    too_late = _too_late(message, now)
    words = None if too_late else hooks.compose(session, message, now)
    route = terms.routes.get(Channel(message.channel))
    held = _hold(session, message, terms.owner, route.sender if route else None)
    if words is None:
        _stop(session, message, MessageEvent.RUN_OUT, reason=too_late or "expired")
    elif isinstance(words, Postponed):
        _postpone(message, words, now)
    elif isinstance(words, Suppressed):
        _stop(session, message, MessageEvent.SUPPRESS, reason=words.reason, needs_person=words.needs_person)
    elif (held.rests and not trial) or not _has_tokens(session, message, words, terms):
        move(message, MessageEvent.POSTPONE)
        release(message)
    else:
        return replace(_mark(session, message, words, terms), trial=trial, sender_failed=held.failed)
    return None


def set_aside_unspeakable(session: ScopedSession, message_id: UUID, *, owner: str, reason: str) -> None:
    """Set a message aside whose words cannot be made; a person hears of it. Raises LeaseLost."""
    message = session.get(Message, message_id)
    if message is None:
        raise LeaseLost
    _hold(session, message, owner, sender=None)
    _stop(session, message, MessageEvent.QUARANTINE, reason=reason)


def _has_tokens(session: ScopedSession, message: Message, words: Composed, terms: Terms) -> bool:
    """Take the tokens of this message from its sender; False where there are none."""
    channel = Channel(message.channel)
    return take_tokens(session, channel, terms.routes[channel], words.segments)


def _too_late(message: Message, now: datetime) -> str | None:
    """Return why it is too late for a message, if it is."""
    if message.expires_at is not None and message.expires_at <= now:
        return "expired"
    return "too_old" if now - (message.due_at or message.not_before) > TOO_OLD else None


def _hold(session: ScopedSession, message: Message, owner: str, sender: str | None) -> _Held:
    """Lock the message's row, and return how `sender` stands. Raises LeaseLost when `owner` does not hold it any more.

    Only what may have changed is read again, in one statement.
    """
    standing = SenderStanding.rests_until, SenderStanding.failures
    row = select(Message.state, Message.lease_owner, Message.lease_until, *standing).where(Message.id == message.id)
    beside = row.outerjoin(SenderStanding, SenderStanding.name == sender).with_for_update(of=Message)
    now = session.execute(beside).one_or_none()
    wall = clock.wall()
    if now is None or now.state != MessageState.CLAIMED or now.lease_owner != owner:
        raise LeaseLost
    if now.lease_until is None or now.lease_until <= wall:
        raise LeaseLost
    return _Held(now.rests_until is not None and now.rests_until > wall, bool(now.failures))


def _postpone(message: Message, words: Postponed, now: datetime) -> None:
    move(message, MessageEvent.POSTPONE)
    release(message)
    message.not_before = message.due_at = max(words.until, now + SHORTEST_WAIT)
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
    message.lease_until, message.lost_claims = lease_until, 0
    message.reason = message.error_code = None
    message.language = words.language
    message.body = f"{words.subject}\n{words.body}" if message.channel == Channel.EMAIL else words.body
    message.to_address, message.segments = words.to, words.segments
    channel = Channel(message.channel)
    route = terms.routes[channel]
    message.provider, message.sender = route.provider, route.sender
    session.add(MessageAttempt(message_id=message.id, attempt_no=message.attempt_no, started_at=clock.wall()))
    session.flush()
    return Submission(message.id, message.attempt_no, lease_until, _outgoing(message, words, terms), route, channel)


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
