"""The referral as data: its modes, states, events, reasons, and the one table of moves."""

from enum import StrEnum

from referral.kit.state_machine import Machine


class Mode(StrEnum):
    """How the organization comes to know of the patient."""

    SENT = "sent"
    SELF_DIRECTED = "self_directed"
    PHONE_HAND_OVER = "phone_hand_over"


class Urgency(StrEnum):
    """How fast the clocks run."""

    ROUTINE = "routine"
    SOON = "soon"
    TODAY = "today"


class ReferralState(StrEnum):
    """Where a referral stands."""

    DRAFT = "draft"
    HELD = "held"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    IN_PROGRESS = "in_progress"
    WAITLISTED = "waitlisted"
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered_in_error"


class ReferralEvent(StrEnum):
    """What moves a referral."""

    SIGN = "sign"
    UNDO = "undo"
    SEND = "send"
    BEGIN = "begin"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    START = "start"
    WAITLIST = "waitlist"
    COMPLETE = "complete"
    FAIL = "fail"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    MARK_ERROR = "mark_error"


class DeclineReason(StrEnum):
    """Why an organization cannot take a referral."""

    NO_CAPACITY = "no_capacity"
    NOT_ELIGIBLE = "not_eligible"
    OUT_OF_AREA = "out_of_area"
    WRONG_SERVICE = "wrong_service"
    CANNOT_SERVE_LANGUAGE = "cannot_serve_language"
    DUPLICATE = "duplicate"
    OTHER = "other"


class NotCompletedReason(StrEnum):
    """Why help did not happen after it was accepted."""

    COULD_NOT_REACH = "could_not_reach"
    DID_NOT_MEET = "did_not_meet"
    NOT_ELIGIBLE_AFTER_INTAKE = "not_eligible_after_intake"
    DOCUMENTS_MISSING = "documents_missing"
    WAITED_TOO_LONG = "waited_too_long"
    NO_LONGER_WANTED = "no_longer_wanted"
    OTHER = "other"


#: The reason of a withdrawal for which nobody asked. Organizations are not told of it.
PATIENT_DIED = "patient_died"


#: Why a request ended when two records became one: the other record bars the organization. Organizations are not told.
BARRED_ELSEWHERE = "barred_elsewhere"


class RecallReason(StrEnum):
    """Why a referral should never have been sent."""

    WRONG_PATIENT = "wrong_patient"
    WRONG_ORGANIZATION = "wrong_organization"
    WRONG_DETAILS = "wrong_details"
    NOT_AGREED = "not_agreed"
    TWICE = "twice"


class Side(StrEnum):
    """Whose testimony it is."""

    ORGANIZATION = "organization"
    PATIENT = "patient"


class Outcome(StrEnum):
    """What one side says happened."""

    RECEIVED = "received"
    PARTLY_RECEIVED = "partly_received"
    NOT_RECEIVED = "not_received"
    NO_LONGER_WANTED = "no_longer_wanted"


class TestimonyChannel(StrEnum):
    """How a testimony reached us."""

    LINK = "link"
    ACCOUNT = "account"
    TEXT = "text"
    PHONE = "phone"
    IN_PERSON = "in_person"


#: In the `who` of the machine: the clock moves it, nobody's permission.
CLOCK = "clock"
#: Permission names in the `who` of the machine; RULES say which roles hold them.
SIGN = "referral.sign"
ANSWER = "referral.answer"
PATIENT_SAYS = "referral.patient_says"
TESTIFY = "referral.testify"

S, E = ReferralState, ReferralEvent

#: The organization has taken it on and has not closed it.
TAKEN_STATES = (S.ACCEPTED, S.IN_PROGRESS, S.WAITLISTED)
_LIVE = (S.DRAFT, S.HELD, S.SENT, *TAKEN_STATES)

REFERRAL_MACHINE: Machine[ReferralState, ReferralEvent] = Machine(
    "referral",
    S.DRAFT,
    moves={
        (S.DRAFT, E.SIGN): S.HELD,
        (S.HELD, E.UNDO): S.DRAFT,
        (S.HELD, E.SEND): S.SENT,
        (S.HELD, E.BEGIN): S.IN_PROGRESS,
        (S.SENT, E.ACCEPT): S.ACCEPTED,
        (S.SENT, E.DECLINE): S.DECLINED,
        (S.SENT, E.EXPIRE): S.EXPIRED,
        (S.ACCEPTED, E.START): S.IN_PROGRESS,
        (S.WAITLISTED, E.START): S.IN_PROGRESS,
        (S.ACCEPTED, E.WAITLIST): S.WAITLISTED,
        (S.IN_PROGRESS, E.WAITLIST): S.WAITLISTED,
        **{(state, E.COMPLETE): S.COMPLETED for state in TAKEN_STATES},
        **{(state, E.FAIL): S.NOT_COMPLETED for state in TAKEN_STATES},
        **{(state, E.WITHDRAW): S.WITHDRAWN for state in _LIVE},
        **{(state, E.CANCEL): S.CANCELLED for state in _LIVE},
        **{(state, E.MARK_ERROR): S.ENTERED_IN_ERROR for state in _LIVE},
    },
    who={
        E.SIGN: SIGN,
        E.UNDO: SIGN,
        E.SEND: CLOCK,
        E.BEGIN: CLOCK,
        E.ACCEPT: ANSWER,
        E.DECLINE: ANSWER,
        E.EXPIRE: CLOCK,
        E.START: ANSWER,
        E.WAITLIST: ANSWER,
        E.COMPLETE: TESTIFY,
        E.FAIL: TESTIFY,
        E.WITHDRAW: PATIENT_SAYS,
        E.CANCEL: SIGN,
        E.MARK_ERROR: SIGN,
    },
)

#: States in which a referral sent for a need bars another one (unique index).
LIVE_SENT_STATES = (S.HELD, S.SENT, *TAKEN_STATES)
