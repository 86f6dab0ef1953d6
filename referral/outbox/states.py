"""The states of a message, after the outbox machine of the delivery design (T1 to T13)."""

from enum import StrEnum

from referral.kit.state_machine import Machine


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    #: A text to a phone of an organization's staff, by a sender of its own: never mixed with a patient's thread.
    STAFF_SMS = "staff_sms"
    EMAIL = "email"


#: Channels whose messages are texts to a phone.
TEXT_CHANNELS = frozenset({Channel.SMS, Channel.STAFF_SMS})


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
    #: Set aside until a person lets it go: a restored copy's queue, words that cannot be made.
    QUARANTINED = "quarantined"


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
    QUARANTINE = "quarantine"
    RELEASE = "release"
    TRY_AGAIN = "try_again"


M, E = MessageState, MessageEvent

_QUEUED = (M.PENDING, M.CLAIMED, M.RETRY_WAIT)
#: A report proves that an attempt arrived, also where it was held to be lost, or is about to be made again.
_CLAIMABLE = (M.SUBMITTING, M.UNKNOWN, M.NEEDS_HUMAN, M.QUARANTINED, *_QUEUED)
#: What certainly or perhaps never arrived, and a person may send again.
_GIVEN_UP = (M.REJECTED, M.EXPIRED, M.NEEDS_HUMAN)
_BY_PEOPLE = (E.QUARANTINE, E.RELEASE, E.TRY_AGAIN)
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
        **{(state, E.CALLBACK_CLAIMS_IT): M.ACCEPTED for state in _CLAIMABLE},
        (M.UNKNOWN, E.PROVIDER_REJECTED): M.REJECTED,
        (M.UNKNOWN, E.SENDER_BLOCKED): M.PENDING,
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
        (M.UNCONFIRMED, E.REPORT_FAILED): M.FAILED,
        **{(state, E.SUPPRESS): M.SUPPRESSED for state in _QUEUED},
        **{(state, E.RUN_OUT): M.EXPIRED for state in _QUEUED},
        **{(state, E.CANCEL): M.CANCELED for state in _QUEUED},
        **{(state, E.QUARANTINE): M.QUARANTINED for state in _QUEUED},
        (M.QUARANTINED, E.RELEASE): M.PENDING,
        (M.QUARANTINED, E.GIVE_TO_HUMAN): M.NEEDS_HUMAN,
        **{(state, E.TRY_AGAIN): M.PENDING for state in _GIVEN_UP},
    },
    who={event: "administrator" if event in _BY_PEOPLE else "clock" for event in MessageEvent},
)
