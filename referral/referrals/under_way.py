"""A patient's referrals that are not over: listed when a record ends or moves, and withdrawn all at once."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, select

from referral.kit.scope import ScopedSession
from referral.patients.hooks import UnderWay
from referral.referrals.actions import withdraw
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral
from referral.referrals.pages import referral_rows
from referral.referrals.states import PATIENT_DIED, REFERRAL_MACHINE, ReferralState


def under_way(session: ScopedSession, patient_id: UUID) -> list[UnderWay]:
    """Return what is under way for a record, newest first; a signature that was undone is not.

    Fills patients.hooks.under_way.
    """
    signed = _live(patient_id).where(Referral.state != ReferralState.DRAFT)
    rows = referral_rows(session, session.scalars(signed).all())
    return [
        UnderWay(
            row.url,
            # A private matter names no place, and is not named twice.
            row.need if row.service == row.need else _("%(need)s: %(service)s", need=row.need, service=row.service),
            row.state,
            row.state_label,
        )
        for row in rows
    ]


def requests_run(session: ScopedSession, patient_id: UUID) -> bool:
    """Return True while something that was signed for a record is not over."""
    signed = _live(patient_id).where(Referral.state != ReferralState.DRAFT)
    return session.scalar(signed.with_only_columns(Referral.id).limit(1)) is not None


def withdraw_all(session: ScopedSession, patient_id: UUID, by: UUID, by_name: str) -> int:
    """Withdraw what is under way for a record, since the patient died; who was asked is told to stop, and not why.

    Fills patients.hooks.withdraw_all. Returns how many. Raises as `move`. Flushes.
    """
    live = session.scalars(_live(patient_id)).all()
    for referral in live:
        withdraw(session, referral, Actor(ActorKind.MEMBERSHIP, by, by_name), reason=PATIENT_DIED)
    return len(live)


def _live(patient_id: UUID) -> Select[Referral]:
    live = Referral.state.in_(REFERRAL_MACHINE.live_states())
    found = select(Referral).where(Referral.patient_id == patient_id, Referral.erased_at.is_(None), live)
    return found.order_by(Referral.created_at.desc(), Referral.id.desc())
