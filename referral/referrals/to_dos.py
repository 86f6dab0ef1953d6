"""To-dos about a referral: one for each referral, reason and key, due within a business day of the clinic.

What must be done before the organization's time to answer is over is due in time for that.
"""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.referrals.deadlines import answer_until, calendar_of
from referral.referrals.models import Referral
from referral.referrals.states import Urgency
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDo, ToDoReason

#: Of a sensitive need that nothing leads on from: only the person reports, and nobody is called or asked about it.
NOBODY_CALLS = _l(
    "Nothing is planned for this request. Do not call about it. Ask at the next visit, when they are alone."
)


#: They bring an answer of the organization: too late once its time to answer is over.
_BEFORE_EXPIRY = frozenset({ToDoReason.ORGANIZATION_SILENT, ToDoReason.ORGANIZATION_ASKS})

#: Clocks make them at any hour; they are due when somebody is there.
_BY_CLOCKS = frozenset({ToDoReason.ORGANIZATION_SILENT, ToDoReason.REFERRAL_EXPIRED, ToDoReason.OTHER})

#: How the business identity goes on where the organization asked to be called.
WANTS_CALL = "wants_call"

#: So much of that time is left at the least.
_LEFT_AT_LEAST = timedelta(hours=1)


def need_a_person(
    session: ScopedSession, referral: Referral, reason: ToDoReason, *, key: str = "", note: str | None = None
) -> ToDo | None:
    """Return the to-do about the referral; None when it stands already. Due now for a referral of today. Flushes."""
    now = clock.now()
    urgent = referral.urgency == Urgency.TODAY
    calendar = calendar_of(session, referral.clinic_id)
    latest = _latest(session, referral, now) if reason in _BEFORE_EXPIRY or key.startswith(WANTS_CALL) else None
    due_at = calendar.add_business_days(now, 1)
    if latest is not None:
        due_at = min(due_at, now + (latest - now) / 2)
    if reason in _BY_CLOCKS:
        due_at = calendar.in_working_hours(due_at, now=now, latest=latest)
    return make_to_do(
        session,
        NewToDo(
            clinic_id=referral.clinic_id,
            patient_id=referral.patient_id,
            reason=reason,
            subject_kind="referral",
            subject_id=referral.id,
            dedupe_key=f"referral:{referral.id}:{reason}{':' + key if key else ''}",
            due_at=now if urgent else due_at,
            note=note,
            urgent=urgent,
            latest=latest,
        ),
    )


def _latest(session: ScopedSession, referral: Referral, now: datetime) -> datetime | None:
    """Return when it is too late for what must bring an answer in time; None where nothing runs out."""
    until = answer_until(session, referral)
    return max(now, until - _LEFT_AT_LEAST) if until is not None else None


def has_open_to_do(session: ScopedSession, referral: Referral) -> bool:
    """Return True if somebody has something to do about the referral."""
    open_ones = select(ToDo.id).where(
        ToDo.subject_kind == "referral", ToDo.subject_id == referral.id, ToDo.done_at.is_(None)
    )
    return session.scalar(open_ones.limit(1)) is not None
