"""Hand-over: open to-dos and planned contacts go from one person to another, with a note; who leaves does it first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select

from referral.accounts.hooks import LeftBehind, StoodIn
from referral.accounts.models import Member
from referral.accounts.queries import names_of
from referral.accounts.roles import HEARS_PATIENTS
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.navigation.models import ContactPlan, HandOver
from referral.patients.barring import barred_people
from referral.patients.models import Patient
from referral.todos.absences import give_to_whoever_is_here, people_at_work, people_away, stand_in
from referral.todos.barred import keep_from_barred
from referral.todos.models import ToDo
from resources_directory.db import new_id


@dataclass(frozen=True)
class NewHandOver:
    """What goes from whom to whom. `to_do_ids`, `plan_ids`: None for all."""

    from_person_id: UUID
    to_person_id: UUID
    to_do_ids: frozenset[UUID] | None = None
    plan_ids: frozenset[UUID] | None = None
    note: str | None = field(default=None, repr=False)


def open_to_dos_of(session: ScopedSession, clinic_id: UUID, person_id: UUID) -> Sequence[ToDo]:
    """Return what a person has to do: open to-dos that they own, or that a deputy does while they are away."""
    return session.scalars(_to_dos(clinic_id, person_id).order_by(ToDo.due_at, ToDo.id)).all()


def waiting_plans_of(session: ScopedSession, clinic_id: UUID, person_id: UUID) -> Sequence[ContactPlan]:
    """Return the contacts that a person plans to make, the next one first."""
    return session.scalars(_plans(clinic_id, person_id).order_by(ContactPlan.at, ContactPlan.id)).all()


def hearers_for(session: ScopedSession, to_do: ToDo) -> list[str]:
    """Return the names of those here today who may write down what the patient of a to-do says, in their order."""
    clinic = session.get_one(Member, to_do.clinic_id)
    not_now = people_away(session, clinic) | barred_people(session, to_do.patient_id)
    here = people_at_work(session, clinic.id, roles=HEARS_PATIENTS)
    return [name for person_id, name in here.items() if person_id not in not_now]


def who_may_take(session: ScopedSession, clinic_id: UUID) -> dict[UUID, str]:
    """Return who may own to-dos, by id, in the order of names: whoever writes down what patients say."""
    return people_at_work(session, clinic_id, roles=HEARS_PATIENTS)


def left_behind(session: ScopedSession, clinic_id: UUID, person_id: UUID) -> LeftBehind | None:
    """Return what would be nobody's if the person left the clinic. Fills accounts.hooks.what_is_left."""
    with session.widened("who leaves"):
        counts = (
            session.scalar(select(func.count()).select_from(found.subquery())) or 0
            for found in (_to_dos(clinic_id, person_id), _plans(clinic_id, person_id))
        )
        count = sum(counts)
    return LeftBehind(count, url_for("hand_over.choose", person=person_id)) if count else None


def stood_in_for(session: ScopedSession, clinic_id: UUID, person_id: UUID) -> StoodIn | None:
    """Move a suspended person's to-dos to whoever is here; None where nothing waits. Fills accounts.hooks.stand_in_for.

    Flushes; the caller commits.
    """
    clinic, left = session.get_one(Member, clinic_id), left_behind(session, clinic_id, person_id)
    if left is None:
        return None
    stand_in(session, clinic)
    with session.widened("who is suspended"):
        owners = {row.owner_person_id for row in open_to_dos_of(session, clinic_id, person_id)} - {person_id, None}
    names = names_of(session, {each for each in owners if each is not None})
    return StoodIn(left.count, tuple(sorted(names.values())), left.url)


def hand_over(session: ScopedSession, clinic: Member, new: NewHandOver, *, by: UUID, filling_id: UUID) -> int:
    """Return how many to-dos and planned contacts went over. `filling_id`: sent twice, they go once.

    Whoever is away is stood in for; what a patient barred them from goes to somebody else.
    Raises InvalidInput, naming the field; StaleDataError when somebody takes one at the same moment. Flushes.
    """
    done = select(func.count(HandOver.id)).where(HandOver.filling_id == filling_id)
    before = session.scalar(done) or 0
    if before:
        return before
    _check(session, clinic, new)
    away = people_away(session, clinic)
    to_dos = [row for row in open_to_dos_of(session, clinic.id, new.from_person_id) if _chosen(row.id, new.to_do_ids)]
    plans = [row for row in waiting_plans_of(session, clinic.id, new.from_person_id) if _chosen(row.id, new.plan_ids)]
    if not to_dos and not plans:
        raise InvalidInput(_l("Choose at least one to hand over."), "to_dos")
    for to_do in to_dos:
        _give(to_do, new)
        give_to_whoever_is_here(session, to_do, clinic, away=away)
        keep_from_barred(session, to_do)
        session.add(_row(to_do, new, by=by, filling_id=filling_id, to_do_id=to_do.id))
    for plan in plans:
        plan.owner_person_id = new.to_person_id
        session.add(_row(plan, new, by=by, filling_id=filling_id, contact_plan_id=plan.id))
    session.flush()
    return len(to_dos) + len(plans)


def hand_overs_of(session: ScopedSession, to_do: ToDo) -> Sequence[HandOver]:
    """Return how a to-do went from person to person, oldest first."""
    found = select(HandOver).where(HandOver.to_do_id == to_do.id)
    return session.scalars(found.order_by(HandOver.at, HandOver.id)).all()


def _to_dos(clinic_id: UUID, person_id: UUID) -> Select[ToDo]:
    owned = or_(ToDo.owner_person_id == person_id, ToDo.covers_for_person_id == person_id)
    erased = select(Patient.id).where(Patient.clinic_id == clinic_id, Patient.erased_at.is_not(None))
    return select(ToDo).where(
        ToDo.clinic_id == clinic_id, ToDo.done_at.is_(None), owned, ToDo.patient_id.not_in(erased)
    )


def _plans(clinic_id: UUID, person_id: UUID) -> Select[ContactPlan]:
    return select(ContactPlan).where(
        ContactPlan.clinic_id == clinic_id,
        ContactPlan.settled_at.is_(None),
        ContactPlan.owner_person_id == person_id,
    )


def _check(session: ScopedSession, clinic: Member, new: NewHandOver) -> None:
    if new.to_person_id not in who_may_take(session, clinic.id):
        raise InvalidInput(_l("Choose a clinician or a navigator who works here."), "to")
    if new.to_person_id == new.from_person_id:
        raise InvalidInput(_l("Choose somebody else: these to-dos are theirs already."), "to")


def _chosen(row_id: UUID, chosen: frozenset[UUID] | None) -> bool:
    return chosen is None or row_id in chosen


def _give(to_do: ToDo, new: NewHandOver) -> None:
    to_do.owner_person_id, to_do.covers_for_person_id = new.to_person_id, None
    if to_do.deputy_person_id in (new.to_person_id, new.from_person_id):
        to_do.deputy_person_id = None


def _row(thing: ToDo | ContactPlan, new: NewHandOver, *, by: UUID, filling_id: UUID, **which: UUID) -> HandOver:
    row = HandOver(
        id=new_id(),
        clinic_id=thing.clinic_id,
        patient_id=thing.patient_id,
        filling_id=filling_id,
        from_person_id=new.from_person_id,
        to_person_id=new.to_person_id,
        by=by,
        at=clock.now(),
        **which,
    )
    row.note = new.note
    return row
