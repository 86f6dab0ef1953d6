"""To-dos about a referral: one for each referral, reason and key, due within a business day of the clinic."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.referrals.deadlines import calendar_of
from referral.referrals.models import Referral
from referral.referrals.states import Urgency
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDo, ToDoReason

#: Of a sensitive need that nothing leads on from: only the person reports, and nobody is called or asked about it.
NOBODY_CALLS = _l(
    "Nothing is planned for this request. Do not call about it. Ask at the next visit, when they are alone."
)


def need_a_person(
    session: ScopedSession, referral: Referral, reason: ToDoReason, *, key: str = "", note: str | None = None
) -> ToDo | None:
    """Return the to-do about the referral; None when it stands already. Due now for a referral of today. Flushes."""
    now = clock.now()
    urgent = referral.urgency == Urgency.TODAY
    calendar = calendar_of(session, referral.clinic_id)
    return make_to_do(
        session,
        NewToDo(
            clinic_id=referral.clinic_id,
            patient_id=referral.patient_id,
            reason=reason,
            subject_kind="referral",
            subject_id=referral.id,
            dedupe_key=f"referral:{referral.id}:{reason}{':' + key if key else ''}",
            due_at=now if urgent else calendar.add_business_days(now, 1),
            note=note,
            urgent=urgent,
        ),
    )


def has_open_to_do(session: ScopedSession, referral: Referral) -> bool:
    """Return True if somebody has something to do about the referral."""
    open_ones = select(ToDo.id).where(
        ToDo.subject_kind == "referral", ToDo.subject_id == referral.id, ToDo.done_at.is_(None)
    )
    return session.scalar(open_ones.limit(1)) is not None
