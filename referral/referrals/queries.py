"""Questions about referrals: one, a patient's, a clinic's list, history and testimonies."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select

from referral.kit.paging import Page, page_of
from referral.kit.remembering import remembered
from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral, ReferralMove, Testimony
from referral.referrals.states import LIVE_SENT_STATES, Mode, ReferralState, Side


def referral_by_id(session: ScopedSession, referral_id: UUID) -> Referral | None:
    """Return the referral, or None when absent, erased or not theirs."""
    return session.scalar(select(Referral).where(Referral.id == referral_id, Referral.erased_at.is_(None)))


def referrals_of_patient(session: ScopedSession, patient_id: UUID) -> Sequence[Referral]:
    """Return the patient's referrals, newest first."""
    found = select(Referral).where(Referral.patient_id == patient_id)
    newest_first = found.order_by(Referral.created_at.desc(), Referral.id.desc())
    return list(remembered(session, "referrals", patient_id, lambda: session.scalars(newest_first).all()))


def referrals_of_prescription(session: ScopedSession, prescription_id: UUID) -> Sequence[Referral]:
    """Return the referrals of one prescription, in the order they were written."""
    found = select(Referral).where(Referral.prescription_id == prescription_id)
    return session.scalars(found.order_by(Referral.created_at, Referral.id)).all()


def referrals_of_clinic(
    session: ScopedSession, clinic_id: UUID, *, state: ReferralState | None = None, number: int = 1
) -> Page[Referral]:
    """Return a page of the clinic's referrals, newest first; only those in `state` if given."""
    found = select(Referral).where(Referral.clinic_id == clinic_id, Referral.erased_at.is_(None))
    if state is not None:
        found = found.where(Referral.state == state)
    return page_of(session, found, number, order=(Referral.created_at.desc(), Referral.id.desc()))


def count_by_state(session: ScopedSession, clinic_id: UUID) -> dict[str, int]:
    """Return how many of the clinic's referrals stand in each state; states without any are left out."""
    counted = select(Referral.state, func.count()).where(Referral.clinic_id == clinic_id, Referral.erased_at.is_(None))
    return {row[0]: row[1] for row in session.execute(counted.group_by(Referral.state).order_by(Referral.state))}


def history_of(session: ScopedSession, referral_id: UUID) -> Sequence[ReferralMove]:
    """Return the moves of a referral, oldest first."""
    found = select(ReferralMove).where(ReferralMove.referral_id == referral_id)
    return session.scalars(found.order_by(ReferralMove.at, ReferralMove.id)).all()


def testimonies_by_side(session: ScopedSession, referral_id: UUID) -> dict[Side, list[Testimony]]:
    """Return what each side said, oldest first, as far as the session's scope reaches."""
    found = select(Testimony).where(Testimony.referral_id == referral_id).order_by(Testimony.at, Testimony.id)
    by_side: dict[Side, list[Testimony]] = {side: [] for side in Side}
    for row in session.scalars(found):
        by_side[Side(row.side)].append(row)
    return by_side


def organization_testimonies(session: ScopedSession, referral_id: UUID) -> Sequence[Testimony]:
    """Return what the organization said, oldest first: all that its own pages may show."""
    found = select(Testimony).where(Testimony.referral_id == referral_id, Testimony.side == Side.ORGANIZATION)
    return session.scalars(found.order_by(Testimony.at, Testimony.id)).all()


def told_by_organization(session: ScopedSession, referral_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of the referrals of which the organization has said what happened."""
    said = select(Testimony.referral_id).where(
        Testimony.referral_id.in_(list(referral_ids)), Testimony.side == Side.ORGANIZATION
    )
    return set(session.scalars(said.order_by(Testimony.at, Testimony.id)))


def live_referral_for(session: ScopedSession, need_id: UUID) -> Referral | None:
    """Return the referral by which an organization is asked for this need now; None where none is."""
    asked = select(Referral).where(
        Referral.need_id == need_id, Referral.mode == Mode.SENT, Referral.state.in_(LIVE_SENT_STATES)
    )
    return session.scalars(asked.order_by(Referral.created_at, Referral.id).limit(1)).first()
