"""Making and finishing to-dos."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from referral.accounts.closed_days import closed_days_of
from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.business_days import moved_to_business_day
from referral.kit.errors import Conflict
from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.patients.queries import has_died
from referral.todos.absences import give_to_whoever_is_here, keep_from_gone, people_away, people_gone
from referral.todos.barred import keep_from_barred
from referral.todos.models import ToDo, ToDoReason

#: What is heard although the patient has died: danger, and what somebody else writes or asks.
HEARD_AFTER_DEATH = frozenset(
    {ToDoReason.CRISIS, ToDoReason.PATIENT_WROTE, ToDoReason.WRONG_NUMBER, ToDoReason.ORGANIZATION_ASKS}
)

#: Due when they are due, on whatever day: danger, and a try at the hour that somebody chose.
DUE_ANY_DAY = frozenset({ToDoReason.CRISIS, ToDoReason.NEXT_CONTACT})


@dataclass(frozen=True)
class NewToDo:
    """What must be done, about whom, until when. `dedupe_key` is its business identity."""

    clinic_id: UUID
    patient_id: UUID
    reason: ToDoReason
    subject_kind: str
    subject_id: UUID
    dedupe_key: str
    due_at: datetime
    note: str | None = None
    urgent: bool = False
    #: Later than that it is too late: closed days put it off no further.
    latest: datetime | None = None
    #: None: the clinic's owner and deputy.
    owner_person_id: UUID | None = None
    deputy_person_id: UUID | None = None


def make_to_do(session: ScopedSession, task: NewToDo) -> ToDo | None:
    """Return the new to-do, owned by the clinic's owner and deputy; None if one with this key exists already.

    None too for a patient who has died: they never come back into the queue, but for what others say. Whoever is away
    today is stood in for from the start, and nothing new is for who may not sign in or works there no more. What is not
    urgent is never due on a day on which the clinic is closed, but on the next business day, unless that is too late.
    Flushes; the caller commits.
    """
    with session.widened("to-do"):
        if session.scalar(select(ToDo.id).where(ToDo.dedupe_key == task.dedupe_key)) is not None:
            return None
        if task.reason not in HEARD_AFTER_DEATH and has_died(session, task.patient_id):
            return None
        clinic = session.get(Member, task.clinic_id)
        to_do = _new(task, clinic)
        if clinic is not None:
            to_do.due_at = _due_at(session, task, clinic)
            give_to_whoever_is_here(session, to_do, clinic, away=people_away(session, clinic))
            keep_from_gone(session, to_do, clinic, gone=people_gone(session, clinic))
            keep_from_barred(session, to_do)
        try:
            with session.begin_nested():
                session.add(to_do)
                session.flush()
        except IntegrityError:
            return None  # made by somebody else at this very moment
    return to_do


def _due_at(session: ScopedSession, task: NewToDo, clinic: Member) -> datetime:
    if task.urgent or task.reason in DUE_ANY_DAY:
        return task.due_at
    due_at = moved_to_business_day(task.due_at, zone_of(clinic.timezone_name), closed_days_of(session, clinic.id))
    return min(due_at, task.latest or due_at)


def _new(task: NewToDo, clinic: Member | None) -> ToDo:
    to_do = ToDo(
        clinic_id=task.clinic_id,
        patient_id=task.patient_id,
        reason=task.reason,
        subject_kind=task.subject_kind,
        subject_id=task.subject_id,
        dedupe_key=task.dedupe_key,
        owner_person_id=task.owner_person_id or (clinic.owner_person_id if clinic else None),
        deputy_person_id=task.deputy_person_id or (clinic.deputy_person_id if clinic else None),
        urgent=task.urgent,
        due_at=task.due_at,
        created_at=clock.now(),
    )
    if to_do.deputy_person_id == to_do.owner_person_id:
        to_do.deputy_person_id = None
    to_do.note = task.note
    return to_do


def mark_done(session: ScopedSession, to_do: ToDo, *, by: UUID | None, outcome: str | None = None) -> None:
    """Finish a to-do. `by`: None where no person of ours did it.

    Raises Conflict when somebody has done it already. Flushes.
    """
    if to_do.done_at is not None:
        raise Conflict(_l("Somebody has already done this. Open the list again to see what is left."))
    to_do.done_at = clock.now()
    to_do.done_by = by
    to_do.outcome = outcome
    session.flush()


def finish_needless(
    session: ScopedSession, which: ColumnElement[bool], *, outcome: LazyString, by: UUID | None = None
) -> int:
    """Finish the open to-dos that fit, because what they waited for happened or is over; return how many. Flushes.

    One that somebody has under their hands at this moment stays. `outcome`: in the language of staff.
    """
    waiting = select(ToDo).where(which, ToDo.done_at.is_(None)).order_by(ToDo.id).with_for_update(skip_locked=True)
    found = session.scalars(waiting).all()
    with speaking(STAFF_LANGUAGE):
        words = str(outcome)
    for to_do in found:
        mark_done(session, to_do, by=by, outcome=words)
    return len(found)
