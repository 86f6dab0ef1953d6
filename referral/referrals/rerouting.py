"""Other places after a decline or an expiry: two are found, ranked and kept; the patient chooses, and then consents.

Finding a place shares nothing: a new referral with its own consent and signature does. Where a safety concern stands or
the need is sensitive, nothing is found by itself; staff may look, and what they find is shown to staff alone.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError

from referral.kit import clock
from referral.kit.errors import Conflict, Denied
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.referrals import hooks
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.alternatives import OFFERED, Alternative, choosable, free_places, tried_for, why_left_out
from referral.referrals.choices import lock_need, standing_choices, take_back, tell_of_choices
from referral.referrals.matching import PatientWishes, fitting_services, usual_first, wishes_for
from referral.referrals.models import Referral
from referral.referrals.refusals import refusals_of
from referral.referrals.rerouting_models import LeftOut, RerouteAlternative
from referral.referrals.room import without_room
from referral.screening.queries import safety_concern_stands
from resources_directory.needs import SENSITIVE
from resources_directory.service_hit import ServiceHit

#: How many places that fit better are told as left out.
TOLD = 4


def look_elsewhere(session: ScopedSession, referral: Referral, *, now: datetime, asked_by_staff: bool = False) -> None:
    """Find and keep two other places, once for a referral, and those left out that fit better. Flushes.

    By itself only where `may_offer_by_itself`; `asked_by_staff` looks whatever the need is.
    """
    if not asked_by_staff and not may_offer_by_itself(session, referral):
        return
    if session.scalar(_looked(referral)):
        return
    found, reasons = _found(session, referral, now=now)
    said_no = refusals_of(session, [referral], now=now)[referral.need_id]
    offered = said_no.in_order(free_places(found, reasons))[:OFFERED]
    before = max(map(found.index, offered)) if len(offered) == OFFERED else len(found)
    told = [hit for hit in found[:before] if hit.service_id in reasons][:TOLD]
    ranks = {hit.service_id: rank for rank, hit in enumerate(offered, start=1)}
    for hit in (*told, *offered):
        rank, left_out = ranks.get(hit.service_id), reasons.get(hit.service_id)
        session.add(_row(referral, hit, rank, left_out, now=now, staff_only=asked_by_staff))
    session.flush()


def look_for_staff(session: ScopedSession, referral: Referral) -> None:
    """Find other places because staff ask, whatever the need is; two at once find them once. Raises Conflict."""
    if not may_choose(session, referral):
        raise Conflict(_l("Another place was asked meanwhile. Look at the newest request for this need."))
    try:
        with session.begin_nested():
            look_elsewhere(session, referral, now=clock.now(), asked_by_staff=True)
    except IntegrityError:
        if not session.scalar(_looked(referral)):
            raise


def may_offer_by_itself(session: ScopedSession, referral: Referral) -> bool:
    """Return True if other places may be found and offered without staff: no sensitive need, no safety concern."""
    return referral.domain not in SENSITIVE and not safety_concern_stands(session, referral.patient_id)


def places_instead(session: ScopedSession, referral: Referral, *, now: datetime) -> list[ServiceHit]:
    """Return up to two other places that fit now, the best first; nothing is kept.

    For a referral that did not help, or was taken back: none were looked for then. Empty where none are looked for by
    themselves.
    """
    if not may_offer_by_itself(session, referral):
        return []
    wishes = wishes_for(session, session.get_one(Patient, referral.patient_id), now=now)
    said_no = refusals_of(session, [referral], now=now)[referral.need_id]
    found = said_no.in_order(fitting_services(session, referral.domain, wishes, now=now))
    reasons = _left_out(session, referral, found, wishes=wishes, now=now)
    return free_places(found, reasons)[:OFFERED]


def left_out_of(session: ScopedSession, referral_id: UUID) -> Sequence[RerouteAlternative]:
    """Return the places that fit and were not offered, each with its reason, in the order in which they fit."""
    found = select(RerouteAlternative).where(
        RerouteAlternative.referral_id == referral_id, RerouteAlternative.left_out.is_not(None)
    )
    return session.scalars(found.order_by(RerouteAlternative.offered_at, RerouteAlternative.id)).all()


def choose_alternative(session: ScopedSession, alternative: Alternative, *, actor: Actor) -> None:
    """Note that the patient wants this place, and tell whoever takes consent and signs. Shares nothing. Flushes.

    Chosen twice, it is one wish. Raises Denied when the patient's page asks for a place that is for staff alone,
    Conflict when another place was asked meanwhile.
    """
    if alternative.staff_only and actor.kind not in (ActorKind.MEMBERSHIP, ActorKind.PHONE):
        raise Denied
    with session.widened("other place chosen"):
        referral = session.get_one(Referral, alternative.referral_id)
        if not may_choose(session, referral):
            raise Conflict(_l("Another place was asked meanwhile. Look at the newest request for this need."))
        lock_need(session, referral)
        _keep(session, referral, alternative)
        standing = standing_choices(session, [referral.need_id]).get(referral.need_id, [])
        if all(each.service_id != alternative.service_id for each in standing):
            _note_choice(session, referral.id, alternative.service_id, actor, anew=True)
            tell_of_choices(session, referral)


def give_up_choice(session: ScopedSession, alternative: Alternative) -> None:
    """Forget that the patient wants this place, as they say; twice changes nothing. Flushes.

    Raises Conflict when another place was asked meanwhile.
    """
    with session.widened("other place chosen"):
        referral = session.get_one(Referral, alternative.referral_id)
        if not may_choose(session, referral):
            raise Conflict(_l("Another place was asked meanwhile. Look at the newest request for this need."))
        lock_need(session, referral)
        take_back(session, referral, alternative.service_id)


def note_signature(session: ScopedSession, referral: Referral, actor: Actor) -> None:
    """Take a signature for a place that was offered after the referral it follows as the choice of that place."""
    if referral.follows_id is not None:
        _note_choice(session, referral.follows_id, referral.service_id, actor)


def prefill_for(referral: Referral, service_id: UUID | None) -> str:
    """Return the address of the prescribing page with need and service chosen; the new referral follows by itself.

    Without a service only the need is chosen.
    """
    return url_for("prescriptions.prescribe", patient_id=referral.patient_id, need=referral.need_id, service=service_id)


def may_choose(session: ScopedSession, referral: Referral) -> bool:
    """Return True while another place can take the referral's stead: it came to nothing, and none was asked since."""
    return bool(choosable(session, [referral]))


def _note_choice(
    session: ScopedSession, referral_id: UUID, service_id: UUID, actor: Actor, *, anew: bool = False
) -> None:
    """Write down the choice unless one was made before: a guarded update. `anew`: the earlier one is used up."""
    session.execute(
        update(RerouteAlternative)
        .where(
            RerouteAlternative.referral_id == referral_id,
            RerouteAlternative.service_id == service_id,
            RerouteAlternative.rank.is_not(None),
            *([] if anew else [RerouteAlternative.chosen_at.is_(None)]),
        )
        .values(chosen_at=clock.now(), chosen_by_kind=actor.kind, chosen_by=actor.person_id)
        .execution_options(synchronize_session="fetch")
    )


def _keep(session: ScopedSession, referral: Referral, alternative: Alternative) -> None:
    """Keep a place that fits since places were looked for, or that has room again, among those that are offered."""
    known = select(RerouteAlternative).where(
        RerouteAlternative.referral_id == referral.id, RerouteAlternative.service_id == alternative.service_id
    )
    row = session.scalar(known)
    if row is not None:
        row.rank, row.left_out = row.rank or alternative.rank, None
        session.flush()
        return
    rank, staff_only = alternative.rank, alternative.staff_only
    try:
        with session.begin_nested():
            session.add(_row(referral, alternative.hit, rank, None, now=clock.now(), staff_only=staff_only))
    except IntegrityError:  # chosen by somebody else at this very moment
        if session.scalar(known) is None:
            raise


def _found(
    session: ScopedSession, referral: Referral, *, now: datetime
) -> tuple[list[ServiceHit], dict[UUID, LeftOut]]:
    """Return what fits, in the order in which it is offered when prescribing, and why some of it is not offered."""
    patient = session.get_one(Patient, referral.patient_id)
    wishes = wishes_for(session, patient, now=now)
    fitting = fitting_services(session, referral.domain, wishes, now=now)
    found = usual_first(fitting, hooks.usual_services(session, referral.clinic_id), now=now)
    return found, _left_out(session, referral, found, wishes=wishes, now=now)


def _left_out(
    session: ScopedSession, referral: Referral, found: Sequence[ServiceHit], *, wishes: PatientWishes, now: datetime
) -> dict[UUID, LeftOut]:
    """Return service to why it is not offered; the first reason that holds."""
    again = refusals_of(session, [referral], now=now)[referral.need_id].room_again
    tried = tried_for(session, [referral])[referral.id] - again
    return why_left_out(found, tried, wishes=wishes, full=without_room(session, found, now=now))


def _row(
    referral: Referral, hit: ServiceHit, rank: int | None, left_out: LeftOut | None, *, now: datetime, staff_only: bool
) -> RerouteAlternative:
    row = RerouteAlternative(
        clinic_id=referral.clinic_id,
        patient_id=referral.patient_id,
        referral_id=referral.id,
        rank=rank,
        left_out=left_out,
        service_id=hit.service_id,
        organization_id=hit.organization_id,
        staff_only=staff_only,
        offered_at=now,
    )
    row.facts = {
        "service_name": hit.service_name,
        "organization_name": hit.organization_name,
        "distance_km": hit.distance_km,
        "reasons": [str(reason.code) for reason in hit.reasons],
        "room_said_at": hit.capacity.updated.isoformat() if hit.capacity else None,
    }
    return row


def _looked(referral: Referral) -> Select[UUID]:
    return select(RerouteAlternative.id).where(RerouteAlternative.referral_id == referral.id).limit(1)
