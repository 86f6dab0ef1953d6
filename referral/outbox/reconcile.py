"""Asking the provider which texts of unknown end it took (T8 to T10), and what became of the unreported (T12).

The list lags (10 to 15 minutes have been reported, twilio-java issue 442), so a text that it does not show is sent
again only when it has been missing for longer, in at least two good readings, and only once. No transaction is open
while the provider is asked.
"""

import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.kit.worker import one_by_one
from referral.outbox import hooks
from referral.outbox.gateway.base import ListedText, OutcomeKind, ProviderUnreachable, TextList
from referral.outbox.models import Message, MessageAttempt, ProviderEvent
from referral.outbox.moves import know, locked_message, move
from referral.outbox.receipts import Receipt, learn_from_list
from referral.outbox.states import MessageEvent, MessageState

log = logging.getLogger(__name__)

#: When the list is read after an unclear end; the next reading after an unanswered one comes in `AGAIN`.
LOOKS = (timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=30), timedelta(minutes=50))
AGAIN = timedelta(minutes=2)

#: By how much two clocks may differ: of two workers, or the provider's and ours.
CLOCKS_APART = timedelta(minutes=12)

#: Missing from the list for so long, in so many readings, a text was not taken: longer than lists lag, even where
#: the worker that looks is ahead of the one that doubted.
MISSING_FOR = timedelta(minutes=18) + CLOCKS_APART
MISSING_LOOKS = 2

#: A text whose end we do not know is sent so often at most.
MOST_DOUBTED = 2

#: When, after the first hour, an accepted text without a final report is asked about: once more.
SECOND_POLL = timedelta(hours=23)

#: Messages asked about in one round: each is a call to the provider.
MOST = 20

_REPORTED = (MessageState.ACCEPTED, MessageState.SENT)


@dataclass(frozen=True)
class _Doubt:
    """A message the provider is to be asked about. `started_at`: real time of its first doubted attempt."""

    message_id: UUID
    attempt_no: int
    to: str
    body: str
    provider_id: str | None
    started_at: datetime
    sender: str | None


class Reconciler:
    """Asks one provider about the messages that went through it, in whichever of its senders' names."""

    def __init__(self, texts: TextList) -> None:
        """`texts`: whom to ask. Nothing is contacted yet."""
        self._texts = texts

    def look(self, database: Database) -> int:
        """Ask about each message whose look is due; return how many were looked at. A worker's task."""
        with database.job("outbox look") as session:
            doubts = _due(session, self._texts.provider)
        return one_by_one("reconcile", doubts, lambda doubt: self._look_at(database, doubt))

    def _look_at(self, database: Database, doubt: _Doubt) -> int:
        try:
            if doubt.provider_id is not None:
                known = self._texts.text(doubt.provider_id)
                listed = [known] if known else []
            else:
                listed = list(self._texts.texts_to(doubt.to))
        except ProviderUnreachable as error:
            log.warning("the provider could not be asked", extra={"error": str(error)})
            with database.job("outbox look") as session:
                _ask_again(session, doubt)
            return 0
        with database.job("outbox look") as session:
            if doubt.provider_id is not None:
                _told(session, doubt, listed)
            else:
                _found_or_missing(session, doubt, listed)
        return 1


def _due(session: ScopedSession, provider: str) -> list[_Doubt]:
    """Return what is to be asked about now, the longest waiting first."""
    asked = (
        select(Message)
        .where(Message.next_look_at <= clock.wall(), Message.provider == provider)
        .where(or_(Message.state == MessageState.UNKNOWN, Message.state.in_(_REPORTED)))
        .order_by(Message.next_look_at, Message.id)
        .limit(MOST)
    )
    return [_doubt_about(session, message) for message in session.scalars(asked)]


def _doubt_about(session: ScopedSession, message: Message) -> _Doubt:
    first = select(func.min(MessageAttempt.started_at)).where(MessageAttempt.message_id == message.id, _doubted())
    return _Doubt(
        message_id=message.id,
        attempt_no=message.attempt_no,
        to=message.to_address or "",
        body=message.body or "",
        provider_id=message.provider_id,
        started_at=session.scalar(first) or message.created_at,
        sender=message.sender,
    )


def _told(session: ScopedSession, doubt: _Doubt, listed: Sequence[ListedText]) -> None:
    """Note what became of a text that was accepted; nothing said is nothing learned."""
    message = locked_message(session, doubt.message_id)
    if message is None or message.state not in _REPORTED:
        return
    second = (message.sent_at or clock.now()) + SECOND_POLL
    message.next_look_at = clock.wall() + SECOND_POLL if clock.now() < second else None
    session.flush()
    for text in listed:
        learn_from_list(session, _receipt(text, doubt))


def _found_or_missing(session: ScopedSession, doubt: _Doubt, listed: Sequence[ListedText]) -> None:
    found = _match(session, doubt, listed)
    if found is not None:
        learn_from_list(session, _receipt(found, doubt))
    message = locked_message(session, doubt.message_id)
    if message is None or message.state != MessageState.UNKNOWN or message.attempt_no != doubt.attempt_no:
        return
    message.looks += 1
    age = clock.wall() - (message.unknown_since or clock.wall())
    if age < MISSING_FOR or message.looks < MISSING_LOOKS:
        _look_later(message, age)
    elif message.resend_ok and _doubted_attempts(session, message) < MOST_DOUBTED:
        move(message, MessageEvent.RESEND_ONCE)
        know(message)
        message.reason, message.not_before = "missing_at_provider", clock.now()
    elif age >= LOOKS[-1]:
        move(message, MessageEvent.GIVE_TO_HUMAN)
        message.next_look_at = None
        session.flush()
        hooks.on_message_stuck(session, message)
    else:
        _look_later(message, age)
    session.flush()


def _receipt(text: ListedText, doubt: _Doubt) -> Receipt:
    return Receipt(text.provider_id, text.status, text.error_code, doubt.message_id, doubt.attempt_no)


def _match(session: ScopedSession, doubt: _Doubt, listed: Sequence[ListedText]) -> ListedText | None:
    """Return the oldest text of these words, taken since the attempt began, that belongs to no other message."""
    words = _essence(doubt.body)
    alike = [
        text
        for text in listed
        if text.to == doubt.to
        and text.sender in (None, doubt.sender)
        and text.created_at >= doubt.started_at - CLOCKS_APART
        and _essence(text.body).endswith(words)
    ]
    for text in sorted(alike, key=lambda text: (text.created_at, text.provider_id)):
        if not _belongs_to_another(session, text.provider_id, doubt.message_id):
            return text
    return None


def _belongs_to_another(session: ScopedSession, provider_id: str, message_id: UUID) -> bool:
    holders = (
        select(Message.id).where(Message.provider_id == provider_id, Message.id != message_id),
        select(MessageAttempt.message_id).where(
            MessageAttempt.provider_id == provider_id, MessageAttempt.message_id != message_id
        ),
        select(ProviderEvent.message_id).where(
            ProviderEvent.provider_id == provider_id, ProviderEvent.message_id != message_id
        ),
    )
    return any(session.scalar(holder.limit(1)) is not None for holder in holders)


def _essence(body: str) -> str:
    """Return a text's letters and digits: the provider replaces look-alike signs, and a trial account adds words."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", body).casefold() if sign.isalnum())


def _doubted_attempts(session: ScopedSession, message: Message) -> int:
    counted = select(func.count()).where(MessageAttempt.message_id == message.id, _doubted())
    return session.scalar(counted) or 0


def _doubted() -> ColumnElement[bool]:
    """Attempts whose end we never learned: the answer was unclear, or the worker died."""
    return or_(MessageAttempt.outcome.is_(None), MessageAttempt.outcome == OutcomeKind.UNKNOWN)


def _look_later(message: Message, age: timedelta) -> None:
    following = next((look for look in LOOKS if look > age), None)
    wait = following - age if following is not None else AGAIN
    message.next_look_at = clock.wall() + wait


def _ask_again(session: ScopedSession, doubt: _Doubt) -> None:
    message = locked_message(session, doubt.message_id)
    if message is not None and message.next_look_at is not None:
        message.next_look_at = clock.wall() + AGAIN
        session.flush()
