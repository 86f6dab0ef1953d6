"""What a patient's own word about a referral ends: questions about the same, and to-dos that waited for it.

An organization's word ends none of it: the patient is asked all the same, and what they said stays.
"""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select

from referral.followups.models import Question
from referral.followups.planning import ABOUT_OTHER_PLACES, UNANSWERED, drop_questions
from referral.followups.states import QuestionKind, QuestionState
from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import Outcome, Side
from referral.todos.actions import finish_needless
from referral.todos.models import ToDo, ToDoReason

#: The business identity of a to-do for a need that nobody looked after begins so.
NEED_KEY = "need_left"

#: Nobody needs to ask these once the patient has said what happened.
_ABOUT_WHAT_HAPPENED = (QuestionKind.CHECK_CONTACT, QuestionKind.CHECK_OUTCOME)

#: Somebody is about to ask, or asks; one that is planned for later is not among them.
_ASKED_NOW = tuple(state for state in UNANSWERED if state is not QuestionState.SCHEDULED)

#: After these nothing more is asked about the referral. "No" is not the last word: it is asked again later.
_LAST_WORDS = (Outcome.RECEIVED, Outcome.PARTLY_RECEIVED, Outcome.NO_LONGER_WANTED)

#: What a patient said that made somebody act, until they say that help came.
_HELP_WAS_MISSING = (ToDoReason.NOT_HELPED, ToDoReason.ORGANIZATION_SILENT)

#: Somebody looks for another place.
LOOKING = (
    ToDoReason.ORGANIZATION_DECLINED,
    ToDoReason.REFERRAL_EXPIRED,
    ToDoReason.CHOSE_OTHER_PLACE,
    ToDoReason.NOT_HELPED,
)

_THEY_SAID = _l("The patient has said what happened.")
_NOT_WANTED = _l("The patient does not need another place.")


def hear_patient(session: ScopedSession, referral: Referral, testimony: Testimony) -> None:
    """Drop what the patient's word makes needless to ask or to do. Fills referrals.hooks.on_testified. Flushes."""
    if testimony.side != Side.PATIENT:
        return
    of_it = Question.referral_id == referral.id
    if testimony.outcome in _LAST_WORDS:
        drop_questions(session, of_it)
        about = and_(ToDo.subject_kind == "referral", ToDo.subject_id == referral.id)
        finish_needless(session, and_(about, ToDo.reason.in_(_HELP_WAS_MISSING)), outcome=_THEY_SAID)
    else:
        drop_questions(session, and_(of_it, Question.kind.in_(_ABOUT_WHAT_HAPPENED)), states=_ASKED_NOW)
    if testimony.outcome == Outcome.NO_LONGER_WANTED:
        end_search(session, referral.need_id)


def end_search(session: ScopedSession, need_id: UUID, *, by: UUID | None = None) -> None:
    """Finish the search for another place: the patient says that the need is over, or that they want none. Flushes."""
    of_need = select(Referral.id).where(Referral.need_id == need_id)
    drop_questions(session, and_(Question.kind.in_(ABOUT_OTHER_PLACES), Question.referral_id.in_(of_need)))
    about = and_(ToDo.subject_kind == "referral", ToDo.subject_id.in_(of_need), ToDo.reason.in_(LOOKING))
    left = and_(ToDo.subject_kind == "need", ToDo.dedupe_key.startswith(f"{NEED_KEY}:{need_id}:"))
    finish_needless(session, or_(about, left), outcome=_NOT_WANTED, by=by)
