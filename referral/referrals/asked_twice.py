"""Two records that turn out to be one person: what organizations are asked for both, and taking a double back."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit.scope import ScopedSession
from referral.patients.hooks import SentRequest
from referral.referrals.actions import move
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral
from referral.referrals.pages import referral_rows
from referral.referrals.states import LIVE_SENT_STATES, Mode, RecallReason, ReferralEvent


def sent_requests(session: ScopedSession, patient_ids: Collection[UUID]) -> list[SentRequest]:
    """Return what organizations are asked now, or have taken on, for these records, oldest first.

    Fills patients.hooks.sent_requests.
    """
    asked = Referral.mode == Mode.SENT, Referral.state.in_(LIVE_SENT_STATES), Referral.erased_at.is_(None)
    found = select(Referral).where(Referral.patient_id.in_(sorted(patient_ids)), *asked)
    referrals = session.scalars(found.order_by(Referral.created_at, Referral.id)).all()
    return [
        SentRequest(
            id=referral.id,
            patient_id=referral.patient_id,
            organization_id=referral.organization_id,
            domain=referral.domain,
            need=row.need,
            place=row.service,
            state_label=row.state_label,
            since=row.since,
        )
        for referral, row in zip(referrals, referral_rows(session, referrals), strict=True)
    ]


def take_back_doubles(session: ScopedSession, referral_ids: Collection[UUID], by: UUID) -> None:
    """Cancel these requests, because the person has another one for the same need; who was asked is told to stop.

    Fills patients.hooks.take_back_doubles. Raises as `move`. Flushes.
    """
    actor = Actor(ActorKind.MEMBERSHIP, by, names_of(session, {by}).get(by))
    found = select(Referral).where(Referral.id.in_(sorted(referral_ids))).order_by(Referral.id)
    for referral in session.scalars(found).all():
        move(session, referral, ReferralEvent.CANCEL, actor, reason=RecallReason.TWICE)
