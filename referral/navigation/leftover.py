"""Whether there is still something to try for: not for whoever has died, nor about what was taken back.

What a patient asked for or wrote outlives the request it was about; a call that was only to ask about it does not.
"""

from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.followups.models import Question
from referral.followups.planning import NOTHING_TO_ASK
from referral.followups.spoken import question_by_id
from referral.followups.states import QuestionState
from referral.kit.scope import ScopedSession
from referral.navigation.models import ContactPlan
from referral.navigation.queries import plan_of, referral_of, to_do_by_id
from referral.patients.queries import has_died, patient_by_id
from referral.referrals.models import Referral
from referral.referrals.queries import referral_by_id
from referral.referrals.states import REFERRAL_MACHINE
from referral.todos.actions import HEARD_AFTER_DEATH
from referral.todos.models import ToDo, ToDoReason

R = ToDoReason

#: Made only to ask about a request, or to bring it on: needless once it is taken back.
ENDS_WITH_REQUEST = frozenset(
    {
        R.CALL_INSTEAD_OF_TEXT,
        R.NO_REPLY,
        R.UNCLEAR_REPLY,
        R.MESSAGE_STUCK,
        R.ORGANIZATION_SILENT,
        R.ORGANIZATION_UNREACHABLE,
        R.ORGANIZATION_ASKS,
        R.OTHER,
    }
)

#: Whoever asked for it or is in danger is called, although the question was answered meanwhile.
_CALLED_ALL_THE_SAME = frozenset({R.PATIENT_ASKED_FOR_CALL, R.PATIENT_WROTE, R.CRISIS})

_DIED = _l("The patient has died: nobody is called. Finish the to-do instead.")
_MOVED = _l("Another clinic looks after the patient now: nobody calls from here. Finish the to-do instead.")
_TAKEN_BACK = _l("The request was taken back: nobody asks about it any more. Finish the to-do instead.")


def why_not_try(session: ScopedSession, to_do: ToDo) -> LazyString | None:
    """Return the words for why no further try is to be planned out of a to-do, or None."""
    return _why_not(session, to_do.patient_id, referral_of(session, to_do), root_reason(session, to_do))


def nothing_left(session: ScopedSession, plan: ContactPlan) -> bool:
    """Return True if a planned try has become needless: nobody to call, answered, or taken back."""
    came_from = to_do_by_id(session, plan.to_do_id) if plan.to_do_id else None
    reason = root_reason(session, came_from) if came_from is not None else R.NEXT_CONTACT
    question = question_by_id(session, plan.subject_id) if plan.subject_kind == "question" else None
    if question is not None and _is_settled(question, reason):
        return True
    about = question.referral_id if question else plan.subject_id
    known = question is not None or plan.subject_kind == "referral"
    return _why_not(session, plan.patient_id, referral_by_id(session, about) if known else None, reason) is not None


def root_reason(session: ScopedSession, to_do: ToDo) -> ToDoReason:
    """Return why somebody first had to act: of a try that was planned, the reason of the to-do that it came out of."""
    while to_do.reason == R.NEXT_CONTACT:
        plan = plan_of(session, to_do)
        came_from = to_do_by_id(session, plan.to_do_id) if plan is not None and plan.to_do_id else None
        if came_from is None:
            break
        to_do = came_from
    return ToDoReason(to_do.reason)


def _is_settled(question: Question, reason: ToDoReason) -> bool:
    if question.state == QuestionState.CANCELLED:
        return reason in ENDS_WITH_REQUEST or reason is R.NEXT_CONTACT
    return question.state == QuestionState.ANSWERED and reason not in _CALLED_ALL_THE_SAME


def _why_not(
    session: ScopedSession, patient_id: UUID, referral: Referral | None, reason: ToDoReason
) -> LazyString | None:
    patient = patient_by_id(session, patient_id)
    if patient is None or (has_died(session, patient_id) and reason not in HEARD_AFTER_DEATH):
        return _DIED
    is_live = referral is not None and referral.state in REFERRAL_MACHINE.live_states()
    if patient.moved_at is not None and not is_live and reason not in HEARD_AFTER_DEATH:
        return _MOVED
    over = referral is not None and referral.state in NOTHING_TO_ASK
    return _TAKEN_BACK if over and reason in ENDS_WITH_REQUEST else None
