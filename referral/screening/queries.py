"""Questions about needs and screenings of a patient."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import aliased

from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import records_of_person
from referral.screening.instruments import ASKED_ALONE
from referral.screening.models import Answer, Need, Screening
from referral.screening.states import NeedStatus, WantsHelp

#: A need in one of these is not made a second time.
LIVE = (NeedStatus.UNCONFIRMED, NeedStatus.OPEN, NeedStatus.PARTLY)

#: A need is over only when the person says so: one that nobody confirmed, or of which nobody knows, still counts.
OVER = (NeedStatus.MET, NeedStatus.GONE)


def needs_of(session: ScopedSession, patient_id: UUID) -> Sequence[Need]:
    """Return the patient's needs, oldest first."""
    needs = select(Need).where(Need.patient_id == patient_id)
    return session.scalars(needs.order_by(Need.created_at, Need.id)).all()


def wanted_needs(session: ScopedSession, patient_id: UUID) -> Sequence[Need]:
    """Return the needs to prescribe for: confirmed with the patient, open, help wanted. Oldest first."""
    needs = select(Need).where(
        Need.patient_id == patient_id,
        Need.status == NeedStatus.OPEN,
        Need.wants_help == WantsHelp.YES,
        Need.confirmed_at.is_not(None),
    )
    return session.scalars(needs.order_by(Need.created_at, Need.id)).all()


def need_by_id(session: ScopedSession, need_id: UUID) -> Need | None:
    """Return the need, or None when absent or not theirs."""
    return session.scalar(select(Need).where(Need.id == need_id))


def live_need(session: ScopedSession, patient_id: UUID, domain: str) -> Need | None:
    """Return the patient's newest need of the domain that still stands, or None."""
    needs = select(Need).where(Need.patient_id == patient_id, Need.domain == domain, Need.status.in_(LIVE))
    return session.scalar(needs.order_by(Need.created_at.desc(), Need.id.desc()).limit(1))


def safety_concern_stands(session: ScopedSession, patient_id: UUID) -> bool:
    """Return True while a concern for the person's safety stands, on whichever of their records it was written."""
    with session.widened("safety concern"):
        stands = exists().where(
            Need.patient_id.in_({patient_id, *records_of_person(session, patient_id)}),
            Need.domain.in_(ASKED_ALONE),
            Need.status.not_in(OVER),
        )
        return bool(session.scalar(select(stands)))


def safety_concerns_among(
    session: ScopedSession, patient_ids: Iterable[UUID], *, over_too: bool = False
) -> dict[UUID, tuple[bool, datetime]]:
    """Return patient id to (a concern for their safety stands, when the newest was written down).

    On whichever of a person's records it was written. Left out: people without one. `over_too`: also people whose
    concerns are all over.
    """
    asked, person = aliased(Patient), func.coalesce(Patient.merged_into_id, Patient.id)
    stands = func.max(case((Need.status.not_in(OVER), 1), else_=0))
    found = (
        select(asked.id, stands, func.max(Need.created_at))
        .join(Patient, person == func.coalesce(asked.merged_into_id, asked.id))
        .join(Need, Need.patient_id == Patient.id)
        .where(asked.id.in_(list(patient_ids)), Need.domain.in_(ASKED_ALONE))
        .group_by(asked.id)
    )
    with session.widened("safety concern"):
        rows = session.execute(found.order_by(asked.id)).all()
    return {row[0]: (bool(row[1]), row[2]) for row in rows if row[1] or over_too}


def screenings_of(session: ScopedSession, patient_id: UUID) -> Sequence[Screening]:
    """Return the patient's screenings, newest first."""
    screenings = select(Screening).where(Screening.patient_id == patient_id)
    return session.scalars(screenings.order_by(Screening.completed_at.desc(), Screening.id.desc())).all()


def screening_by_id(session: ScopedSession, patient_id: UUID, screening_id: UUID) -> Screening | None:
    """Return the patient's screening, or None when absent or not theirs."""
    return session.scalar(select(Screening).where(Screening.id == screening_id, Screening.patient_id == patient_id))


def answers_of(session: ScopedSession, screening_id: UUID) -> dict[str, str]:
    """Return link id to value of one filling; what was skipped is absent."""
    answers = select(Answer).where(Answer.screening_id == screening_id).order_by(Answer.item)
    return {answer.item: answer.value or "" for answer in session.scalars(answers)}
