"""Who was read in a request, as the audit tells."""

from collections import Counter

from sqlalchemy import select

from referral.audit.models import AuditEvent, AuditKind
from referral.kit.scope import job_scope
from tests.access.world import World


def reads_of(world: World, request_id: str) -> Counter[str]:
    """Return patient (id in hexadecimal) to how many READ rows the request wrote."""
    found = select(AuditEvent.patient_id).where(
        AuditEvent.request_id == request_id, AuditEvent.kind == AuditKind.READ, AuditEvent.patient_id.is_not(None)
    )
    with world.database.reading(job_scope("tests")) as session:
        return Counter(patient_id.hex for patient_id in session.scalars(found) if patient_id)
