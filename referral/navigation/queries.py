"""Questions about to-dos: the clinic's list in the order of danger, one to-do, and what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select

from referral.accounts.queries import names_of
from referral.followups.models import Question
from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.navigation.states import ToDoView
from referral.patients.models import Patient
from referral.patients.queries import display_name
from referral.referrals.models import Referral
from referral.referrals.queries import referral_by_id
from referral.todos.models import ToDo, ToDoReason


@dataclass(frozen=True)
class ToDoRow:
    """A to-do with the names that its row shows; a name is None where nobody is named."""

    to_do: ToDo
    patient_name: str
    owner_name: str | None
    deputy_name: str | None
    done_by_name: str | None


def to_do_by_id(session: ScopedSession, to_do_id: UUID) -> ToDo | None:
    """Return the to-do, or None when absent or not theirs."""
    return session.scalar(select(ToDo).where(ToDo.id == to_do_id))


#: Danger first, whatever else is overdue.
MOST_PRESSING = (
    case((ToDo.reason == ToDoReason.CRISIS, 0), else_=1),
    ToDo.urgent.desc(),
    ToDo.due_at,
    ToDo.id,
)


def to_do_page(
    session: ScopedSession, clinic_id: UUID, view: ToDoView, *, person_id: UUID, number: int = 1
) -> Page[ToDoRow]:
    """Return a page of the clinic's to-dos: open ones urgent first, then by due time; done ones newest first."""
    found = _of_view(clinic_id, view, person_id)
    newest = (ToDo.done_at.desc(), ToDo.id.desc())
    page = page_of(session, found, number, order=newest if view is ToDoView.DONE else MOST_PRESSING)
    return page.showing(rows_of(session, page.rows))


def count_views(session: ScopedSession, clinic_id: UUID, *, person_id: UUID) -> dict[ToDoView, int]:
    """Return how many to-dos each view of the list holds."""
    return {
        view: session.scalar(select(func.count()).select_from(_of_view(clinic_id, view, person_id).subquery())) or 0
        for view in ToDoView
    }


def rows_of(session: ScopedSession, to_dos: Sequence[ToDo]) -> list[ToDoRow]:
    """Return the to-dos with the names of their patients and people, in the same order."""
    patients = select(Patient).where(Patient.id.in_({to_do.patient_id for to_do in to_dos})).order_by(Patient.id)
    names = {patient.id: display_name(patient) for patient in session.scalars(patients)}
    named = {
        person_id for to_do in to_dos for person_id in (to_do.owner_person_id, to_do.deputy_person_id, to_do.done_by)
    }
    people = names_of(session, named)
    return [
        ToDoRow(
            to_do,
            names.get(to_do.patient_id, ""),
            people.get(to_do.owner_person_id),
            people.get(to_do.deputy_person_id),
            people.get(to_do.done_by),
        )
        for to_do in to_dos
    ]


def referral_of(session: ScopedSession, to_do: ToDo) -> Referral | None:
    """Return the referral that a to-do is about: directly, by its question, or by the text that answered one."""
    if to_do.subject_kind == "referral":
        return referral_by_id(session, to_do.subject_id)
    asked = select(Question.referral_id)
    if to_do.subject_kind == "question":
        asked = asked.where(Question.id == to_do.subject_id)
    elif to_do.subject_kind == "inbound_message":
        asked = asked.join(InboundMessage, InboundMessage.question_id == Question.id)
        asked = asked.where(InboundMessage.id == to_do.subject_id)
    else:
        return None
    referral_id = session.scalar(asked.order_by(Question.id).limit(1))
    return referral_by_id(session, referral_id) if referral_id else None


def _of_view(clinic_id: UUID, view: ToDoView, person_id: UUID) -> Select[ToDo]:
    found = select(ToDo).where(ToDo.clinic_id == clinic_id)
    if view is ToDoView.DONE:
        return found.where(ToDo.done_at.is_not(None))
    found = found.where(ToDo.done_at.is_(None))
    if view is ToDoView.MINE:
        found = found.where(or_(ToDo.owner_person_id == person_id, ToDo.deputy_person_id == person_id))
    return found
