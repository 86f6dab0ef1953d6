"""Why a patient's page is off, if it is: whoever asks for it from outside is told the same, whatever the reason."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.moving import MoveRow, moves_of
from referral.patients.queries import texting_privacy
from referral.patients.states import MoveState, PrivacyLevel
from referral.referrals.under_way import requests_run
from referral.screening.queries import safety_concern_stands


class WhyOff(StrEnum):
    """Why the page opens for nobody."""

    SAFETY = "safety"
    NO_CONTACT = "no_contact"
    MOVED = "moved"
    PRIVACY = "privacy"


#: Why it is off, in full: only where somebody has said that nobody else can see the screen.
WHY_OFF: Mapping[str, LazyString] = {
    WhyOff.SAFETY: _l(
        "It is off because a concern for the patient's safety stands: whoever holds the phone or the paper could open "
        "it. Talk to the patient when they are alone."
    ),
    WhyOff.NO_CONTACT: _l("It is off because nobody contacts this patient from here any more."),
    WhyOff.MOVED: _l("It is off because the patient has moved to another clinic, and no request runs here any more."),
    WhyOff.PRIVACY: _l("It is off because the patient wants no texts and no traces. Call instead."),
}

#: What whoever looks on would learn the patient's trouble from, or what they did against it.
_PRIVATE = frozenset({WhyOff.SAFETY, WhyOff.PRIVACY})

#: What stands instead on every page that may be opened with others in the room; short where the way to the reason is.
IS_OFF = _l("It is off for now.")
OFF_FOR_NOW = _l("It is off for now. Why stands under “Address and word”: open it only when you are alone.")


def is_told_alone(why: WhyOff) -> bool:
    """Return True for a reason that nobody looking on may read."""
    return why in _PRIVATE


def off_words(why: WhyOff) -> LazyString:
    """Return what staff are told on every page: the reason, or neutral words for one that nobody else may read."""
    return OFF_FOR_NOW if is_told_alone(why) else WHY_OFF[why]


def moved_to(session: ScopedSession, patient: Patient) -> MoveRow | None:
    """Return the move by which another clinic looks after the patient now; None for who has not moved."""
    moves = moves_of(session, patient.id) if patient.moved_at is not None else []
    return next((move for move in moves if move.state is MoveState.TAKEN_OVER), None)


def why_off(session: ScopedSession, patient: Patient) -> WhyOff | None:
    """Return why the patient's page is off, or None while it may be opened.

    Of a patient who moved it stays open as long as a request runs: only here can they follow it and stop its sharing.
    """
    if patient.erased_at is not None or patient.deceased_at is not None or patient.merged_into_id is not None:
        return WhyOff.NO_CONTACT
    if patient.moved_at is not None and not requests_run(session, patient.id):
        return WhyOff.MOVED
    if texting_privacy(session, patient.id) is PrivacyLevel.NONE:
        return WhyOff.PRIVACY
    return WhyOff.SAFETY if safety_concern_stands(session, patient.id) else None
