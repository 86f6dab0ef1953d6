"""The other places that can be chosen now, of several requests of one patient at once: read together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.referrals import hooks
from referral.referrals.choices import standing_choices
from referral.referrals.matching import PatientWishes, best_of_needs, usual_first, wishes_for
from referral.referrals.models import Referral
from referral.referrals.reason_words import ReasonLine, reason_lines
from referral.referrals.refusals import Refusals, refusals_of
from referral.referrals.rerouting_models import LeftOut, RerouteAlternative
from referral.referrals.room import without_room
from referral.referrals.states import LIVE_SENT_STATES, Mode, ReferralState
from referral.screening.models import Need
from referral.screening.queries import OVER
from resources_directory.privacy import hidden_services, sensitive_services
from resources_directory.service_hit import ServiceHit

#: How many other places are offered.
OFFERED = 2

#: After these, another place is looked for.
SEARCHED = (ReferralState.DECLINED, ReferralState.EXPIRED)
_NEVER_TRIED = (ReferralState.DRAFT, ReferralState.ENTERED_IN_ERROR)


@dataclass(frozen=True)
class Alternative:
    """Another place for the need of a referral that came to nothing. `rank`: 1 fits best. `reasons`: in words.

    `hit`: the service as it is listed now. `staff_only`: never shown to the patient by a page or a text.
    """

    id: UUID
    referral_id: UUID
    rank: int
    service_id: UUID
    hit: ServiceHit
    reasons: list[ReasonLine]
    offered_at: datetime
    chosen_at: datetime | None = None
    staff_only: bool = False


def alternatives_for(session: ScopedSession, referral: Referral, *, now: datetime) -> list[Alternative]:
    """Return the other places of one request, as `alternatives_of` does."""
    return alternatives_of(session, [referral], now=now).get(referral.id, [])


def alternatives_of(
    session: ScopedSession, referrals: Iterable[Referral], *, now: datetime
) -> dict[UUID, list[Alternative]]:
    """Return referral id to the other places that can be chosen now: one that was chosen, then those that fit best.

    The same search as when something is prescribed, as listed `now`, in the order of refusals.py; once for each kind of
    need, however many requests there are. Left out are referrals that have none: none were looked for, or `may_choose`
    says no. All are of one patient. The patient's page shows only `for_the_patient`.
    """
    searched = [row for row in referrals if row.state in SEARCHED]
    kept = _kept(session, searched)
    waiting = choosable(session, [row for row in searched if row.id in kept])
    if not waiting:
        return {}
    patient = session.get_one(Patient, waiting[0].patient_id)
    wishes = wishes_for(session, patient, now=now)
    found = best_of_needs(session, sorted({row.domain for row in waiting}), wishes, now=now)
    usual = hooks.usual_services(session, patient.clinic_id)
    hits = {need: usual_first(of_need, usual, now=now) for need, of_need in found.items()}
    full = without_room(session, [hit for of_need in hits.values() for hit in of_need], now=now)
    wanted = standing_choices(session, {row.need_id for row in waiting})
    refusals, tried = refusals_of(session, waiting, now=now), tried_for(session, waiting)
    alternatives = {}
    for row in waiting:
        said_no = refusals[row.need_id]
        left_out = why_left_out(hits[row.domain], tried[row.id] - said_no.room_again, wishes=wishes, full=full)
        free = said_no.in_order(free_places(hits[row.domain], left_out))
        chosen = {each.service_id: each.at for each in wanted.get(row.need_id, ())}
        alternatives[row.id] = _chosen_first(kept[row.id], free, said_no, chosen)
    return alternatives


def for_the_patient(session: ScopedSession, found: Sequence[Alternative]) -> list[Alternative]:
    """Return those that a page may show: none for staff alone, and none whose name tells of a need without traces."""
    shown = [each for each in found if not each.staff_only]
    ids = {each.service_id for each in shown}
    unsaid = hidden_services(session, ids) | sensitive_services(session, ids)
    return [each for each in shown if each.service_id not in unsaid]


def choosable(session: ScopedSession, referrals: Sequence[Referral]) -> list[Referral]:
    """Return those whose stead another place can take: they came to nothing, and no other was asked since."""
    searched = [row for row in referrals if row.state in SEARCHED]
    needs = {row.need_id for row in searched}
    if not needs:
        return []
    asked = select(Referral.need_id).where(
        Referral.need_id.in_(sorted(needs)), Referral.mode == Mode.SENT, Referral.state.in_(LIVE_SENT_STATES)
    )
    over = select(Need.id).where(Need.id.in_(sorted(needs)), Need.status.in_(OVER))
    settled = {*session.scalars(asked), *session.scalars(over)}
    return [row for row in searched if row.need_id not in settled]


def tried_for(session: ScopedSession, referrals: Sequence[Referral]) -> dict[UUID, frozenset[UUID]]:
    """Return referral id to the services that were tried for its need, its own among them."""
    needs = {row.need_id for row in referrals}
    asked = select(Referral.need_id, Referral.service_id).where(
        Referral.need_id.in_(sorted(needs)), Referral.state.not_in(_NEVER_TRIED)
    )
    pairs = session.execute(asked).all()
    return {
        row.id: frozenset({row.service_id, *(service_id for need_id, service_id in pairs if need_id == row.need_id)})
        for row in referrals
    }


def why_left_out(
    found: Sequence[ServiceHit], tried: Collection[UUID], *, wishes: PatientWishes, full: Collection[UUID]
) -> dict[UUID, LeftOut]:
    """Return service to why it is not offered; the first reason that holds."""
    reasons = {}
    for hit in found:
        if hit.service_id in tried:
            reasons[hit.service_id] = LeftOut.TRIED
        elif wishes.bars(hit):
            reasons[hit.service_id] = LeftOut.BARRED
        elif hit.confidential:
            reasons[hit.service_id] = LeftOut.CONFIDENTIAL
        elif hit.service_id in full:
            reasons[hit.service_id] = LeftOut.NO_ROOM
    return reasons


def free_places(found: Iterable[ServiceHit], reasons: Collection[UUID]) -> list[ServiceHit]:
    """Return the places that are not left out, in their order."""
    return [hit for hit in found if hit.service_id not in reasons]


def _kept(session: ScopedSession, referrals: Sequence[Referral]) -> dict[UUID, dict[UUID, RerouteAlternative]]:
    """Return referral id to what was found and kept for it, by service."""
    ids = sorted(row.id for row in referrals)
    found = select(RerouteAlternative).where(RerouteAlternative.referral_id.in_(ids))
    kept: dict[UUID, dict[UUID, RerouteAlternative]] = {}
    for row in session.scalars(found.order_by(RerouteAlternative.rank, RerouteAlternative.id)) if ids else ():
        kept.setdefault(row.referral_id, {})[row.service_id] = row
    return kept


def _chosen_first(
    kept: Mapping[UUID, RerouteAlternative],
    free: Sequence[ServiceHit],
    refusals: Refusals,
    chosen_at: Mapping[UUID, datetime],
) -> list[Alternative]:
    """Return what is offered of the free places. `chosen_at`: service to when it was chosen for the need."""
    chosen = [hit for hit in free if hit.service_id in chosen_at]
    best = [*chosen, *(hit for hit in free if hit not in chosen)][: max(OFFERED, len(chosen))]
    any_row = next(iter(kept.values()))
    found = [_alternative(any_row, kept.get(hit.service_id), hit, rank) for rank, hit in enumerate(best, start=1)]
    return [
        replace(
            each,
            reasons=[*refusals.reasons_for(each.hit), *each.reasons],
            chosen_at=chosen_at.get(each.service_id),
        )
        for each in found
    ]


def _alternative(looked: RerouteAlternative, row: RerouteAlternative | None, hit: ServiceHit, rank: int) -> Alternative:
    """Return a place as it is listed now. `looked`: any row of the search; `row`: its own, where it was found then."""
    return Alternative(
        id=row.id if row is not None else uuid5(looked.referral_id, hit.service_id.hex),
        referral_id=looked.referral_id,
        rank=rank,
        service_id=hit.service_id,
        hit=hit,
        reasons=reason_lines(hit.reasons),
        offered_at=looked.offered_at,
        staff_only=looked.staff_only,
    )
