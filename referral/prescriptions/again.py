"""Prescribing again after a signature was taken back: the form as it was signed, without the agreement."""

import json
from dataclasses import dataclass
from uuid import UUID

from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.states import SharedField
from referral.patients.told_facts import TOLD_FACTS
from referral.prescriptions.queries import prescription_by_id
from referral.referrals.models import Referral
from referral.referrals.queries import referrals_of_prescription
from referral.referrals.states import Mode, ReferralState, Urgency
from referral.screening.states import WantsHelp

#: Shared fields that are no tick among the others of a line.
_NO_TICKS = (*TOLD_FACTS, SharedField.NEED, SharedField.NOTE, SharedField.TESTIMONY)


@dataclass(frozen=True)
class Again:
    """What was signed and taken back: need to service, and need to what its line of the form held."""

    services: dict[UUID, UUID]
    lines: dict[UUID, dict[str, object]]
    urgency: Urgency


def taken_back(session: ScopedSession, prescription_id: UUID | None, patient: Patient) -> Again | None:
    """Return what to fill the form with; None unless the prescription is this patient's and was taken back."""
    prescription = prescription_by_id(session, prescription_id) if prescription_id else None
    if prescription is None or prescription.patient_id != patient.id:
        return None
    drafts = [row for row in referrals_of_prescription(session, prescription.id) if row.state == ReferralState.DRAFT]
    if not drafts:
        return None
    return Again(
        services={row.need_id: row.service_id for row in drafts},
        lines={row.need_id: _line(row) for row in drafts},
        urgency=Urgency(drafts[0].urgency),
    )


def _line(row: Referral) -> dict[str, object]:
    snapshot: dict[str, str] = json.loads(row.snapshot or "{}")
    told = {str(name): snapshot[name] for name in TOLD_FACTS if name in snapshot}
    ticked = [name for name in row.shared_fields if name not in _NO_TICKS]
    sent = row.mode == Mode.SENT
    return {
        "answer": WantsHelp.YES,
        "service": str(row.service_id),
        "mode": row.mode,
        "note": row.note,
        "fields_shared": ticked if sent else [],
        "offered_for": str(row.service_id) if sent else "",
        "hears_back": SharedField.TESTIMONY in row.shared_fields,
        **told,
    }
