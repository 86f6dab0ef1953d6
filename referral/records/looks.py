"""Who looked at a patient's record, as the patient may know it: when, who by name and role, and at what.

Legal demands, holds and copies made for them are not in it: an authority may have asked that the patient is not told
yet (45 CFR 164.528(a)(2)). The register of legal demands and the accounting of disclosures tell them when they may.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Membership, Person
from referral.accounts.names import role_name
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit.scope import ScopedSession, ScopeKind
from referral.records.models import LegalHold
from referral.records.words import Purpose

#: Tables whose mention tells that a court or an authority asked. Demands and their steps belong to a slice above.
UNTOLD = frozenset({LegalHold.__tablename__, "legal_demand", "legal_demand_step"})

#: What is told of the audit.
TOLD = (
    AuditKind.READ,
    AuditKind.CREATED,
    AuditKind.CHANGED,
    AuditKind.DELETED,
    AuditKind.DENIED,
    AuditKind.EXPORTED,
)


def looks_of(session: ScopedSession, patient_id: UUID, *, most: int) -> list[dict[str, Any]]:
    """Return what the audit tells of a record, oldest first: `at`, `what`, `who`, `tables`. At most `most`."""
    events = session.execute(
        select(AuditEvent.at, AuditEvent.kind, AuditEvent.actor, AuditEvent.person_id, AuditEvent.membership_id,
               AuditEvent.subject_kind, AuditEvent.detail)
        .where(AuditEvent.patient_id == patient_id, AuditEvent.kind.in_(TOLD))
        .order_by(AuditEvent.at, AuditEvent.id)
        .limit(most)
    ).all()  # fmt: skip
    people = staff_names(session, {event.person_id for event in events})
    touched = [(event, set(filter(None, event.detail.get("tables") or [event.subject_kind]))) for event in events]
    return [
        {
            "at": event.at.isoformat(),
            "what": event.kind,
            "who": people.get(event.person_id, event.actor),
            "by": "person" if event.person_id else "link" if event.actor == ScopeKind.LINK else "program",
            "tables": sorted(tables - UNTOLD),
        }
        for event, tables in touched
        if event.detail.get("purpose") != Purpose.LEGAL
        and event.subject_kind not in UNTOLD
        and (tables - UNTOLD or not tables)
    ]


def staff_names(session: ScopedSession, person_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return "name (role)" of each person; of several roles all of them, in the reader's language."""
    wanted = sorted(person_id for person_id in set(person_ids) if person_id is not None)
    roles: dict[UUID, list[str]] = {}
    found = select(Membership.person_id, Membership.role).where(Membership.person_id.in_(wanted))
    for person_id, role in session.execute(found.order_by(Membership.created_at, Membership.id)):
        roles.setdefault(person_id, []).append(role_name(Role(role)))
    names = select(Person.id, Person.name).where(Person.id.in_(wanted)).order_by(Person.id)
    return {
        person_id: f"{name} ({', '.join(dict.fromkeys(roles[person_id]))})" if person_id in roles else name
        for person_id, name in session.execute(names)
    }
