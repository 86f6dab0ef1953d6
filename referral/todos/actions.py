"""Making and finishing to-dos."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.todos.models import ToDo, ToDoReason


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


def make_to_do(session: ScopedSession, task: NewToDo) -> ToDo | None:
    """Return the new to-do, owned by the clinic's owner and deputy; None if one with this key exists already.

    Flushes; the caller commits.
    """
    with session.widened("to-do"):
        if session.scalar(select(ToDo.id).where(ToDo.dedupe_key == task.dedupe_key)) is not None:
            return None
        clinic = session.get(Member, task.clinic_id)
        to_do = _new(task, clinic)
        try:
            with session.begin_nested():
                session.add(to_do)
                session.flush()
        except IntegrityError:
            return None  # made by somebody else at this very moment
    return to_do


def _new(task: NewToDo, clinic: Member | None) -> ToDo:
    to_do = ToDo(
        clinic_id=task.clinic_id,
        patient_id=task.patient_id,
        reason=task.reason,
        subject_kind=task.subject_kind,
        subject_id=task.subject_id,
        dedupe_key=task.dedupe_key,
        owner_person_id=clinic.owner_person_id if clinic else None,
        deputy_person_id=clinic.deputy_person_id if clinic else None,
        urgent=task.urgent,
        due_at=task.due_at,
        created_at=clock.now(),
    )
    to_do.note = task.note
    return to_do


def mark_done(session: ScopedSession, to_do: ToDo, *, by: UUID, outcome: str | None = None) -> None:
    """Finish a to-do. Raises Conflict when somebody has done it already. Flushes."""
    if to_do.done_at is not None:
        raise Conflict(_l("Somebody has already done this. Open the list again to see what is left."))
    to_do.done_at = clock.now()
    to_do.done_by = by
    to_do.outcome = outcome
    session.flush()
