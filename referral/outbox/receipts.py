"""Receipts: what the provider reports about a message, stored once each, applied so that order does not matter.

The state that reports give is that of the best of them. What a failure means for people waits for `SETTLING`, so that
a report of arrival, or the person's answer, may come before it or after.

A session with a job's scope is needed: a receipt comes from the provider, not from a member.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox import hooks
from referral.outbox.gateway.base import ErrorClass
from referral.outbox.gateway.codes import class_of
from referral.outbox.models import Message, MessageAttempt, ProviderEvent
from referral.outbox.moves import know, locked_message, may_move, move, release
from referral.outbox.queueing import cancel_repetition
from referral.outbox.senders import rest
from referral.outbox.states import MessageEvent, MessageState
from resources_directory.db import native_insert, new_id

log = logging.getLogger(__name__)

#: Twilio's statuses (Twilio docs, Message resource, "status") and how much each knows. No two are equal: the best
#: known status is the same in whatever order reports come. Evidence of arrival beats a report of failure.
RANKS = {
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "sent": 4,
    "canceled": 5,
    "failed": 6,
    "undelivered": 7,
    "partially_delivered": 8,
    "delivered": 9,
    "read": 10,
}

_EVENTS = {
    "sent": MessageEvent.REPORT_SENT,
    "canceled": MessageEvent.REPORT_FAILED,
    "failed": MessageEvent.REPORT_FAILED,
    "undelivered": MessageEvent.REPORT_UNDELIVERED,
    "partially_delivered": MessageEvent.REPORT_UNDELIVERED,
    "delivered": MessageEvent.REPORT_DELIVERED,
    "read": MessageEvent.REPORT_DELIVERED,
}

#: States in which somebody has to be told.
LOST = (MessageState.UNDELIVERED, MessageState.FAILED)

#: How long after a report of failure somebody is told: what is reported twice, or out of order, is settled by then.
SETTLING = timedelta(minutes=10)

#: Providers that report what became of a message.
REPORTING_PROVIDERS = ("twilio",)

#: When an accepted text of which no final report comes is asked about.
FIRST_POLL = timedelta(hours=1)


@dataclass(frozen=True)
class Receipt:
    """One report. `message_id` and `attempt_no` are ours, from the callback's address; `status` is the provider's."""

    provider_id: str
    status: str
    error_code: str = ""
    message_id: UUID | None = None
    attempt_no: int | None = None


def record_receipt(session: ScopedSession, receipt: Receipt) -> bool:
    """Store a report and apply what it says; return False when it was known already, and then nothing changes.

    It is stored even when no message matches. A report for a message that we do not know to be sent proves that it
    was: the message takes the provider's id (T8). Flushes; the caller commits.
    """
    if not _stored(session, receipt):
        return False
    _take_in(session, receipt)
    return True


def learn_from_list(session: ScopedSession, receipt: Receipt) -> None:
    """Take in what the provider's own list says of a message of ours, also where a report said it before. Flushes."""
    _stored(session, receipt)
    _take_in(session, receipt)


def apply_reports(session: ScopedSession, message: Message) -> None:
    """Put an accepted message where the best of all stored reports says it is. The message must be locked."""
    ours = or_(ProviderEvent.message_id.is_(None), ProviderEvent.message_id == message.id)
    stored = select(ProviderEvent).where(ProviderEvent.provider_id == message.provider_id, ours)
    reports = session.scalars(stored.order_by(ProviderEvent.id)).all()
    best = max(reports, key=_knowledge, default=None)
    rank = RANKS.get(best.status, 0) if best else 0
    if best is None or rank < message.provider_rank:
        return
    message.provider_rank, was = rank, MessageState(message.state)
    event = _EVENTS.get(best.status)
    if event is not None and may_move(message, event):
        move(message, event)
    if message.state in LOST:
        _note_failure(session, message, best, was)
    elif event is not None:
        _note_arrival(session, message, was)
    session.flush()


def arrived_at_provider(session: ScopedSession, message: Message, provider_id: str) -> None:
    """The provider has the message: note its name there, and that a report is to come. Flushes."""
    release(message)
    know(message)
    message.provider_id, message.sent_at = provider_id, clock.now()
    if message.provider in REPORTING_PROVIDERS:
        message.next_look_at = clock.wall() + FIRST_POLL
    session.flush()
    hooks.on_message_accepted(session, message)


def _take_in(session: ScopedSession, receipt: Receipt) -> None:
    message = _message_of(session, receipt)
    if message is None:
        return
    if message.provider_id is None and 0 < (receipt.attempt_no or 0) <= message.attempt_no:
        _adopt(session, message, receipt)
    if message.provider_id == receipt.provider_id:
        apply_reports(session, message)
    else:
        log.error("the provider reports a message twice sent", extra={"message_id": str(message.id)})


def _knowledge(report: ProviderEvent) -> tuple[int, str]:
    """Return how much a report knows; of two with the same status, the same one counts in whatever order they come."""
    return RANKS.get(report.status, 0), report.error_code


def _note_failure(session: ScopedSession, message: Message, report: ProviderEvent, was: MessageState) -> None:
    """Keep the code of a failure only: other reports may carry one left over from an earlier failure."""
    code = report.error_code
    failure = class_of(int(code)) if code.isdigit() else None
    news = was not in LOST or message.error_code != (code or None)
    message.error_code, message.next_look_at = code or None, None
    message.reason = str(failure) if failure else report.status
    if was not in LOST:
        message.tell_at = clock.now() + SETTLING
    if news and failure is ErrorClass.CONFIGURATION and message.sender:
        rest(session, message.channel, message.sender, code)
    if news and failure is ErrorClass.OPTED_OUT:  # a person's will counts at once
        message.tell_at = None
        session.flush()
        hooks.on_message_stuck(session, message)


def _note_arrival(session: ScopedSession, message: Message, was: MessageState) -> None:
    message.error_code = message.reason = None
    if message.state == MessageState.DELIVERED:
        message.next_look_at = None
    if was not in LOST:
        return
    told, message.tell_at = message.tell_at is None, None
    session.flush()
    cancel_repetition(session, message.id)
    if told:
        hooks.on_message_accepted(session, message)


def _stored(session: ScopedSession, receipt: Receipt) -> bool:
    statement = native_insert(session, ProviderEvent).values(
        id=new_id(),
        provider_id=receipt.provider_id,
        status=receipt.status,
        error_code=receipt.error_code,
        message_id=receipt.message_id,
        attempt_no=receipt.attempt_no,
        received_at=clock.now(),
    )
    once = statement.on_conflict_do_nothing(index_elements=["provider_id", "status", "error_code"])
    return session.scalar(once.returning(ProviderEvent.id)) is not None


def _message_of(session: ScopedSession, receipt: Receipt) -> Message | None:
    if receipt.message_id is not None:
        return locked_message(session, receipt.message_id)
    found = session.scalar(select(Message.id).where(Message.provider_id == receipt.provider_id))
    return None if found is None else locked_message(session, found)


def _adopt(session: ScopedSession, message: Message, receipt: Receipt) -> None:
    """T8: an attempt of which we did not know the end reached the provider; or its report came before its answer."""
    earlier = receipt.attempt_no != message.attempt_no
    under_way = message.state == MessageState.SUBMITTING  # a later attempt will bring an id of its own
    if not may_move(message, MessageEvent.CALLBACK_CLAIMS_IT) or (earlier and under_way):
        log.error("a report names an attempt that was over", extra={"message_id": str(message.id)})
        return
    move(message, MessageEvent.CALLBACK_CLAIMS_IT)
    attempt = session.get(MessageAttempt, (message.id, receipt.attempt_no))
    if attempt is not None:
        attempt.provider_id = receipt.provider_id
    arrived_at_provider(session, message, receipt.provider_id)
