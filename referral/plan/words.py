"""What the patient's own page says: where each request stands and what to do next, in short plain sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.patients.states import SharedField
from referral.referrals.models import Referral
from referral.referrals.states import (
    REFERRAL_MACHINE,
    DeclineReason,
    Mode,
    NotCompletedReason,
    Outcome,
    ReferralState,
    Urgency,
)

S = ReferralState


class Tone(StrEnum):
    """How a request stands, for the mark beside its words; the same names as the badges of states."""

    WAITS = "sent"
    GOES_ON = "accepted"
    LISTED = "waitlisted"
    NOT_HERE = "declined"
    HELPED = "completed"
    OVER = "withdrawn"


@dataclass(frozen=True)
class Standing:
    """Where a request stands: a few words, a sentence, and what the patient can do next, if anything.

    `ask`: they should talk to the clinic; the page says how.
    """

    tone: Tone
    label: str
    sentence: str
    step: str | None = None
    ask: bool = False


WHY_DECLINED: Mapping[str, LazyString] = {
    DeclineReason.NO_CAPACITY: _l("They were full."),
    DeclineReason.NOT_ELIGIBLE: _l("Their rules do not allow it."),
    DeclineReason.OUT_OF_AREA: _l("They do not serve where you live."),
    DeclineReason.WRONG_SERVICE: _l("They do not offer this."),
    DeclineReason.CANNOT_SERVE_LANGUAGE: _l("They cannot speak your language."),
    DeclineReason.DUPLICATE: _l("They had your request already."),
    DeclineReason.OTHER: _l("They cannot help with this now."),
}

WHY_NOT_COMPLETED: Mapping[str, LazyString] = {
    NotCompletedReason.COULD_NOT_REACH: _l("They could not reach you."),
    NotCompletedReason.DID_NOT_MEET: _l("You and they did not meet."),
    NotCompletedReason.NOT_ELIGIBLE_AFTER_INTAKE: _l("Their rules did not allow it."),
    NotCompletedReason.DOCUMENTS_MISSING: _l("Papers were missing."),
    NotCompletedReason.WAITED_TOO_LONG: _l("The wait was too long."),
    NotCompletedReason.NO_LONGER_WANTED: _l("You did not need it any more."),
    NotCompletedReason.OTHER: _l("It did not work out."),
}

STARS: Mapping[int, LazyString] = {
    1: _l("1 – bad"),
    2: _l("2 – not good"),
    3: _l("3 – so-so"),
    4: _l("4 – good"),
    5: _l("5 – very good"),
}


def day_of(moment: datetime) -> str:
    """Return the day as people say it, in the language and zone of the page."""
    return str(format_date(moment, "long"))


def private_matter() -> Standing:
    """Return what stands of a request that is told as a private matter."""
    return Standing(Tone.WAITS, _("Ask us"), _("We tell you on the phone how it stands."), ask=True)


def standing_of(referral: Referral, *, room_said_at: datetime | None = None, still_known: bool = False) -> Standing:
    """Return where a request stands, in words for the patient.

    `room_said_at`: when the place said last that it has room. `still_known`: it may know something by another request.
    """
    if referral.answers_differ:
        return Standing(
            Tone.WAITS,
            _("We are asking again"),
            _("You and they told us different things. Somebody from your clinic will ask you about it."),
        )
    state = ReferralState(referral.state)
    if state is S.DECLINED:
        return _declined(referral, room_said_at)
    if state is S.WITHDRAWN:
        return _withdrawn(referral, still_known=still_known)
    if state is S.ENTERED_IN_ERROR:
        return _sent_in_error(still_known=still_known)
    standing = _standing_in(state, referral)
    urgent = referral.urgency == Urgency.TODAY and state in REFERRAL_MACHINE.live_states()
    return replace(standing, ask=True) if urgent else standing


def _standing_in(state: ReferralState, referral: Referral) -> Standing:
    if state is S.IN_PROGRESS and referral.mode != Mode.SENT:
        return _on_your_own(Mode(referral.mode))
    return _STANDINGS[state](referral)


def _on_your_own(mode: Mode) -> Standing:
    if mode is Mode.PHONE_HAND_OVER:
        return Standing(
            Tone.GOES_ON,
            _("Under way"),
            _("We called them together with you."),
            _("Do what you agreed with them on the phone."),
        )
    return Standing(
        Tone.GOES_ON,
        _("It is your turn"),
        _("You chose to go there or call them yourself. We told them nothing about you."),
        _("Go there or call them."),
    )


def _sent(referral: Referral) -> Standing:
    day = day_of(referral.sent_at or referral.created_at)
    return Standing(
        Tone.WAITS,
        _("Waiting for their answer"),
        _("We asked them on %(day)s. They have not answered yet.", day=day),
        _waiting(referral, _("You need not do anything now. You can also call them.")),
    )


def _accepted(referral: Referral) -> Standing:
    day = day_of(referral.answered_at or referral.created_at)
    return Standing(
        Tone.GOES_ON,
        _("They said yes"),
        _("They said yes on %(day)s.", day=day),
        _("They will contact you. You can also call them.")
        if _can_call_you(referral)
        else _("They do not have your phone number. Please call them."),
    )


def _in_progress(_referral: Referral) -> Standing:
    return Standing(
        Tone.GOES_ON, _("Under way"), _("They have begun to help you with this."), _("Do what you agreed with them.")
    )


def _waitlisted(referral: Referral) -> Standing:
    sentence = _("You are on their waiting list.")
    if referral.waitlist_position:
        sentence = _("You are number %(place)s on their waiting list.", place=referral.waitlist_position)
    step = _("You need not do anything now. They will contact you.")
    if not _can_call_you(referral):
        step = _("They do not have your phone number. Call them now and then to ask.")
    step = _waiting(referral, step)
    return Standing(Tone.LISTED, _("On a waiting list"), sentence, step)


def _can_call_you(referral: Referral) -> bool:
    return SharedField.PHONE in referral.shared_fields


def _waiting(referral: Referral, words: str) -> str:
    """Return what to do meanwhile: nobody who needs help today is told to wait."""
    return _("You need help today, so do not wait for them.") if referral.urgency == Urgency.TODAY else words


def _declined(referral: Referral, room_said_at: datetime | None) -> Standing:
    why = str(WHY_DECLINED.get(referral.reason or "", WHY_DECLINED[DeclineReason.OTHER]))
    at = referral.answered_at or referral.closed_at
    if at is not None and referral.reason == DeclineReason.NO_CAPACITY:
        why = _("They said on %(day)s that they were full.", day=day_of(at))
        if room_said_at is not None and room_said_at > at:
            why += " " + _("Since then they have told us that they have room again.")
    return Standing(Tone.NOT_HERE, _("They said no"), why, _("Ask us for another place."), ask=True)


def _expired(_referral: Referral) -> Standing:
    return Standing(
        Tone.NOT_HERE,
        _("No answer came"),
        _("They did not answer us in time. That is not your fault."),
        _("Ask us for another place."),
        ask=True,
    )


def _completed(referral: Referral) -> Standing:
    if referral.reason == Outcome.PARTLY_RECEIVED:
        return Standing(
            Tone.HELPED,
            _("Part of the help came"),
            _("This is closed: we were told that you got part of the help."),
            _("If you still need more, tell us."),
            ask=True,
        )
    return Standing(
        Tone.HELPED,
        _("Done"),
        _("This is closed: we were told that you got help. If that is not so, tell us."),
        ask=True,
    )


def _not_completed(referral: Referral) -> Standing:
    why = WHY_NOT_COMPLETED.get(referral.reason or "", WHY_NOT_COMPLETED[NotCompletedReason.OTHER])
    return Standing(Tone.NOT_HERE, _("It did not work out"), str(why), _("If you still need help, tell us."), ask=True)


def _withdrawn(referral: Referral, *, still_known: bool) -> Standing:
    words = _("You stopped this.")
    if referral.mode == Mode.SENT and still_known:
        words = _("You stopped this. They may still know what you agreed to for something else: see below.")
    elif referral.mode == Mode.SENT:
        words = _("You stopped this. We asked them to delete what they know about you.")
    return Standing(Tone.OVER, _("Stopped"), words)


def _sent_in_error(*, still_known: bool) -> Standing:
    words = _("Your clinic sent this by mistake and took it back.")
    if not still_known:
        words += " " + _("We asked them to delete what they know about you.")
    return Standing(Tone.OVER, _("Taken back"), words)


def _cancelled(_referral: Referral) -> Standing:
    return Standing(Tone.OVER, _("Taken back"), _("Your clinic took this back."))


_STANDINGS = {
    S.SENT: _sent,
    S.ACCEPTED: _accepted,
    S.IN_PROGRESS: _in_progress,
    S.WAITLISTED: _waitlisted,
    S.EXPIRED: _expired,
    S.COMPLETED: _completed,
    S.NOT_COMPLETED: _not_completed,
    S.CANCELLED: _cancelled,
}

#: The states that the page tells of: what is not signed or may still be undone is not there. What was an error is told
#: where it had left (plan/page.py).
TOLD = (*_STANDINGS, S.DECLINED, S.WITHDRAWN, S.ENTERED_IN_ERROR)
