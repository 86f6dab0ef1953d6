"""The words of referrals on pages: states, events, modes, reasons, outcomes; needs are named by screening."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import (
    BARRED_ELSEWHERE,
    PATIENT_DIED,
    DeclineReason,
    Mode,
    NotCompletedReason,
    Outcome,
    RecallReason,
    ReferralEvent,
    ReferralState,
    Side,
    TestimonyChannel,
    Urgency,
)

STATES: Mapping[str, LazyString] = {
    ReferralState.DRAFT: _l("Not signed"),
    ReferralState.HELD: _l("Signed, can be undone"),
    ReferralState.SENT: _l("Waiting for an answer"),
    ReferralState.ACCEPTED: _l("Accepted"),
    ReferralState.DECLINED: _l("Declined"),
    ReferralState.EXPIRED: _l("No answer came"),
    ReferralState.IN_PROGRESS: _l("Under way"),
    ReferralState.WAITLISTED: _l("On a waiting list"),
    ReferralState.COMPLETED: _l("Help was received"),
    ReferralState.NOT_COMPLETED: _l("Help did not come"),
    ReferralState.WITHDRAWN: _l("Withdrawn by the patient"),
    ReferralState.CANCELLED: _l("Cancelled by the clinic"),
    ReferralState.ENTERED_IN_ERROR: _l("Recalled: sent in error"),
}

#: A sentence of the history for each event.
HAPPENED: Mapping[str, LazyString] = {
    ReferralEvent.SIGN: _l("It was signed."),
    ReferralEvent.UNDO: _l("The signature was taken back before anything left."),
    ReferralEvent.SEND: _l("It was sent to the organization."),
    ReferralEvent.BEGIN: _l("It is under way: the patient goes or calls, or you call together."),
    ReferralEvent.ACCEPT: _l("The organization accepted."),
    ReferralEvent.DECLINE: _l("The organization declined."),
    ReferralEvent.EXPIRE: _l("The time to answer ran out."),
    ReferralEvent.START: _l("The organization has begun."),
    ReferralEvent.WAITLIST: _l("It was put on a waiting list."),
    ReferralEvent.COMPLETE: _l("It was closed: help was received."),
    ReferralEvent.FAIL: _l("It was closed: help did not come."),
    ReferralEvent.WITHDRAW: _l("The patient withdrew it."),
    ReferralEvent.CANCEL: _l("The clinic cancelled it."),
    ReferralEvent.MARK_ERROR: _l("It was recalled because it was sent in error."),
}

#: In place of "sent", where no e-mail address is known.
CALLED = _l("It waits for a call to the organization: no e-mail address is known.")

#: Of requests that ended with a death: to the clinic, and to an organization.
DIED, DIED_SINCE = _l("Ended: the patient died"), _l("It ended because the patient died.")
NO_LONGER_NEEDED = _l("No longer needed")

CLOSED_IN_PART = _l("It was closed: part of the help was received.")

#: A sentence for each answer that came late.
LATE: Mapping[str, LazyString] = {
    ReferralEvent.ACCEPT: _l("The organization would have accepted, but its answer came late. Nothing was moved."),
    ReferralEvent.WAITLIST: _l("The organization offered its waiting list, but late. Nothing was moved."),
    ReferralEvent.DECLINE: _l("The organization declined, but late. Nothing was moved."),
}

#: The same of an answer that came after a colleague had taken it on.
BESIDE: Mapping[str, LazyString] = {
    ReferralEvent.ACCEPT: _l("Somebody else at the organization accepted as well. The first answer counts."),
    ReferralEvent.WAITLIST: _l("Somebody else at the organization offered its waiting list. The first answer counts."),
    ReferralEvent.DECLINE: _l("Somebody else at the organization said no. The first answer counts."),
}

#: What an organization reads after an answer that came late.
LATE_KEPT = _l(
    "Thank you. It came after the request had ended, so it is kept as information for the clinic. Nothing is promised: "
    "do not keep a place free. The clinic calls you if the person still needs it."
)

#: What somebody at an organization reads whose colleague took the request on first: nothing to drop.
BESIDE_KEPT = _l(
    "Thank you. Your colleague had taken this request on already, and that still counts: the person expects you. What "
    "you said is kept beside it, and somebody at the clinic reads both."
)

MODES: Mapping[str, LazyString] = {
    Mode.SENT: _l("We ask the organization"),
    Mode.SELF_DIRECTED: _l("The patient goes or calls"),
    Mode.PHONE_HAND_OVER: _l("We call together with the patient"),
}

MODE_HINTS: Mapping[str, LazyString] = {
    Mode.SENT: _l("They get an e-mail with a link and answer. What the patient agrees to is shared with them."),
    Mode.SELF_DIRECTED: _l("Nothing is sent. The patient takes the slip, and we ask later whether they could go."),
    Mode.PHONE_HAND_OVER: _l("Nothing is sent. Call now, with the patient beside you."),
}

#: Of the first way, where none or only some of what is offered can be mailed to.
CALLED_HINT = _l("We call them, and write down what they say. They are told on the phone what the patient agrees to.")
SOME_CALLED_HINT = _l(
    "They get an e-mail with a link and answer; where no e-mail address is known, we call them. What the patient "
    "agrees to is shared with them."
)

URGENCIES: Mapping[str, LazyString] = {
    Urgency.ROUTINE: _l("Usual"),
    Urgency.SOON: _l("Soon"),
    Urgency.TODAY: _l("Today"),
}

DECLINE_REASONS: Mapping[str, LazyString] = {
    DeclineReason.NO_CAPACITY: _l("No room at present"),
    DeclineReason.NOT_ELIGIBLE: _l("Does not fit our rules"),
    DeclineReason.OUT_OF_AREA: _l("Outside our area"),
    DeclineReason.WRONG_SERVICE: _l("We do not offer this"),
    DeclineReason.CANNOT_SERVE_LANGUAGE: _l("We cannot serve this language"),
    DeclineReason.DUPLICATE: _l("We already have this request"),
    DeclineReason.OTHER: _l("Another reason"),
}

NOT_COMPLETED_REASONS: Mapping[str, LazyString] = {
    NotCompletedReason.COULD_NOT_REACH: _l("The person could not be reached"),
    NotCompletedReason.DID_NOT_MEET: _l("The meeting did not take place"),
    NotCompletedReason.NOT_ELIGIBLE_AFTER_INTAKE: _l("Does not fit the rules, as intake showed"),
    NotCompletedReason.DOCUMENTS_MISSING: _l("Papers were missing"),
    NotCompletedReason.WAITED_TOO_LONG: _l("The wait was too long"),
    NotCompletedReason.NO_LONGER_WANTED: _l("No longer wanted"),
    NotCompletedReason.OTHER: _l("Another reason"),
}

RECALL_REASONS: Mapping[str, LazyString] = {
    RecallReason.WRONG_PATIENT: _l("It is about the wrong person"),
    RecallReason.WRONG_ORGANIZATION: _l("It went to the wrong organization"),
    RecallReason.WRONG_DETAILS: _l("What it says is wrong"),
    RecallReason.NOT_AGREED: _l("The patient did not agree to it"),
    RecallReason.TWICE: _l("It was sent twice"),
}

#: Reasons that organizations are not told.
_FOR_THE_CLINIC: Mapping[str, LazyString] = {
    PATIENT_DIED: _l("The patient died"),
    BARRED_ELSEWHERE: _l("Ended by joining two records: the other record bars this organization."),
}

OUTCOMES: Mapping[str, LazyString] = {
    Outcome.RECEIVED: _l("Help was received"),
    Outcome.PARTLY_RECEIVED: _l("Part of the help was received"),
    Outcome.NOT_RECEIVED: _l("Help was not received"),
    Outcome.NO_LONGER_WANTED: _l("Help is no longer wanted"),
}

SIDES: Mapping[str, LazyString] = {
    Side.ORGANIZATION: _l("The organization"),
    Side.PATIENT: _l("The patient"),
}

CHANNELS: Mapping[str, LazyString] = {
    TestimonyChannel.LINK: _l("by the link in the e-mail"),
    TestimonyChannel.ACCOUNT: _l("signed in"),
    TestimonyChannel.TEXT: _l("by text message"),
    TestimonyChannel.PHONE: _l("by phone"),
    TestimonyChannel.IN_PERSON: _l("in person"),
}

ACTORS: Mapping[str, LazyString] = {
    ActorKind.MEMBERSHIP: _l("Signed in"),
    ActorKind.LINK: _l("By the link in the e-mail"),
    ActorKind.PHONE: _l("By phone or in person"),
    ActorKind.TEXT: _l("By text message"),
    ActorKind.STAFF_TEXT: _l("By text message"),
    ActorKind.PLAN_PAGE: _l("On the patient's own page"),
    ActorKind.CLOCK: _l("By the clock"),
}


def is_in_part(state: str, reason: str | None) -> bool:
    """Return True if help came in part only: whoever closed it said so."""
    return state == ReferralState.COMPLETED and reason == Outcome.PARTLY_RECEIVED


def state_words(referral: Referral) -> LazyString:
    """Return the words for how a referral stands, to the clinic; of help that came in part, that it did."""
    return DIED if referral.reason == PATIENT_DIED else received_words(referral)


def received_words(referral: Referral) -> LazyString:
    """Return the same to the organization: of a death it is told nothing."""
    if is_in_part(referral.state, referral.reason):
        return OUTCOMES[Outcome.PARTLY_RECEIVED]
    return NO_LONGER_NEEDED if referral.reason == PATIENT_DIED else STATES[referral.state]


def happened_words(move: ReferralMove) -> LazyString:
    """Return the sentence of the history for a move, to the clinic."""
    return DIED_SINCE if move.reason == PATIENT_DIED else told_words(move)


def told_words(move: ReferralMove) -> LazyString:
    """Return the same to the organization."""
    if move.reason == PATIENT_DIED:
        return NO_LONGER_NEEDED
    return CLOSED_IN_PART if is_in_part(move.to_state, move.reason) else HAPPENED[move.event]


def reason_words(reason: str | None) -> str:
    """Return the words for a reason of a decline, of help that did not come, or of a recall; empty without one."""
    if reason is None:
        return ""
    known = (DECLINE_REASONS, NOT_COMPLETED_REASONS, RECALL_REASONS, OUTCOMES, _FOR_THE_CLINIC)
    return str(next((table[reason] for table in known if reason in table), reason))


def choices(words: Mapping[str, LazyString], *, only: type[StrEnum] | None = None) -> list[tuple[str, LazyString]]:
    """Return (value, words) for a field of choices, in table order; only those of `only` if given."""
    return [(str(value), text) for value, text in words.items() if only is None or value in set(only)]
