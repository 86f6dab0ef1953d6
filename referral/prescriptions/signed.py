"""The page of a prescription once it is signed: what was prescribed, the undo, and what goes when that is too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, url_for
from sqlalchemy import func, select

from referral.accounts.principal import current_person
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.proxies import hidden_domains_of
from referral.patients.queries import display_name, patient_by_id
from referral.prescriptions.models import Prescription
from referral.prescriptions.policies import PrescriptionPermission
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.pages import referral_rows
from referral.referrals.queries import referrals_of_prescription
from referral.referrals.states import REFERRAL_MACHINE, ReferralState, Urgency
from referral.screening.words import place_label

#: Where nothing has left yet.
_BEFORE = (ReferralState.DRAFT, ReferralState.HELD)

#: Where a step on the referral's own page takes it back: what is held leaves while the page is looked at.
_TAKEN_BACK_BY_HAND = frozenset(REFERRAL_MACHINE.live_states()) - {ReferralState.DRAFT}


@dataclass(frozen=True)
class StillBack:
    """A referral that has left and can still be recalled, cancelled or withdrawn on its own page."""

    url: str
    service: str


def signed_page(prescription: Prescription, *, too_late: bool = False) -> str:
    """Return the page. `too_late`: an undo was pressed after it had left."""
    session = request_session()
    referrals = referrals_of_prescription(session, prescription.id)
    held = [row for row in referrals if row.state == ReferralState.HELD and row.undo_until]
    until = min((row.undo_until for row in held if row.undo_until), default=None)
    patient = patient_by_id(session, prescription.patient_id)
    hidden = hidden_domains_of(session, prescription.patient_id)
    signs = current_person().allows(PrescriptionPermission.SIGN)
    return render_template(
        "prescriptions/show.html",
        prescription=prescription,
        patient=patient,
        patient_name=display_name(patient) if patient else "",
        rows=referral_rows(session, referrals),
        undo_seconds=(until - clock.now()).total_seconds() if until else None,
        undo_until=until,
        urgent=any(row.urgency == Urgency.TODAY for row in referrals),
        may_undo=bool(held) and signs,
        has_sensitive=any(row.domain in hidden for row in referrals),
        taken_back=bool(referrals) and all(row.state == ReferralState.DRAFT for row in referrals),
        may_prescribe=signs,
        too_late=too_late,
        left_at=_left_at(session, referrals),
        still_back=[_still_back(row) for row in referrals if row.state in _TAKEN_BACK_BY_HAND],
    )


def _still_back(referral: Referral) -> StillBack:
    name = place_label(referral.domain, referral.service_facts.get("service_name"))
    return StillBack(url_for("referrals.show", referral_id=referral.id), name)


def _left_at(session: ScopedSession, referrals: Sequence[Referral]) -> datetime | None:
    """Return when the first of them left; None as long as none has."""
    if all(row.state in _BEFORE for row in referrals):
        return None
    ids = [row.id for row in referrals]
    left = select(func.min(ReferralMove.at)).where(
        ReferralMove.referral_id.in_(ids), ReferralMove.from_state == ReferralState.HELD
    )
    return session.scalar(left.where(ReferralMove.to_state != ReferralState.DRAFT))
