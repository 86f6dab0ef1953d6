"""Questions to the audit: who looked at a clinic's patients, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from referral.accounts.models import Person
from referral.audit.models import AuditEvent, AuditKind
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


@dataclass(frozen=True)
class LookPage:
    """One page of the audit. `number` counts from 1."""

    rows: Sequence[Look]
    number: int
    total: int

    @property
    def page_count(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def looks_at(session: ScopedSession, clinic_id: UUID, *, patient_id: UUID | None = None, number: int = 1) -> LookPage:
    """Return a page of who read or changed the clinic's rows, newest first; of one patient if given."""
    found = select(AuditEvent).where(AuditEvent.clinic_id == clinic_id, AuditEvent.kind.in_(SHOWN_KINDS))
    if patient_id is not None:
        found = found.where(AuditEvent.patient_id == patient_id)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = min(max(1, number), max(1, -(-total // PAGE_SIZE)))
    newest = found.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    events = session.scalars(newest.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    people = _people(session, events)
    patients = _patients(session, events)
    return LookPage([_look(event, people, patients) for event in events], number, total)


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


def _people(session: ScopedSession, events: Sequence[AuditEvent]) -> dict[UUID | None, str]:
    wanted = {event.person_id for event in events if event.person_id}
    rows = session.scalars(select(Person).where(Person.id.in_(wanted)).order_by(Person.id))
    return {person.id: person.name for person in rows}


def _patients(session: ScopedSession, events: Sequence[AuditEvent]) -> dict[UUID | None, str]:
    wanted = {event.patient_id for event in events if event.patient_id}
    rows = session.scalars(select(Patient).where(Patient.id.in_(wanted)).order_by(Patient.id))
    return {patient.id: display_name(patient) for patient in rows}
