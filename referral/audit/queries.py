"""How far the events of a clinic are sealed, for pages that show it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.engine import Row

from referral.audit.heads import last_head_times
from referral.audit.models import AuditEvent, AuditKind
from referral.audit.seal_models import NO_CLINIC, AuditSeal
from referral.audit.sealing import LOOK_BACK, before_newest
from referral.kit.scope import ScopedSession


@dataclass(frozen=True)
class ChainState:
    """How far a chain is sealed. `number`: how many events; `sealed_at`, `head_at`: machine time, None: never yet."""

    number: int
    sealed_at: datetime | None
    waiting: int
    head_at: datetime | None


def chain_state(session: ScopedSession, clinic_id: UUID | None) -> ChainState:
    """Return how far the events of a clinic are sealed; None: those that concern no clinic (a job's scope sees them).

    `head_at` is read from the file of heads in its second place.
    """
    chain = clinic_id or NO_CLINIC
    ends = select(AuditSeal.number, AuditSeal.sealed_at, AuditSeal.event_id).where(AuditSeal.chain == chain)
    last = session.execute(ends.order_by(AuditSeal.number.desc()).limit(1)).first()
    number, sealed_at, event_id = last or (0, None, None)
    unsealed = select(func.count(AuditEvent.id)).where(
        AuditEvent.clinic_id == clinic_id, ~exists().where(AuditSeal.event_id == AuditEvent.id)
    )
    if event_id is not None:
        unsealed = unsealed.where(AuditEvent.id >= before_newest(event_id, LOOK_BACK))
    head_at = last_head_times(session).get(chain)
    return ChainState(number, sealed_at, session.scalar(unsealed) or 0, head_at)


def events_with_seals(
    session: ScopedSession, clinic_id: UUID, *, patient_id: UUID | None = None, limit: int = 100, offset: int = 0
) -> list[Row[AuditEvent, int | None, datetime | None]]:
    """Return (event, its number in the chain, when it was sealed) of a clinic, newest first; None: not sealed yet."""
    found = (
        select(AuditEvent, AuditSeal.number, AuditSeal.sealed_at)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(AuditEvent.clinic_id == clinic_id)
    )
    if patient_id is not None:
        found = found.where(AuditEvent.patient_id == patient_id)
    ordered = found.order_by(AuditEvent.id.desc()).limit(limit).offset(offset)
    return list(session.execute(ordered))


def writes_since(session: ScopedSession, since: datetime) -> dict[UUID, UUID]:
    """Return the event of each write about a patient since `since` (story time), and the patient: ids."""
    written = AuditEvent.kind.in_((AuditKind.CREATED, AuditKind.CHANGED, AuditKind.DELETED))
    found = select(AuditEvent.id, AuditEvent.patient_id).where(
        AuditEvent.at >= since, AuditEvent.patient_id.is_not(None), written
    )
    return {event_id: patient_id for event_id, patient_id in session.execute(found) if patient_id is not None}
