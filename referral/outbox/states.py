"""The states of a message, after the outbox machine of the delivery design (T1 to T13)."""

from enum import StrEnum

from referral.kit.state_machine import Machine


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    EMAIL = "email"


class MessageState(StrEnum):
    """Where a message stands. Nothing is ever deleted."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SUBMITTING = "submitting"
    RETRY_WAIT = "retry_wait"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NEEDS_HUMAN = "needs_human"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    CANCELED = "canceled"


class MessageEvent(StrEnum):
    """What moves a message."""

    CLAIM = "claim"
    LEASE_RAN_OUT = "lease_ran_out"
    POSTPONE = "postpone"
    SUBMIT = "submit"
    PROVIDER_ACCEPTED = "provider_accepted"
    NOT_SENT = "not_sent"
    PROVIDER_REJECTED = "provider_rejected"
    SENDER_BLOCKED = "sender_blocked"
    UNCLEAR = "unclear"
    CALLBACK_CLAIMS_IT = "callback_claims_it"
    RESEND_ONCE = "resend_once"
    GIVE_TO_HUMAN = "give_to_human"
    REPORT_SENT = "report_sent"
    REPORT_DELIVERED = "report_delivered"
    REPORT_UNDELIVERED = "report_undelivered"
    REPORT_FAILED = "report_failed"
    NO_REPORT = "no_report"
    SUPPRESS = "suppress"
    RUN_OUT = "run_out"
    CANCEL = "cancel"


M, E = MessageState, MessageEvent

_QUEUED = (M.PENDING, M.CLAIMED, M.RETRY_WAIT)
_REPORTED = {
    E.REPORT_SENT: M.SENT,
    E.REPORT_DELIVERED: M.DELIVERED,
    E.REPORT_UNDELIVERED: M.UNDELIVERED,
    E.REPORT_FAILED: M.FAILED,
}

MESSAGE_MACHINE: Machine[MessageState, MessageEvent] = Machine(
    "message",
    M.PENDING,
    moves={
        (M.PENDING, E.CLAIM): M.CLAIMED,
        (M.RETRY_WAIT, E.CLAIM): M.CLAIMED,
        (M.CLAIMED, E.LEASE_RAN_OUT): M.PENDING,
        (M.CLAIMED, E.POSTPONE): M.PENDING,
        (M.CLAIMED, E.SUBMIT): M.SUBMITTING,
        (M.SUBMITTING, E.PROVIDER_ACCEPTED): M.ACCEPTED,
        (M.SUBMITTING, E.NOT_SENT): M.RETRY_WAIT,
        (M.SUBMITTING, E.PROVIDER_REJECTED): M.REJECTED,
        (M.SUBMITTING, E.SENDER_BLOCKED): M.PENDING,
        (M.SUBMITTING, E.UNCLEAR): M.UNKNOWN,
        (M.SUBMITTING, E.LEASE_RAN_OUT): M.UNKNOWN,
        (M.SUBMITTING, E.CALLBACK_CLAIMS_IT): M.ACCEPTED,
        (M.UNKNOWN, E.CALLBACK_CLAIMS_IT): M.ACCEPTED,
        (M.NEEDS_HUMAN, E.CALLBACK_CLAIMS_IT): M.ACCEPTED,
        (M.UNKNOWN, E.RESEND_ONCE): M.RETRY_WAIT,
        (M.UNKNOWN, E.GIVE_TO_HUMAN): M.NEEDS_HUMAN,
        **{(M.ACCEPTED, event): state for event, state in _REPORTED.items()},
        **{(M.SENT, event): state for event, state in _REPORTED.items() if event is not E.REPORT_SENT},
        (M.UNDELIVERED, E.REPORT_DELIVERED): M.DELIVERED,
        (M.FAILED, E.REPORT_DELIVERED): M.DELIVERED,
        (M.FAILED, E.REPORT_UNDELIVERED): M.UNDELIVERED,
        (M.ACCEPTED, E.NO_REPORT): M.UNCONFIRMED,
        (M.SENT, E.NO_REPORT): M.UNCONFIRMED,
        (M.UNCONFIRMED, E.REPORT_DELIVERED): M.DELIVERED,
        (M.UNCONFIRMED, E.REPORT_UNDELIVERED): M.UNDELIVERED,
        **{(state, E.SUPPRESS): M.SUPPRESSED for state in _QUEUED},
        **{(state, E.RUN_OUT): M.EXPIRED for state in _QUEUED},
        **{(state, E.CANCEL): M.CANCELED for state in _QUEUED},
    },
    who=dict.fromkeys(MessageEvent, "clock"),
)
