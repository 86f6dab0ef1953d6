"""To-dos that the loop itself has done: what waited for an answer that came, for another place that was asked.

They are finished with words about what happened, so that the list shows only who still needs somebody. Whoever closes a
referral ends what was only about it; what a patient said or asked for stays.
"""

from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_, select

from referral.followups.models import Question
from referral.followups.reminding import call_key
from referral.followups.said import LOOKING, NEED_KEY
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.navigation.leftover import ENDS_WITH_REQUEST, root_reason
from referral.navigation.needs_left import look_after
from referral.navigation.plans import drop_needless_plans
from referral.referrals.desk_models import Appointment
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import NotCompletedReason, ReferralEvent, ReferralState
from referral.todos.actions import finish_needless
from referral.todos.models import ToDo, ToDoReason

E, R = ReferralEvent, ToDoReason

_TAKEN_BACK = frozenset({E.WITHDRAW, E.CANCEL, E.MARK_ERROR})
_CLOSES = _TAKEN_BACK | {E.COMPLETE, E.FAIL}

#: The organization's silence is over, or nobody waits for it any more.
_ENDS_SILENCE = _CLOSES | {E.ACCEPT, E.DECLINE, E.WAITLIST, E.EXPIRE}
_SILENCE = (R.ORGANIZATION_SILENT, R.ORGANIZATION_UNREACHABLE)

#: Another place is asked, or they go there themselves.
_ELSEWHERE = frozenset({E.SEND, E.BEGIN})
_CAME_TO_NOTHING = (ReferralState.DECLINED, ReferralState.EXPIRED)

_ANSWERED = _l("The organization answered, or the request was ended.")
_ANOTHER = _l("Another place was asked.")
_ENDED = _l("The request was ended.")


def finish_overtaken(session: ScopedSession, referral: Referral, move: ReferralMove) -> None:
    """Finish what a move makes needless, in its transaction. One that somebody has under their hands stays. Flushes.

    What a patient said stays too: "nobody has been in touch" is not over because the organization says yes. So does a
    question of the organization, to which an answer was promised, unless a person takes the request back.
    """
    event = ReferralEvent(move.event)
    with session.widened("overtaken"):
        if event in _ENDS_SILENCE:
            today = ToDo.dedupe_key == f"today:{referral.id}"
            _finish(session, and_(_about(referral), today), move, _ANSWERED)
            by_clock = ToDo.dedupe_key == f"referral:{referral.id}:{R.ORGANIZATION_SILENT}"
            by_mail = ToDo.dedupe_key.startswith("stuck:")
            _finish(session, and_(_about(referral), ToDo.reason.in_(_SILENCE), by_clock | by_mail), move, _ANSWERED)
        if event in _ELSEWHERE:
            _finish(session, _looking_for(referral), move, _ANOTHER)
        if event in _CLOSES:
            _finish(session, _only_about(session, referral), move, _ENDED)
        if event in _TAKEN_BACK:
            _finish(session, and_(_about(referral), ToDo.reason == R.ORGANIZATION_ASKS), move, _ENDED)
            _finish(session, _tries_for(session, referral), move, _ENDED)
            drop_needless_plans(session, referral.patient_id)
        if event in _CLOSES and move.reason != NotCompletedReason.NO_LONGER_WANTED:
            look_after(session, referral.need_id)


def _about(referral: Referral) -> ColumnElement[bool]:
    return and_(ToDo.subject_kind == "referral", ToDo.subject_id == referral.id)


def _looking_for(referral: Referral) -> ColumnElement[bool]:
    """Return the condition of to-dos to find another place for the need: after a refusal, or after a patient's "no"."""
    others = select(Referral.id).where(Referral.need_id == referral.need_id, Referral.id != referral.id)
    refused = others.where(Referral.state.in_(_CAME_TO_NOTHING))
    not_helped = and_(ToDo.reason == R.NOT_HELPED, ToDo.subject_id.in_(others))
    looked_for = and_(ToDo.reason.in_(LOOKING), ToDo.subject_id.in_(refused))
    left = and_(ToDo.subject_kind == "need", ToDo.dedupe_key.startswith(f"{NEED_KEY}:{referral.need_id}:"))
    return or_(and_(ToDo.subject_kind == "referral", or_(not_helped, looked_for)), left)


def _only_about(session: ScopedSession, referral: Referral) -> ColumnElement[bool]:
    """Return the condition of to-dos that only kept the referral going: to watch it, to call about an appointment."""
    given = select(Appointment.id).where(Appointment.referral_id == referral.id).order_by(Appointment.id)
    keys = [call_key(each) for each in session.scalars(given)]
    watched = and_(ToDo.reason == R.OTHER, ToDo.dedupe_key.startswith(f"referral:{referral.id}:"))
    return and_(_about(referral), or_(ToDo.dedupe_key.in_(keys), watched))


def _tries_for(session: ScopedSession, referral: Referral) -> ColumnElement[bool]:
    """Return the condition of to-dos to reach the patient about a referral, or to answer an organization about it."""
    asked = select(Question.id).where(Question.referral_id == referral.id)
    of_question = and_(ToDo.subject_kind == "question", ToDo.subject_id.in_(asked))
    planned = select(ToDo).where(ToDo.reason == R.NEXT_CONTACT, ToDo.done_at.is_(None))
    tries = session.scalars(planned.where(or_(_about(referral), of_question)).order_by(ToDo.id)).all()
    ends: list[UUID] = [to_do.id for to_do in tries if root_reason(session, to_do) in ENDS_WITH_REQUEST]
    replies = select(InboundMessage.id).where(InboundMessage.question_id.in_(asked))
    of_reply = and_(ToDo.subject_kind == "inbound_message", ToDo.subject_id.in_(replies))
    unclear = and_(ToDo.reason == R.UNCLEAR_REPLY, or_(_about(referral), of_question, of_reply))
    by_reason = and_(_about(referral), ToDo.reason.in_((R.NO_REPLY, R.MESSAGE_STUCK)))
    return or_(by_reason, unclear, ToDo.id.in_(ends))


def _finish(session: ScopedSession, which: ColumnElement[bool], move: ReferralMove, words: LazyString) -> None:
    finish_needless(session, which, outcome=words, by=move.person_id)
