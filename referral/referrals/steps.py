"""What the clinic may do with a referral now, as buttons made from the machine, and the guard against stale pages."""

from dataclasses import dataclass
from typing import Protocol

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.kit.errors import Conflict
from referral.referrals import words
from referral.referrals.late_answers import late_events
from referral.referrals.models import Referral
from referral.referrals.policies import ReferralPermission
from referral.referrals.states import ANSWER, CLOCK, REFERRAL_MACHINE, Mode, ReferralEvent, ReferralState

E = ReferralEvent


class Allows(Protocol):
    """Whoever is signed in."""

    def allows(self, permission: str) -> bool:
        """Return True if they hold `permission`."""


@dataclass(frozen=True)
class Step:
    """A button: where it leads, its words, how it looks, and what it does in one sentence."""

    endpoint: str
    label: LazyString
    kind: str
    hint: LazyString


_STEPS: dict[ReferralEvent, Step] = {
    E.SIGN: Step("referrals.sign_again", _l("Sign again"), "primary", _l("It leaves after the undo time.")),
    E.UNDO: Step("referrals.undo", _l("Undo"), "primary", _l("Nothing has left yet; nothing will.")),
    E.WITHDRAW: Step(
        "referrals.withdraw", _l("The patient withdraws"), "secondary", _l("The patient no longer wants it.")
    ),
    E.CANCEL: Step("referrals.cancel", _l("Cancel"), "secondary", _l("The clinic no longer needs it.")),
    E.MARK_ERROR: Step(
        "referrals.mark_error",
        _l("Recall: sent in error"),
        "danger",
        _l("The organization's link dies and it is told to discard what it knows. What was disclosed stays recorded."),
    ),
}


def steps_for(referral: Referral, person: Allows) -> list[Step]:
    """Return the clinic's own buttons for this state and this person, in table order."""
    held = [permission for permission in ReferralPermission if person.allows(permission)]
    return [_STEPS[event] for event in _events(referral, held) if event in _STEPS]


def can_record_answer(referral: Referral, person: Allows) -> bool:
    """Return True if an answer of the organization can be written down now."""
    return bool(answers_by_phone(referral)) and person.allows(ReferralPermission.RECORD)


def can_record_outcome(referral: Referral, person: Allows) -> bool:
    """Return True if what happened can be written down: any time after it left the clinic."""
    left = referral.state not in (ReferralState.DRAFT, ReferralState.HELD)
    return left and person.allows(ReferralPermission.RECORD)


def answers_by_phone(referral: Referral) -> list[tuple[str, LazyString]]:
    """Return (event, words) of the answers an organization can give by phone now; late ones are information."""
    if referral.mode != Mode.SENT:
        return []
    late = late_events(referral, by_organization=False)
    if late:
        return [(str(event), _ANSWERS[event]) for event in late]
    events = REFERRAL_MACHINE.events_from(ReferralState(referral.state), {ANSWER})
    if referral.state == ReferralState.SENT:
        events = [*events, E.WAITLIST]
    return [(str(event), _ANSWERS[event]) for event in events]


def expect_version(referral: Referral, version: str | None) -> None:
    """Raise Conflict when the referral has moved since the page was opened."""
    if version != str(referral.version):
        state = words.received_words(referral)
        raise Conflict(
            _("Since you opened the page this has moved on: it is now “%(state)s”. Look at it again.", state=state)
        )


def _events(referral: Referral, held: list[ReferralPermission]) -> list[ReferralEvent]:
    possible = REFERRAL_MACHINE.events_from(ReferralState(referral.state), set(map(str, held)))
    return [event for event in possible if REFERRAL_MACHINE.who[event] != CLOCK]


_ANSWERS = {
    E.ACCEPT: _l("They accept"),
    E.DECLINE: _l("They decline"),
    E.WAITLIST: _l("They put the patient on a waiting list"),
    E.START: _l("They have begun"),
}
