"""Questions to the audit: who looked at a clinic's patients, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.audit.models import AuditEvent, AuditKind
from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import display_name

PAGE_SIZE = 50

#: What is shown: looking, and what was changed by looking closer. Sign-ins are about nobody's record.
SHOWN_KINDS = (AuditKind.READ, AuditKind.CREATED, AuditKind.CHANGED, AuditKind.DELETED, AuditKind.DENIED)


@dataclass(frozen=True)
class Look:
    """One fact of the audit with the names its row shows. `who` is None for the product's own work and for links."""

    at: datetime
    kind: AuditKind
    who: str | None
    actor: str
    patient_id: UUID | None
    patient_name: str | None
    place: str
    tables: tuple[str, ...]


def looks_at(session: ScopedSession, clinic_id: UUID, *, patient_id: UUID | None = None, number: int = 1) -> Page[Look]:
    """Return a page of who read or changed the clinic's rows, newest first; of one patient if given."""
    found = select(AuditEvent).where(AuditEvent.clinic_id == clinic_id, AuditEvent.kind.in_(SHOWN_KINDS))
    if patient_id is not None:
        found = found.where(AuditEvent.patient_id == patient_id)
    newest = (AuditEvent.at.desc(), AuditEvent.id.desc())
    page = page_of(session, found, number, order=newest, size=PAGE_SIZE)
    people = names_of(session, {event.person_id for event in page.rows})
    patients = _patients(session, page.rows)
    return page.showing([_look(event, people, patients) for event in page.rows])


def _look(event: AuditEvent, people: dict[UUID | None, str], patients: dict[UUID | None, str]) -> Look:
    named = event.detail.get("tables") or [event.subject_kind]
    return Look(
        at=event.at,
        kind=AuditKind(event.kind),
        who=people.get(event.person_id),
        actor=event.actor,
        patient_id=event.patient_id,
        patient_name=patients.get(event.patient_id),
        place=event.place,
        tables=tuple(name for name in named if name),
    )


def _patients(session: ScopedSession, events: Sequence[AuditEvent]) -> dict[UUID | None, str]:
    wanted = {event.patient_id for event in events if event.patient_id}
    rows = session.scalars(select(Patient).where(Patient.id.in_(wanted)).order_by(Patient.id))
    return {patient.id: display_name(patient) for patient in rows}
