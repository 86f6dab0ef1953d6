"""Two records that turn out to be one person: what organizations are asked for both, and what joining them ends."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit.scope import ScopedSession
from referral.patients.hooks import EndedRequest, SentRequest
from referral.referrals.actions import move
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.pages import referral_rows
from referral.referrals.states import (
    BARRED_ELSEWHERE,
    LIVE_SENT_STATES,
    REFERRAL_MACHINE,
    TAKEN_STATES,
    Mode,
    RecallReason,
    ReferralEvent,
    ReferralState,
)


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


def end_barred_requests(
    session: ScopedSession, patient_ids: Collection[UUID], organization_ids: Collection[UUID], by: UUID
) -> None:
    """Cancel what is or would be sent for these records to organizations that one of them bars. Raises as `move`.

    Whoever was asked is told to stop, and not why. Fills patients.hooks.end_barred_requests. Flushes.
    """
    actor = Actor(ActorKind.MEMBERSHIP, by, names_of(session, {by}).get(by))
    live = select(Referral).where(
        Referral.patient_id.in_(sorted(patient_ids)),
        Referral.organization_id.in_(sorted(organization_ids)),
        Referral.mode == Mode.SENT,
        Referral.state.in_(REFERRAL_MACHINE.live_states()),
    )
    for referral in session.scalars(live.order_by(Referral.created_at, Referral.id)).all():
        move(session, referral, ReferralEvent.CANCEL, actor, reason=BARRED_ELSEWHERE)


def ended_by_joining(
    session: ScopedSession, patient_ids: Collection[UUID], since: datetime, until: datetime | None
) -> list[EndedRequest]:
    """Return what joining records has ended for these records, oldest first. Fills patients.hooks.ended_by_joining.

    `since`, `until`: aware; None for no end.
    """
    moves = select(ReferralMove).where(
        ReferralMove.patient_id.in_(sorted(patient_ids)),
        ReferralMove.event == ReferralEvent.CANCEL,
        ReferralMove.reason.in_((RecallReason.TWICE, BARRED_ELSEWHERE)),
        ReferralMove.at >= since,
        *(() if until is None else (ReferralMove.at < until,)),
    )
    ended = {each.referral_id: each for each in session.scalars(moves.order_by(ReferralMove.at, ReferralMove.id))}
    found = select(Referral).where(Referral.id.in_(sorted(ended))).order_by(Referral.created_at, Referral.id)
    referrals = session.scalars(found).all()
    return [
        EndedRequest(
            patient_id=referral.patient_id,
            organization_id=referral.organization_id,
            need=row.need,
            place=row.service,
            was_out=ended[referral.id].from_state in (ReferralState.SENT, *TAKEN_STATES),
        )
        for referral, row in zip(referrals, referral_rows(session, referrals), strict=True)
    ]
