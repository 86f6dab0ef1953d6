"""Other calls to the same patient: nobody answered, so one attempt counts for all of them."""

from uuid import UUID, uuid5

from sqlalchemy import select

from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.navigation.errands import errand_of
from referral.navigation.plans import NewPlan, plan_contact
from referral.navigation.states import Next
from referral.todos.models import ToDo, ToDoReason


def plan_other_calls(session: ScopedSession, to_do: ToDo, plan: NewPlan, *, by: UUID, filling_id: UUID) -> int:
    """Plan every other call to the patient for the same moment; return how many. Danger is not put off. Flushes."""
    planned = 0
    for other in _calls_to(session, to_do):
        try:
            plan_contact(session, other, plan, by=by, plan_id=uuid5(filling_id, str(other.id)))
        except InvalidInput:
            continue  # nobody is to be tried again about this one: it stays in the list
        planned += 1
    return planned


def _calls_to(session: ScopedSession, to_do: ToDo) -> list[ToDo]:
    """Return the other open to-dos of the clinic that are done by calling this patient."""
    waiting = select(ToDo).where(
        ToDo.clinic_id == to_do.clinic_id,
        ToDo.patient_id == to_do.patient_id,
        ToDo.id != to_do.id,
        ToDo.reason != ToDoReason.CRISIS,
        ToDo.done_at.is_(None),
    )
    found = session.scalars(waiting.order_by(ToDo.due_at, ToDo.id))
    return [each for each in found if errand_of(each).next in (Next.CALL, Next.TRY)]
