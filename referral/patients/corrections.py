"""The history of a patient's facts: who changed what, when, from what to what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient, PatientPhone
from referral.patients.queries import records_of_person
from referral.patients.record_models import PatientCorrection


@dataclass(frozen=True)
class Corrected:
    """One change of one fact, values as they are stored. `by`: a name; None for the product itself."""

    fact: str
    old: str | None
    new: str | None
    by: str | None
    at: datetime


def note_corrections(
    session: ScopedSession,
    of: Patient | PatientPhone,
    *,
    before: Mapping[str, str | None],
    after: Mapping[str, str | None],
    by: UUID | None,
) -> int:
    """Write down every fact (name to stored value) of a patient that differs; return how many. Flushes."""
    changed = [fact for fact in after if before.get(fact) != after[fact]]
    for fact in changed:
        row = PatientCorrection(clinic_id=of.clinic_id, patient_id=of.patient_id, fact=fact, by=by, at=clock.now())
        row.old_value, row.new_value = before.get(fact), after[fact]
        session.add(row)
    session.flush()
    return len(changed)


def last_writers(session: ScopedSession, patient_id: UUID) -> dict[str, str]:
    """Return fact to the name of whoever changed it last; facts that nobody of ours has changed are left out."""
    events = select(PatientCorrection).where(PatientCorrection.patient_id == patient_id)
    rows = session.scalars(events.order_by(PatientCorrection.at, PatientCorrection.id)).all()
    newest, names = {row.fact: row.by for row in rows}, names_of(session, {row.by for row in rows})
    return {fact: names[by] for fact, by in newest.items() if by in names}


def corrections_of(session: ScopedSession, patient_id: UUID, *, number: int = 1) -> Page[Corrected]:
    """Return a page of the changes of a person's facts, of all their records, newest first."""
    found = select(PatientCorrection).where(PatientCorrection.patient_id.in_(records_of_person(session, patient_id)))
    page = page_of(session, found, number, order=(PatientCorrection.at.desc(), PatientCorrection.id.desc()))
    names = names_of(session, {row.by for row in page.rows})
    return page.showing(
        [Corrected(row.fact, row.old_value, row.new_value, names.get(row.by), row.at) for row in page.rows]
    )
