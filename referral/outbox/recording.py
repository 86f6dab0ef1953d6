"""What one attempt came to, written down (T4 to T7): also when the answer comes after the lease has ended."""

import logging
from datetime import timedelta

from sqlalchemy import func, select, update

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox import hooks
from referral.outbox.gateway.base import OutcomeKind, SendOutcome
from referral.outbox.models import Message, MessageAttempt
from referral.outbox.moves import doubt, know, locked_message, may_move, move, release
from referral.outbox.receipts import apply_reports, arrived_at_provider
from referral.outbox.senders import note_outcome
from referral.outbox.states import MessageEvent, MessageState
from referral.outbox.submitting import Submission

log = logging.getLogger(__name__)

#: Waits after the first, second, … attempt that was certainly not sent; the last one repeats.
BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(minutes=60),
)

#: After so many attempts that never reached the provider a person is asked instead (about five hours).
MOST_TRIES = 8

#: They say nothing new of a sender that had not failed before.
_NO_NEWS = (OutcomeKind.ACCEPTED, OutcomeKind.REJECTED)

_NEVER_REACHED = (OutcomeKind.NOT_SENT, OutcomeKind.THROTTLED, OutcomeKind.NOT_TRIED)


def record_outcome(session: ScopedSession, submission: Submission, outcome: SendOutcome) -> None:
    """Write down the outcome of an attempt, move its message, and let its sender rest where it must.

    Flushes; the caller commits.
    """
    message = locked_message(session, submission.message_id)
    if message is None or not _close_attempt(session, submission, outcome):
        return
    if message.attempt_no != submission.attempt_no:
        _log_late(message, outcome)
    elif outcome.kind is OutcomeKind.ACCEPTED:
        _accepted(session, message, outcome)
    elif outcome.kind in _NEVER_REACHED:
        _never_reached(session, message, outcome)
    elif message.state in (MessageState.SUBMITTING, MessageState.UNKNOWN):
        _refused_or_unclear(session, message, outcome)
    session.flush()
    if submission.sender_failed or outcome.kind not in _NO_NEWS:
        note_outcome(session, message.channel, submission.route, outcome, trial=submission.trial)


def _close_attempt(session: ScopedSession, submission: Submission, outcome: SendOutcome) -> bool:
    """Write down how an attempt ended; return False where there is none."""
    values = {
        "finished_at": clock.wall(),
        "outcome": outcome.kind,
        "http_status": outcome.http_status,
        "error_code": outcome.error_code,
    }
    if outcome.provider_id is not None:
        values["provider_id"] = outcome.provider_id
    this = MessageAttempt.message_id == submission.message_id, MessageAttempt.attempt_no == submission.attempt_no
    closed = update(MessageAttempt).where(*this).values(values).returning(MessageAttempt.attempt_no)
    return session.scalar(closed.execution_options(synchronize_session=False)) is not None


def _accepted(session: ScopedSession, message: Message, outcome: SendOutcome) -> None:
    """T4; or the answer came late, to a message already held to be UNKNOWN; or after a report of the same message."""
    if message.provider_id is not None:
        if message.provider_id != outcome.provider_id:
            log.error("one attempt made two messages", extra={"message_id": str(message.id)})
        return
    timely = message.state == MessageState.SUBMITTING
    event = MessageEvent.PROVIDER_ACCEPTED if timely else MessageEvent.CALLBACK_CLAIMS_IT
    if not may_move(message, event):
        _log_late(message, outcome)
        return
    move(message, event)
    arrived_at_provider(session, message, str(outcome.provider_id))
    apply_reports(session, message)


def _never_reached(session: ScopedSession, message: Message, outcome: SendOutcome) -> None:
    """T5. A worker that was paused past its lease and posted nothing knows it too: its UNKNOWN is cleared up."""
    if message.state not in (MessageState.SUBMITTING, MessageState.UNKNOWN):
        return
    tries = _tries(session, message)
    if tries >= MOST_TRIES and message.state == MessageState.SUBMITTING:
        message.error_code = outcome.error_code
        _end(session, message, MessageEvent.PROVIDER_REJECTED, reason="never_reached_provider")
        return
    move(message, MessageEvent.NOT_SENT if message.state == MessageState.SUBMITTING else MessageEvent.RESEND_ONCE)
    release(message)
    know(message)
    message.reason, message.error_code = outcome.kind, outcome.error_code
    wait = BACKOFF[min(tries, len(BACKOFF)) - 1]
    message.not_before = clock.now() + max(wait, timedelta(seconds=outcome.retry_after_s or 0)) + _jitter(message)


def _refused_or_unclear(session: ScopedSession, message: Message, outcome: SendOutcome) -> None:
    message.error_code = outcome.error_code
    if outcome.kind is OutcomeKind.REJECTED:
        _end(session, message, MessageEvent.PROVIDER_REJECTED, reason=str(outcome.error_class))
    elif outcome.kind is OutcomeKind.CONFIGURATION:
        move(message, MessageEvent.SENDER_BLOCKED)
        release(message)
        know(message)
        message.reason = "sender_blocked"
    elif message.state == MessageState.SUBMITTING:
        move(message, MessageEvent.UNCLEAR)
        doubt(message, reason="unclear_answer")


def _end(session: ScopedSession, message: Message, event: MessageEvent, *, reason: str) -> None:
    move(message, event)
    release(message)
    know(message)
    message.reason = reason
    session.flush()
    hooks.on_message_stuck(session, message)


def _tries(session: ScopedSession, message: Message) -> int:
    """Return how many attempts certainly never reached the provider, this one included.

    Throttled ones do not count: they never wear a message out.
    """
    session.flush()
    statement = select(func.count()).where(
        MessageAttempt.message_id == message.id, MessageAttempt.outcome == OutcomeKind.NOT_SENT
    )
    return max(1, session.scalar(statement) or 0)


def _jitter(message: Message) -> timedelta:
    """Return up to 10 seconds, the same for the same message: a crowd that failed together does not come together."""
    return timedelta(milliseconds=message.id.int % 10_000)


def _log_late(message: Message, outcome: SendOutcome) -> None:
    log.warning("an outcome came too late", extra={"message_id": str(message.id), "state": outcome.kind})
