"""Receipts: what the provider reports about a message, stored once each, applied so that order does not matter.

A session with a job's scope is needed: a receipt comes from the provider, not from a member.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox import hooks
from referral.outbox.gateway.codes import class_of
from referral.outbox.models import Message, MessageAttempt, ProviderEvent
from referral.outbox.moves import locked_message, may_move, move, release
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
_STUCK = (MessageState.UNDELIVERED, MessageState.FAILED)


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
    message = _message_of(session, receipt)
    if message is None:
        return True
    if message.provider_id is None and message.attempt_no == receipt.attempt_no:
        _adopt(session, message, receipt.provider_id)
    if message.provider_id == receipt.provider_id:
        apply_reports(session, message)
    else:
        log.error("the provider reports a message twice sent", extra={"message_id": str(message.id)})
    return True


def apply_reports(session: ScopedSession, message: Message) -> None:
    """Put an accepted message where the best of all stored reports says it is. The message must be locked."""
    statement = select(ProviderEvent).where(ProviderEvent.provider_id == message.provider_id)
    reports = session.scalars(statement.order_by(ProviderEvent.received_at, ProviderEvent.id)).all()
    best = max(reports, key=lambda report: RANKS.get(report.status, 0), default=None)
    rank = RANKS.get(best.status, 0) if best else 0
    if best is None or rank <= message.provider_rank:
        return
    message.provider_rank = rank
    event = _EVENTS.get(best.status)
    if event is None or not may_move(message, event):
        return
    move(message, event)
    _note_failure(message, best)
    session.flush()
    if message.state in _STUCK:
        hooks.on_message_stuck(session, message)


def _note_failure(message: Message, report: ProviderEvent) -> None:
    """Keep the code of a failure only: other reports may carry one left over from an earlier failure."""
    failed = message.state in _STUCK
    code = report.error_code if failed else ""
    message.error_code = code or None
    message.reason = str(class_of(int(code))) if code.isdigit() else (report.status if failed else None)


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


def _adopt(session: ScopedSession, message: Message, provider_id: str) -> None:
    """T8: the attempt of which we do not know the end reached the provider; or its report came before its answer."""
    if not may_move(message, MessageEvent.CALLBACK_CLAIMS_IT):
        log.error("a report names an attempt that was over", extra={"message_id": str(message.id)})
        return
    move(message, MessageEvent.CALLBACK_CLAIMS_IT)
    release(message)
    message.provider_id, message.sent_at = provider_id, clock.now()
    message.unknown_since = message.reason = None
    attempt = session.get(MessageAttempt, (message.id, message.attempt_no))
    if attempt is not None:
        attempt.provider_id = provider_id
    session.flush()
    hooks.on_message_accepted(session, message)
