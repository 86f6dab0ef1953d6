"""Questions about needs and screenings of a patient."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.screening.models import Answer, Need, Screening
from referral.screening.states import NeedStatus, WantsHelp

#: A need in one of these is not made a second time.
LIVE = (NeedStatus.UNCONFIRMED, NeedStatus.OPEN, NeedStatus.PARTLY)


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
