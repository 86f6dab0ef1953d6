"""What is shown to whoever typed something about a referral while somebody else moved it: both, and by whom."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from wtforms import RadioField, SelectField

from referral.accounts.queries import names_of
from referral.kit.forms import Form
from referral.kit.scope import ScopedSession
from referral.referrals import words
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.pages import REMINDED, Event, story_of
from referral.referrals.queries import history_of
from referral.referrals.states import ANSWER, REFERRAL_MACHINE, TESTIFY, ReferralEvent


@dataclass(frozen=True)
class Collision:
    """What others did since the page was opened, oldest first, and (label, words) of what was typed on it."""

    events: list[Event]
    typed: list[tuple[str, str]]


def collision_of(session: ScopedSession, referral: Referral, form: Any, *, wait: bool = True) -> Collision | None:
    """Return what collided, or None where the form is about the referral as it stands.

    `wait`: for whoever moves it at this very moment. After a collision the form is about what stands now: sending it
    again is a choice, made with both in sight.
    """
    if wait:
        session.refresh(referral, with_for_update=True)
    seen, stands = form.version.data or "", str(referral.version)
    if seen == stands:
        return None
    form.version.data = stands
    steps = referral.version - int(seen) if seen.isdecimal() and len(seen) < len(stands) + 2 else 1
    moved = [event for event in story_of(session, referral) if event.state != REMINDED]
    return Collision(moved[-max(steps, 1) :], typed_in(form))


def last_move(session: ScopedSession, referral: Referral, *, reason: bool = False) -> Event | None:
    """Return what moved the referral last as its organization may read it: its own people by name, others by side.

    `reason`: with why it was declined, where that is the move.
    """
    moves = history_of(session, referral.id)
    if not moves:
        return None
    move = moves[-1]
    own = REFERRAL_MACHINE.who[ReferralEvent(move.event)] in (ANSWER, TESTIFY) and move.actor_kind != ActorKind.PHONE
    named = move.actor_name or names_of(session, [move.person_id]).get(move.person_id)
    by_clock = move.actor_kind == ActorKind.CLOCK
    who = named if own and named else str(words.ACTORS[ActorKind.CLOCK] if by_clock else _("The clinic"))
    why = words.reason_words(move.reason) if reason and move.event == ReferralEvent.DECLINE else ""
    return Event(str(words.told_words(move)), move.at, who, move.to_state, detail=why, simulated=False)


def typed_in(form: Form) -> list[tuple[str, str]]:
    """Return (label, what was typed or chosen) of the form's fields that people see; empty ones are left out."""
    found = []
    for each in form:
        if each.widget is not None and getattr(each.widget, "input_type", "") != "hidden" and each.data:
            chosen = dict(each.choices or []) if isinstance(each, SelectField | RadioField) else {}
            found.append((str(each.label.text), str(chosen.get(each.data, each.data))))
    return found
