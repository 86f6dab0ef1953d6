"""What happens to the to-dos of somebody whom a patient barred: the deputy has them, or whoever else may see them."""

from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.queries import administrators_of
from referral.kit.scope import ScopedSession
from referral.patients.barring import barred_people
from referral.todos.absences import give_to_whoever_is_here, people_at_work, people_away
from referral.todos.models import ToDo


def give_to_dos_to_others(session: ScopedSession, patient_id: UUID, person_id: UUID) -> None:
    """Take a patient's open to-dos from a barred person. Fills patients.hooks.on_person_barred. Flushes."""
    with session.widened("somebody barred"):
        mine = select(ToDo).where(
            ToDo.patient_id == patient_id, ToDo.owner_person_id == person_id, ToDo.done_at.is_(None)
        )
        for to_do in session.scalars(mine.order_by(ToDo.id)).all():
            clinic = session.get_one(Member, to_do.clinic_id)
            give_to_whoever_is_here(session, to_do, clinic, away=people_away(session, clinic))
            keep_from_barred(session, to_do)
        session.flush()


def keep_from_barred(session: ScopedSession, to_do: ToDo) -> None:
    """Give a to-do that still belongs to a barred person to anybody else of the clinic, administrators first."""
    barred = barred_people(session, to_do.patient_id)
    if to_do.owner_person_id not in barred:
        return
    anybody = (*administrators_of(session, to_do.clinic_id), *people_at_work(session, to_do.clinic_id))
    to_do.covers_for_person_id = to_do.owner_person_id
    to_do.owner_person_id = next((each for each in anybody if each not in barred), None)
