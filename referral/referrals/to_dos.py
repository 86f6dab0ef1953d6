"""To-dos about a referral: one for each referral, reason and key, due within a business day of the clinic."""

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.referrals.calendars import FALLBACK_ZONE, add_business_days
from referral.referrals.models import Referral
from referral.referrals.states import Urgency
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDo, ToDoReason


def need_a_person(
    session: ScopedSession, referral: Referral, reason: ToDoReason, *, key: str = "", note: str | None = None
) -> ToDo | None:
    """Return the to-do about the referral; None when it stands already. Due now for a referral of today. Flushes."""
    now = clock.now()
    urgent = referral.urgency == Urgency.TODAY
    clinic = session.get(Member, referral.clinic_id)
    zone = clinic.timezone_name if clinic else FALLBACK_ZONE
    return make_to_do(
        session,
        NewToDo(
            clinic_id=referral.clinic_id,
            patient_id=referral.patient_id,
            reason=reason,
            subject_kind="referral",
            subject_id=referral.id,
            dedupe_key=f"referral:{referral.id}:{reason}{':' + key if key else ''}",
            due_at=now if urgent else add_business_days(now, 1, timezone_name=zone),
            note=note,
            urgent=urgent,
        ),
    )
