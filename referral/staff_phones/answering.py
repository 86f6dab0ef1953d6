"""What a digit or words of a staff phone do to a referral: the same as on the page behind the e-mail's link."""

from dataclasses import dataclass, field
from uuid import uuid5

from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit.errors import Throttled
from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.referrals import actions
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.late_answers import OPEN_TO_ORGANIZATION, GivenLate, record_late_answer
from referral.referrals.models import Referral
from referral.referrals.states import DeclineReason, ReferralEvent, ReferralState
from referral.referrals.thread import Written, ask_clinic, may_write
from referral.referrals.to_dos import WANTS_CALL, need_a_person
from referral.staff_phones import texts
from referral.staff_phones.models import StaffPhone, StaffText
from referral.todos.models import ToDoReason

S = ReferralState

#: What is answered where it was taken back: there is nothing to do.
_TAKEN_BACK = frozenset({S.WITHDRAWN, S.CANCELLED, S.ENTERED_IN_ERROR})

_GIVEN = {
    "1": GivenLate(ReferralEvent.ACCEPT),
    "2": GivenLate(ReferralEvent.DECLINE, DeclineReason.NO_CAPACITY),
    "3": GivenLate(ReferralEvent.DECLINE, DeclineReason.WRONG_SERVICE),
}
_TOLD = {"1": texts.ACCEPTED, "2": texts.FULL, "3": texts.WRONG_SERVICE}


@dataclass(frozen=True)
class Said:
    """A stored text, the digit it says (none for words), and the words as they came."""

    text: StaffText
    digit: str | None
    body: str = field(repr=False)


@dataclass(frozen=True)
class Done:
    """What came of it, in a few fixed words, and the text that tells so."""

    effect: str
    template: str


def answer_referral(session: ScopedSession, referral: Referral, phone: StaffPhone, said: Said) -> Done:
    """Do what was said; return what came of it. The referral must be locked. Flushes; the caller commits.

    Said again by the same phone, an answer has no second effect. What comes too late is kept for the clinic, as by a
    link; of a request that was taken back, or that is answered, nothing changes.
    """
    if referral.state in _TAKEN_BACK:
        return Done("taken_back", texts.TAKEN_BACK)
    actor = _actor(session, phone, said)
    if said.digit is None:
        return _pass_on(session, referral, actor, said)
    if said.digit == "4":
        _wants_call(session, referral, actor)
        return Done("call_me", texts.CALL_ME)
    if referral.state == S.SENT:
        _answer(session, referral, actor, said.digit)
        return Done("answered", _TOLD[said.digit])
    if referral.state in OPEN_TO_ORGANIZATION and not _said_before(session, referral, phone, said):
        record_late_answer(session, referral, _GIVEN[said.digit], actor)
        return Done("late", texts.LATE)
    return Done("answered_before", texts.ANSWERED)


def _actor(session: ScopedSession, phone: StaffPhone, said: Said) -> Actor:
    name = names_of(session, [phone.person_id]).get(phone.person_id)
    return Actor(ActorKind.STAFF_TEXT, phone.person_id, name, sending=f"staff text:{said.text.id.hex}")


def _answer(session: ScopedSession, referral: Referral, actor: Actor, digit: str) -> None:
    given = _GIVEN[digit]
    if given.reason is None:
        actions.accept(session, referral, actor)
    else:
        actions.decline(session, referral, actor, reason=given.reason)


def _pass_on(session: ScopedSession, referral: Referral, actor: Actor, said: Said) -> Done:
    """Put words into the referral's thread; once it is over, or too much waits there, they become a to-do."""
    if may_write(referral):
        try:
            ask_clinic(session, referral, Written(actor, uuid5(said.text.id, "thread"), said.body))
        except Throttled:
            pass
        else:
            return Done("passed_on", texts.NOTED)
    need_a_person(session, referral, ToDoReason.ORGANIZATION_ASKS, key=str(said.text.id), note=said.body)
    return Done("given_to_person", texts.NOTED)


def _wants_call(session: ScopedSession, referral: Referral, actor: Actor) -> None:
    with speaking(STAFF_LANGUAGE):
        note = _("%(name)s asks by text to be called about this request.", name=actor.name)
    need_a_person(session, referral, ToDoReason.OTHER, key=f"{WANTS_CALL}:v{referral.version}", note=note)


def _said_before(session: ScopedSession, referral: Referral, phone: StaffPhone, said: Said) -> bool:
    """Return True if the last answer of this phone to the referral was the same: the text was only sent twice."""
    before = select(StaffText.reading).where(
        StaffText.staff_phone_id == phone.id,
        StaffText.referral_id == referral.id,
        StaffText.id != said.text.id,
        StaffText.reading.in_(sorted(_GIVEN)),
    )
    return session.scalar(before.order_by(StaffText.received_at.desc(), StaffText.id.desc()).limit(1)) == said.digit
