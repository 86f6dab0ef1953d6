"""Whom a patient has barred: people of the clinic, who see nothing of them, and organizations, which are never asked.

A barred person is stopped below the pages: the scope of their session leaves the patient out (accounts/loading.py).
Two ways in stay, both audited: the clinic's last administrator, or nobody could set a mistake right; and emergency
access, which a privacy officer reviews.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from referral.accounts.queries import administrators_of, names_of, people_of
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients import hooks
from referral.patients.consents import ConsentTaken, sharing_consents_of, stop_sharing
from referral.patients.models import Patient
from referral.patients.queries import records_of_person
from referral.patients.states import BarKind
from referral.patients.wish_models import PatientBar
from resources_directory.db import new_id
from resources_directory.models.organization import Organization


@dataclass(frozen=True)
class BarRow:
    """One bar in force, as a page shows it. `name`: of the person or the organization."""

    id: UUID
    kind: BarKind
    name: str
    why: str | None
    since: datetime
    by: str | None
    organization_id: UUID | None = None


def barred_people(session: ScopedSession, patient_id: UUID) -> frozenset[UUID]:
    """Return the ids of people whom the patient barred, on any of their records."""
    found = select(PatientBar.person_id).where(*_in_force(session, patient_id), PatientBar.person_id.is_not(None))
    return frozenset(person_id for person_id in session.scalars(found) if person_id is not None)


def barred_before(session: ScopedSession, patient_id: UUID, *, why: str | None, by: UUID) -> frozenset[UUID]:
    """Return the ids of people whom `by` barred for the patient in these words: the form may be sent again."""
    found = select(PatientBar).where(*_in_force(session, patient_id), PatientBar.barred_by == by)
    return frozenset(bar.person_id for bar in session.scalars(found) if bar.person_id is not None and bar.why == why)


def barred_organizations(session: ScopedSession, patient_id: UUID) -> frozenset[UUID]:
    """Return the ids (of the directory) of organizations that the patient barred, on any of their records."""
    found = select(PatientBar.organization_id).where(
        *_in_force(session, patient_id), PatientBar.organization_id.is_not(None)
    )
    return frozenset(each for each in session.scalars(found) if each is not None)


def bars_of(session: ScopedSession, patient_id: UUID) -> list[BarRow]:
    """Return the bars in force, the oldest first."""
    found = select(PatientBar).where(*_in_force(session, patient_id)).order_by(PatientBar.barred_at, PatientBar.id)
    rows = session.scalars(found).all()
    people = names_of(session, {each for row in rows for each in (row.person_id, row.barred_by)})
    wanted = {row.organization_id for row in rows}
    listed = select(Organization.id, Organization.name).where(Organization.id.in_(wanted)).order_by(Organization.id)
    organizations = {row.id: row.name for row in session.execute(listed)}
    return [
        BarRow(
            id=row.id,
            kind=BarKind(row.kind),
            name=organizations.get(row.organization_id, "") if row.organization_id else people.get(row.person_id, ""),
            why=row.why,
            since=row.barred_at,
            by=people.get(row.barred_by),
            organization_id=row.organization_id,
        )
        for row in rows
    ]


def patients_who_barred(session: ScopedSession, person_id: UUID, clinic_id: UUID) -> frozenset[UUID]:
    """Return the ids of all records of the clinic that a person must not see. Fills accounts.hooks.patients_who_barred.

    The last administrator of a clinic is let in: somebody must be able to lift a bar.
    """
    barred = select(PatientBar.patient_id).where(
        PatientBar.person_id == person_id, PatientBar.clinic_id == clinic_id, PatientBar.lifted_at.is_(None)
    )
    named = set(session.scalars(barred))
    if not named or set(administrators_of(session, clinic_id)) == {person_id}:
        return frozenset()
    person = func.coalesce(Patient.merged_into_id, Patient.id)
    kept = set(session.scalars(select(person).where(Patient.id.in_(named))))
    return frozenset(named | set(session.scalars(select(Patient.id).where(person.in_(kept)))))


def is_let_in(session: ScopedSession, patient_id: UUID, person_id: UUID) -> bool:
    """Return True if somebody sees the patient although they are barred; the page then says why."""
    return person_id in barred_people(session, patient_id)


def bar_person(session: ScopedSession, patient: Patient, person_id: UUID, *, why: str | None, by: UUID) -> PatientBar:
    """Return the bar: from the next click the person sees nothing of the patient, and their to-dos are another's.

    Barred already, it stays as it is. Raises InvalidInput. Flushes.
    """
    if person_id not in {person.person_id for person in people_of(session, patient.clinic_id)}:
        raise InvalidInput(_l("Choose somebody who works here."), "person")
    bar = _bar(session, patient, BarKind.PERSON, person_id, why=why, by=by)
    for record_id in records_of_person(session, patient.id):
        hooks.on_person_barred(session, record_id, person_id)
    return bar


def bar_organization(
    session: ScopedSession, patient: Patient, organization_id: UUID, *, why: str | None, taken: ConsentTaken
) -> PatientBar:
    """Return the bar: the organization is never offered, and a permission to share with it is taken back at once.

    Barred already, it stays as it is. Raises InvalidInput. Flushes.
    """
    if session.get(Organization, organization_id) is None:
        raise InvalidInput(_l("This organization is no longer listed. Choose another one."), "organization")
    assert taken.taken_by is not None  # noqa: S101 - a person of the clinic writes it down
    bar = _bar(session, patient, BarKind.ORGANIZATION, organization_id, why=why, by=taken.taken_by)
    _share_no_more(session, patient.id, {organization_id: taken})
    return bar


def carry_bars(session: ScopedSession, patient: Patient, organization_ids: Iterable[UUID], *, by: UUID) -> None:
    """Bar for a record what the person had barred where they were before. Why stays there. Flushes."""
    for organization_id in sorted(organization_ids):
        _bar(session, patient, BarKind.ORGANIZATION, organization_id, why=None, by=by)


def lift_bar(session: ScopedSession, bar: PatientBar, *, by: UUID) -> None:
    """End a bar; it stays in the list of what was. Done already, it stays as it is. Flushes."""
    if bar.lifted_at is None:
        bar.lifted_at, bar.lifted_by = clock.now(), by
        session.flush()


def _share_no_more(session: ScopedSession, patient_id: UUID, barred: Mapping[UUID, ConsentTaken]) -> None:
    """Take back what stands of sharing with each organization, on every record; its live requests are withdrawn."""
    for record_id in records_of_person(session, patient_id):
        for consent in sharing_consents_of(session, record_id):
            taken = barred.get(consent.organization_id)
            if taken is not None and consent.given:
                patient = session.get_one(Patient, record_id)
                stop_sharing(session, patient, consent, taken=replace(taken, event_id=None))


def _in_force(session: ScopedSession, patient_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (PatientBar.patient_id.in_(records_of_person(session, patient_id)), PatientBar.lifted_at.is_(None))


def _bar(
    session: ScopedSession, patient: Patient, kind: BarKind, target: UUID, *, why: str | None, by: UUID
) -> PatientBar:
    column = PatientBar.person_id if kind is BarKind.PERSON else PatientBar.organization_id
    standing = select(PatientBar).where(
        PatientBar.patient_id == patient.id, column == target, PatientBar.lifted_at.is_(None)
    )
    known = session.scalar(standing)
    if known is not None:
        return known
    bar = PatientBar(
        id=new_id(),
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        kind=kind,
        person_id=target if kind is BarKind.PERSON else None,
        organization_id=target if kind is BarKind.ORGANIZATION else None,
        barred_by=by,
        barred_at=clock.now(),
    )
    try:
        with session.begin_nested():
            bar.why = why
            session.add(bar)
            session.flush()
    except IntegrityError:  # barred by somebody else at this very moment
        return session.scalars(standing).one()
    return bar
