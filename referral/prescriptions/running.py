"""What is under way for a patient's needs: shown beside the need, never asked for twice, withdrawn if they say so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit.scope import ScopedSession
from referral.patients.queries import records_of_person
from referral.referrals.actions import withdraw
from referral.referrals.actors import Actor
from referral.referrals.models import Referral
from referral.referrals.queries import referrals_of_patient
from referral.referrals.states import LIVE_SENT_STATES, Mode
from referral.referrals.words import state_words
from referral.screening.hooks import RunningRequest
from referral.screening.models import Need


@dataclass(frozen=True, kw_only=True)
class Running(RunningRequest):
    """A request that is under way for a need, with what another one for it is held against."""

    service_id: UUID
    mode: Mode


def running_requests(
    session: ScopedSession, patient_id: UUID, needs: Sequence[Need]
) -> dict[UUID, tuple[Running, ...]]:
    """Return need to the requests that are under way for it, newest first; needs without one are left out.

    Those for the same need on another record of the person come after its own: signing counts them too.
    Fills screening.hooks.running_requests.
    """
    own = [row for row in referrals_of_patient(session, patient_id) if row.state in LIVE_SENT_STATES]
    others = _of_other_records(session, patient_id)
    names = names_of(session, {row.signed_by for row in (*own, *others)}) if own or others else {}
    found: dict[UUID, list[Running]] = {}
    for row in own:
        found.setdefault(row.need_id, []).append(_running(row, names.get(row.signed_by) or ""))
    for need in needs:
        for row in others:
            if row.domain == need.domain:
                running = replace(_running(row, names.get(row.signed_by) or ""), elsewhere=True)
                found.setdefault(need.id, []).append(running)
    return {need_id: tuple(rows) for need_id, rows in found.items()}


def in_the_way(service_id: UUID, mode: Mode, running: Sequence[Running]) -> Running | None:
    """Return what keeps a service from being signed for a need (referrals/signing.py), or None."""
    for each in running:
        if each.service_id == service_id or (each.mode is Mode.SENT and mode is Mode.SENT):
            return each
    return None


def withdraw_running(session: ScopedSession, need_id: UUID, referral_ids: Collection[UUID], *, by: Actor) -> int:
    """Withdraw those of the requests for a need that are still under way, because the patient says so.

    Returns how many. Whoever was asked is told to stop. Raises as `move`. Flushes.
    """
    if not referral_ids:
        return 0
    need = session.get_one(Need, need_id)
    of_person = Referral.patient_id.in_(records_of_person(session, need.patient_id)) & (Referral.domain == need.domain)
    live = select(Referral).where(of_person, Referral.id.in_(list(referral_ids)), Referral.state.in_(LIVE_SENT_STATES))
    rows = session.scalars(live.order_by(Referral.id)).all()
    for row in rows:
        withdraw(session, row, by)
    return len(rows)


def _of_other_records(session: ScopedSession, patient_id: UUID) -> Sequence[Referral]:
    records = [each for each in records_of_person(session, patient_id) if each != patient_id]
    if not records:
        return []
    found = select(Referral).where(
        Referral.patient_id.in_(records), Referral.state.in_(LIVE_SENT_STATES), Referral.erased_at.is_(None)
    )
    return session.scalars(found.order_by(Referral.created_at.desc(), Referral.id.desc())).all()


def _running(row: Referral, by: str) -> Running:
    return Running(
        referral_id=row.id,
        service_id=row.service_id,
        service=str(row.service_facts.get("service_name") or ""),
        mode=Mode(row.mode),
        state=row.state,
        state_label=str(state_words(row)),
        by=by,
        signed_at=row.signed_at or row.created_at,
    )
