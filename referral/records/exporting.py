"""A copy of a whole record leaves the clinic, audited with its purpose. kit/limits.py bounds how often."""

from uuid import UUID

from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.records.gathering import WholeRecord, gather
from referral.records.words import Format, Purpose


def export_record(
    session: ScopedSession, patient: Patient, *, export_id: UUID, purpose: Purpose, words: str,
    kind: Format, private: bool,
) -> WholeRecord:  # fmt: skip
    """Return the whole record, after writing down who takes it along, why and how.

    The audit event is in the caller's transaction: when it cannot be stored, nothing leaves.
    """
    whole = gather(session, patient, private=private)
    about = {"clinic_id": patient.clinic_id, "patient_id": patient.id}
    detail = {"purpose": str(purpose), "format": str(kind), "private": private}
    record(session, AuditKind.EXPORTED, words, subject_kind="record", subject_id=export_id, detail=detail, **about)
    return whole
