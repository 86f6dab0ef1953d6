"""What makes each event of a message happen, for a process that is killed while it does it. Only for tests.

The row is made to stand where the event starts from; the product's own function does the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.gateway.base import OutcomeKind, OutgoingSms, SendOutcome
from referral.outbox.models import Message, MessageAttempt
from referral.outbox.quarantine import RESTORED, quarantine_messages, release_messages, release_queue, try_again
from referral.outbox.queueing import cancel_for_subject, suppress_for_phone
from referral.outbox.receipts import RANKS, Receipt, record_receipt
from referral.outbox.reconcile import Reconciler
from referral.outbox.recording import record_outcome
from referral.outbox.senders import Route
from referral.outbox.sending import Sender, sweep_outbox
from referral.outbox.states import Channel
from referral.outbox.states import MessageEvent as E
from referral.outbox.states import MessageState as S
from referral.outbox.submitting import Submission, Terms, submit
from tests.fakes.twilio_faults import Fault

OWNER = "a worker before"

#: Events on the way of one message through a sender, and what its provider does about it.
BY_SENDER: dict[tuple[S, E], Fault | None] = {
    (S.PENDING, E.CLAIM): None,
    (S.RETRY_WAIT, E.CLAIM): None,
    (S.CLAIMED, E.SUBMIT): None,
    (S.CLAIMED, E.POSTPONE): None,
    (S.SUBMITTING, E.PROVIDER_ACCEPTED): None,
    (S.SUBMITTING, E.NOT_SENT): Fault.THROTTLE_429,
    (S.SUBMITTING, E.PROVIDER_REJECTED): Fault.UNHEARD_OF_400,
    (S.SUBMITTING, E.SENDER_BLOCKED): Fault.UNREGISTERED_400,
    (S.SUBMITTING, E.UNCLEAR): Fault.ERROR_500_AFTER,
}

#: States of which the provider has had the message.
TAKEN = (S.ACCEPTED, S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED, S.UNCONFIRMED)

#: States in which a person has heard of the message.
GIVEN_UP = (S.REJECTED, S.EXPIRED, S.NEEDS_HUMAN, S.QUARANTINED)

_REPORTS = {
    E.CALLBACK_CLAIMS_IT: "accepted",
    E.REPORT_SENT: "sent",
    E.REPORT_DELIVERED: "delivered",
    E.REPORT_UNDELIVERED: "undelivered",
    E.REPORT_FAILED: "failed",
}
_RANKS = {S.SENT: "sent", S.UNDELIVERED: "undelivered", S.FAILED: "failed"}
_LATE = {
    E.PROVIDER_REJECTED: SendOutcome(OutcomeKind.REJECTED, error_code="21211"),
    E.SENDER_BLOCKED: SendOutcome(OutcomeKind.CONFIGURATION, error_code="20003"),
}


@dataclass(frozen=True)
class Deed:
    """One transition that is to happen to one message. `provider_id`: what the provider knows it by, where it does."""

    message_id: UUID
    source: S
    event: E
    target: S
    provider_id: str | None = None

    @property
    def is_reported(self) -> bool:
        """True where a webhook brings it: the provider delivers that again."""
        return self.event in _REPORTS


def put(message: Message, deed: Deed) -> list[MessageAttempt]:
    """Let a queued message stand where the deed starts from; return its attempts, to be stored."""
    if (deed.source, deed.event) in BY_SENDER:
        message.facts = message.facts | ({"not_now": True} if deed.event is E.POSTPONE else {})
        message.state = deed.source if deed.event is E.CLAIM else S.PENDING
        return []
    long_ago, overtaken = clock.wall() - timedelta(hours=100), deed.event in (E.LEASE_RAN_OUT, E.NO_REPORT)
    message.state = deed.source
    if deed.source in GIVEN_UP:
        message.facts = message.facts | {"told": True}
    message.reason = RESTORED if deed.source is S.QUARANTINED else None
    if deed.source in (S.CLAIMED, S.SUBMITTING):
        message.lease_owner = OWNER
        message.lease_until = clock.wall() + timedelta(seconds=-1 if overtaken else 60)
    if deed.event is E.RUN_OUT:
        message.expires_at = clock.now()
    if deed.source in (S.PENDING, S.CLAIMED) and not deed.is_reported:
        return []
    message.attempt_no, message.provider, message.to_address = 1, "twilio", message.facts["to"]
    message.body = "Clinic: hello."
    if deed.source in TAKEN:
        message.provider_id, message.sent_at = deed.provider_id, long_ago if overtaken else clock.now()
        message.provider_rank = RANKS.get(_RANKS.get(deed.source, ""), 0)
    if deed.source is S.UNKNOWN:
        waits = timedelta(hours=2) if deed.event is E.GIVE_TO_HUMAN else timedelta(minutes=45)
        message.unknown_since, message.looks = clock.wall() - waits, 3
        message.next_look_at = clock.wall()
    attempt = MessageAttempt(message_id=message.id, attempt_no=1, started_at=clock.wall() - timedelta(minutes=45))
    attempt.provider_id = message.provider_id
    attempt.outcome = OutcomeKind.NOT_SENT if deed.source is S.RETRY_WAIT else None
    return [attempt]


def do(deed: Deed, database: Database, sender: Sender, gateway: Any) -> None:
    """Let the transition happen. `gateway`: the provider's, which can be asked too. Raises KeyError for a new one."""
    if (deed.source, deed.event) in BY_SENDER:
        sender.send_due(database)
    elif deed.is_reported:
        assert deed.provider_id is not None
        report = Receipt(deed.provider_id, _REPORTS[deed.event], message_id=deed.message_id, attempt_no=1)
        with database.job("deed") as session:
            record_receipt(session, report)
    elif (deed.source, deed.event) in _IN_TURN:
        _IN_TURN[deed.source, deed.event](database, gateway)
    else:
        with database.job("deed") as session:
            _BY_HAND[deed.event](session, session.get_one(Message, deed.message_id))


_IN_TURN: dict[tuple[S, E], Callable[[Database, Any], object]] = {
    **{
        key: lambda database, _gateway: sweep_outbox(database)
        for key in (
            (S.CLAIMED, E.LEASE_RAN_OUT),
            (S.SUBMITTING, E.LEASE_RAN_OUT),
            (S.UNKNOWN, E.GIVE_TO_HUMAN),
            (S.ACCEPTED, E.NO_REPORT),
            (S.SENT, E.NO_REPORT),
            (S.PENDING, E.RUN_OUT),
            (S.RETRY_WAIT, E.RUN_OUT),
        )
    },
    (S.UNKNOWN, E.RESEND_ONCE): lambda database, gateway: Reconciler(gateway).look(database),
}


def _record_late(kind: E) -> Callable[[Any, Message], object]:
    """A worker that slept learns what its POST came to after the message was held to be lost."""

    def record(session: Any, message: Message) -> None:
        outgoing = OutgoingSms(message.id, 1, str(message.to_address), str(message.body), "", 1)
        late = Submission(message.id, 1, clock.wall(), outgoing, Route("twilio", "MG"), Channel.SMS)
        record_outcome(session, late, _LATE[kind])

    return record


def _submit_too_late(session: Any, message: Message) -> object:
    return submit(session, message.id, Terms(OWNER, timedelta(seconds=45), "http://localhost", {}))


_BY_HAND: dict[E, Callable[[Any, Message], object]] = {
    E.PROVIDER_REJECTED: _record_late(E.PROVIDER_REJECTED),
    E.SENDER_BLOCKED: _record_late(E.SENDER_BLOCKED),
    E.RUN_OUT: _submit_too_late,
    E.SUPPRESS: lambda session, message: suppress_for_phone(session, message.phone_number_id, reason="opted_out"),
    E.CANCEL: lambda session, message: cancel_for_subject(
        session, message.subject_kind, message.subject_id, reason="moved"
    ),
    E.QUARANTINE: lambda session, message: quarantine_messages(session, [message.id]),
    E.RELEASE: lambda session, message: release_messages(session, [message.id]),
    E.TRY_AGAIN: lambda session, message: try_again(session, [message.id]),
    E.GIVE_TO_HUMAN: lambda session, _message: release_queue(session, send=False),
}
