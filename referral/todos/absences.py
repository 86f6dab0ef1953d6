"""Who is away, and who stands in: open to-dos move to the deputy the same day, and back on the first day after."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import CompoundSelect, select
from sqlalchemy.orm.exc import StaleDataError

from referral.accounts.models import Member, Membership, Person
from referral.accounts.roles import CLINIC_ROLES, HEARS_PATIENTS, MemberKind, Role
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.kit.worker import one_by_one
from referral.kit.zones import zone_of
from referral.patients.barring import barred_people
from referral.todos.models import Absence, ToDo

#: Longer than that is a leave: hand the to-dos over.
LONGEST = timedelta(days=120)


@dataclass(frozen=True)
class NewAbsence:
    """One of a clinic's people will be away, both days included."""

    person_id: UUID
    first_day: date
    last_day: date


def note_absence(session: ScopedSession, clinic: Member, new: NewAbsence, *, by: UUID, absence_id: UUID) -> Absence:
    """Return the stored absence; who is away today already is stood in for at once.

    `absence_id`: the form's id; sent twice, it is one absence. Raises InvalidInput, naming the field. Flushes.
    """
    known = session.get(Absence, absence_id)
    if known is not None:
        return known
    if new.person_id not in people_at_work(session, clinic.id):
        raise InvalidInput(_l("Choose somebody who works here."), "person")
    if new.last_day < new.first_day:
        raise InvalidInput(_l("The last day is before the first. Choose a later one."), "last_day")
    if new.last_day < today_at(clinic):
        raise InvalidInput(_l("These days are over. Choose days that are still to come."), "last_day")
    if new.last_day - new.first_day > LONGEST:
        raise InvalidInput(_l("Away for more than four months? Hand the to-dos over instead."), "last_day")
    absence = Absence(
        id=absence_id,
        member_id=clinic.id,
        person_id=new.person_id,
        first_day=new.first_day,
        last_day=new.last_day,
        noted_by=by,
        created_at=clock.now(),
    )
    session.add(absence)
    session.flush()
    stand_in(session, clinic)
    return absence


def end_absence(session: ScopedSession, absence: Absence, clinic: Member) -> None:
    """Take an absence back: they are here, and their to-dos return to them at once. Twice changes nothing. Flushes."""
    if absence.ended_at is None:
        absence.ended_at = clock.now()
        session.flush()
        stand_in(session, clinic)


def absences_of(session: ScopedSession, clinic: Member) -> Sequence[Absence]:
    """Return the clinic's absences that are not over, the first to begin first."""
    found = select(Absence).where(
        Absence.member_id == clinic.id, Absence.ended_at.is_(None), Absence.last_day >= today_at(clinic)
    )
    return session.scalars(found.order_by(Absence.first_day, Absence.id)).all()


def people_at_work(
    session: ScopedSession, clinic_id: UUID, *, roles: Collection[Role] = CLINIC_ROLES
) -> dict[UUID, str]:
    """Return the names of the clinic's people in one of the roles who can sign in, by id, in the order of names."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.member_id == clinic_id, Membership.ended_at.is_(None), Person.suspended_at.is_(None))
        .where(Membership.role.in_(sorted(roles)))
        .order_by(Person.name, Person.id)
    )
    return {row[0]: row[1] for row in rows}


def people_away(session: ScopedSession, clinic: Member) -> frozenset[UUID]:
    """Return who is away today by the clinic's calendar, may not sign in, or works there no more."""
    day = today_at(clinic)
    away = select(Absence.person_id).where(
        Absence.member_id == clinic.id, Absence.ended_at.is_(None), Absence.first_day <= day, Absence.last_day >= day
    )
    return frozenset(session.scalars(away)) | people_gone(session, clinic)


def people_gone(session: ScopedSession, clinic: Member) -> frozenset[UUID]:
    """Return who may not sign in, or works there no more: nothing new is theirs, neither to do nor to stand in for."""
    barred = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.member_id == clinic.id, Person.suspended_at.is_not(None))
    )
    of_clinic = select(Membership.person_id).where(Membership.member_id == clinic.id)
    still_here = of_clinic.where(Membership.ended_at.is_(None))
    left = of_clinic.where(Membership.ended_at.is_not(None), Membership.person_id.not_in(still_here))
    return frozenset(session.scalars(barred.union(left)))


def give_to_whoever_is_here(session: ScopedSession, to_do: ToDo, clinic: Member, *, away: Collection[UUID]) -> None:
    """Let the deputy stand in when the owner is away, and give it back when they are here again.

    It stays where it is when nobody else is here: an owner who is away is better than none. Whom the patient barred is
    away for what concerns that patient.
    """
    away = {*away, *barred_people(session, to_do.patient_id)}
    covered = to_do.covers_for_person_id
    if covered is not None and covered not in away:
        _give_back(to_do, covered)
        return
    if to_do.owner_person_id not in away:
        return
    here = (to_do.deputy_person_id, clinic.deputy_person_id, clinic.owner_person_id)
    stand_in_id = next((each for each in here if each is not None and each not in away), None)
    if stand_in_id is None:
        return
    to_do.covers_for_person_id = covered or to_do.owner_person_id
    to_do.owner_person_id = stand_in_id


def keep_from_gone(session: ScopedSession, to_do: ToDo, clinic: Member, *, gone: Collection[UUID]) -> None:
    """Let nobody who is gone own a to-do or be its deputy, as long as somebody who hears patients is here.

    Where neither deputy nor owner of the clinic is left, it is anybody's who may see the patient. It goes back to
    whoever may sign in again.
    """
    unfit = {*gone, *barred_people(session, to_do.patient_id)}
    if to_do.owner_person_id in gone:
        anybody = people_at_work(session, clinic.id, roles=HEARS_PATIENTS)
        here = next((each for each in anybody if each not in unfit), None)
        if here is not None:
            to_do.covers_for_person_id = to_do.covers_for_person_id or to_do.owner_person_id
            to_do.owner_person_id = here
    if to_do.deputy_person_id in gone:
        others = (clinic.deputy_person_id, clinic.owner_person_id)
        fit = (each for each in others if each is not None and each not in {*unfit, to_do.owner_person_id})
        to_do.deputy_person_id = next(fit, None)


def stand_in(session: ScopedSession, clinic: Member) -> int:
    """Move what is open to whoever is here; return how many to-dos moved. Flushes; the caller commits."""
    away, gone = people_away(session, clinic), people_gone(session, clinic)
    touched = select(ToDo).where(ToDo.clinic_id == clinic.id, ToDo.done_at.is_(None))
    named = ToDo.owner_person_id.in_(away) | ToDo.deputy_person_id.in_(gone)
    touched = touched.where(ToDo.covers_for_person_id.is_not(None) | named)
    with session.widened("standing in"):
        moved = 0
        for to_do in session.scalars(touched.order_by(ToDo.id)).all():
            before = to_do.owner_person_id
            give_to_whoever_is_here(session, to_do, clinic, away=away)
            keep_from_gone(session, to_do, clinic, gone=gone)
            moved += to_do.owner_person_id != before
        session.flush()
    return moved


def move_absent_peoples_to_dos(database: Database) -> int:
    """Let deputies stand in for whoever is away since today, and end it for whoever is back. Return how many moved."""
    with database.reading(job_scope("absences")) as session:
        ids = session.scalars(_clinics_to_look_at()).all()
    return one_by_one("absences", sorted(ids), lambda clinic_id: _one_clinic(database, clinic_id))


def today_at(clinic: Member) -> date:
    """Return the day by the clinic's calendar."""
    return clock.now().astimezone(zone_of(clinic.timezone_name)).date()


def _clinics_to_look_at() -> CompoundSelect[UUID]:
    """Return the clinics where somebody is or was away, or may not sign in; the others have nothing to move."""
    today = clock.now().date()
    zones = timedelta(days=1)
    absent = select(Absence.member_id).where(Absence.ended_at.is_(None), Absence.first_day <= today + zones)
    barred = (
        select(Membership.member_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Member, Member.id == Membership.member_id)
        .where(Member.kind == MemberKind.CLINIC, Membership.ended_at.is_(None), Person.suspended_at.is_not(None))
    )
    covered = select(ToDo.clinic_id).where(ToDo.covers_for_person_id.is_not(None), ToDo.done_at.is_(None))
    return absent.where(Absence.last_day >= today - zones).union(barred, covered)


def _give_back(to_do: ToDo, owner_id: UUID) -> None:
    if to_do.deputy_person_id is None and to_do.owner_person_id != owner_id:
        to_do.deputy_person_id = to_do.owner_person_id
    if to_do.deputy_person_id == owner_id:
        to_do.deputy_person_id = None
    to_do.owner_person_id, to_do.covers_for_person_id = owner_id, None


def _one_clinic(database: Database, clinic_id: UUID) -> int:
    try:
        with database.job("absences") as session:
            return stand_in(session, session.get_one(Member, clinic_id))
    except StaleDataError:
        return 0  # somebody took one over at this very moment: the next round looks again
