"""Households: patients of one clinic put together by hand, and what is open for each; never across a safety concern.

Who has a concern for their safety is in no household that any page shows, and cannot be put into one. A concern written
down after somebody was put in ends that for good: when it is over they are put in again by hand, or not. The reason why
somebody cannot be put in is never told apart from the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.navigation.household_models import HouseholdMember
from referral.patients.models import Patient
from referral.patients.queries import may_be_contacted
from referral.screening.queries import safety_concerns_among
from resources_directory.db import new_id

KEPT_OUT = _l("This patient is kept out of households. Look at the patient's own page instead.")
ELSEWHERE = _l("Both are in a household already, and not in the same. Take one of them out first.")
MEANWHILE = _l("Somebody else has changed this household meanwhile. Open it again, and look before you go on.")


@dataclass(frozen=True)
class Household:
    """Who lives with a patient, as far as it may be shown, by when they were put in.

    `is_off`: the patient is kept out of households themselves. `records`: record id to the member it belongs to.
    """

    others: Sequence[Patient]
    is_off: bool
    records: Mapping[UUID, UUID]


def household_of(session: ScopedSession, patient: Patient) -> Household:
    """Return the household of a patient. As many statements for many people as for one."""
    if not may_be_contacted(patient) or safety_concerns_among(session, [patient.id]):
        return Household((), is_off=True, records={})
    own = _standing(session, _rows_of(session, [patient.id]))
    rows = _standing(session, _rows_in(session, {row.household_id for row in own}))
    members = _kept_records(session, [row.patient_id for row in rows])
    order = {row.patient_id: n for n, row in enumerate(rows)}
    shown = {kept.id: kept for _id, kept in sorted(members.items(), key=lambda item: order[item[0]])}
    others = [each for each in shown.values() if each.id != patient.id and may_be_contacted(each)]
    return Household(others, is_off=False, records=_records_of(session, [patient, *others]))


def put_in(session: ScopedSession, patient: Patient, other: Patient, *, by: UUID) -> None:
    """Put another patient into a patient's household. Done already, it stays. Flushes; the caller commits.

    Raises InvalidInput where one is kept out of households or both are in different ones, Conflict when somebody else
    was faster.
    """
    both = (patient, other)
    if patient.id == other.id or patient.clinic_id != other.clinic_id or not all(map(may_be_contacted, both)):
        raise InvalidInput(KEPT_OUT)
    if safety_concerns_among(session, [each.id for each in both]):
        raise InvalidInput(KEPT_OUT)
    rows = _rows_of(session, [each.id for each in both])
    standing = _standing(session, rows)
    households = {row.household_id for row in standing}
    if len(households) > 1:
        raise InvalidInput(ELSEWHERE)
    in_it = {kept.id for kept in _kept_records(session, [row.patient_id for row in standing]).values()}
    for row in rows:
        if row not in standing:
            session.delete(row)
    session.flush()
    household_id = next(iter(households), None) or new_id()
    missing = [each for each in both if each.id not in in_it]
    try:
        with session.begin_nested():
            session.add_all(_member(each, household_id, by) for each in missing)
            session.flush()
    except IntegrityError as error:
        raise Conflict(MEANWHILE) from error


def take_out(session: ScopedSession, patient: Patient, other: Patient) -> None:
    """Take somebody out of a patient's household; who is left alone is in none. Not in it, nothing changes. Flushes."""
    own, theirs = _rows_of(session, [patient.id]), _rows_of(session, [other.id])
    shared = {row.household_id for row in own} & {row.household_id for row in theirs}
    for row in theirs:
        if row.household_id in shared:
            session.delete(row)
    session.flush()
    left = _rows_in(session, shared)
    if len(left) == 1:
        session.delete(left[0])
        session.flush()


def _member(patient: Patient, household_id: UUID, by: UUID) -> HouseholdMember:
    return HouseholdMember(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        household_id=household_id,
        added_by=by,
        added_at=clock.now(),
    )


def _rows_of(session: ScopedSession, patient_ids: Iterable[UUID]) -> list[HouseholdMember]:
    """Return the rows of these people, on whichever of their records they were made."""
    named = func.coalesce(Patient.merged_into_id, Patient.id).in_(list(patient_ids))
    found = select(HouseholdMember).join(Patient, Patient.id == HouseholdMember.patient_id).where(named)
    return list(session.scalars(found.order_by(HouseholdMember.added_at, HouseholdMember.id)))


def _rows_in(session: ScopedSession, household_ids: Iterable[UUID]) -> list[HouseholdMember]:
    found = select(HouseholdMember).where(HouseholdMember.household_id.in_(list(household_ids)))
    return list(session.scalars(found.order_by(HouseholdMember.added_at, HouseholdMember.id)))


def _standing(session: ScopedSession, rows: Sequence[HouseholdMember]) -> list[HouseholdMember]:
    """Return the rows of people for whom no concern stands, and none was written down since they were put in."""
    concerns = safety_concerns_among(session, [row.patient_id for row in rows], over_too=True)
    return [row for row in rows if not _is_ended(row, concerns.get(row.patient_id))]


def _is_ended(row: HouseholdMember, concern: tuple[bool, datetime] | None) -> bool:
    return concern is not None and (concern[0] or concern[1] > row.added_at)


def _kept_records(session: ScopedSession, patient_ids: Sequence[UUID]) -> dict[UUID, Patient]:
    """Return record id to the record that stands for it; erased ones are left out."""
    found = select(Patient).where(Patient.id.in_(patient_ids), Patient.erased_at.is_(None)).order_by(Patient.id)
    records = {each.id: each for each in session.scalars(found)}
    merged = {each.merged_into_id for each in records.values()} - {None}
    found = select(Patient).where(Patient.id.in_(merged), Patient.erased_at.is_(None)).order_by(Patient.id)
    kept = {each.id: each for each in session.scalars(found)} if merged else {}
    return {record_id: kept.get(each.merged_into_id or record_id, each) for record_id, each in records.items()}


def _records_of(session: ScopedSession, people: Sequence[Patient]) -> dict[UUID, UUID]:
    kept = func.coalesce(Patient.merged_into_id, Patient.id)
    found = select(Patient.id, kept).where(kept.in_([each.id for each in people]))
    return {row[0]: row[1] for row in session.execute(found.order_by(Patient.id))}
