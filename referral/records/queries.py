"""Questions about whole records: which are on hold, which were erased, and what a record's own page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import display_name
from referral.records.models import Erasure, LegalHold


@dataclass(frozen=True)
class HoldRow:
    """A hold with the names that its row shows."""

    hold: LegalHold
    patient_name: str
    placed_by: str
    confirmed_by: str | None
    lift_asked_by: str | None


@dataclass(frozen=True)
class ErasureRow:
    """An erasure with who did it; None after a restore, when it was done again."""

    erasure: Erasure
    erased_by: str | None


def any_record(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient, erased or not; None when absent or not theirs."""
    return session.scalar(select(Patient).where(Patient.id == patient_id))


def holds_in_force(session: ScopedSession, clinic_id: UUID) -> list[HoldRow]:
    """Return the clinic's holds that stand, the oldest first."""
    found = select(LegalHold).where(LegalHold.clinic_id == clinic_id, LegalHold.lifted_at.is_(None))
    return hold_rows(session, session.scalars(found.order_by(LegalHold.placed_at, LegalHold.id)).all())


def hold_rows(session: ScopedSession, holds: Sequence[LegalHold]) -> list[HoldRow]:
    """Return the holds with names, in the same order."""
    people = names_of(
        session, {who for hold in holds for who in (hold.placed_by, hold.confirmed_by, hold.lift_asked_by)}
    )
    patients = select(Patient).where(Patient.id.in_({hold.patient_id for hold in holds})).order_by(Patient.id)
    names = {patient.id: display_name(patient) for patient in session.scalars(patients)}
    return [
        HoldRow(
            hold,
            names.get(hold.patient_id, ""),
            people.get(hold.placed_by, ""),
            people.get(hold.confirmed_by),
            people.get(hold.lift_asked_by),
        )
        for hold in holds
    ]


def erasures_page(session: ScopedSession, clinic_id: UUID, *, number: int = 1) -> Page[ErasureRow]:
    """Return a page of the clinic's list of erasures, newest first."""
    found = select(Erasure).where(Erasure.clinic_id == clinic_id)
    page = page_of(session, found, number, order=(Erasure.erased_at.desc(), Erasure.id.desc()))
    people = names_of(session, {entry.erased_by for entry in page.rows})
    return page.showing([ErasureRow(entry, people.get(entry.erased_by)) for entry in page.rows])


def record_number(patient: Patient) -> str:
    """Return the eight characters that name a record on these pages; they tell nothing of the patient."""
    return patient.id.hex[-8:].upper()
