"""What is offered to a patient whom nobody helps yet: other places by name, and prescribing for the need again."""

from dataclasses import dataclass
from uuid import UUID

from flask import url_for

from referral.accounts.principal import Signed
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.navigation.errands import errand_of
from referral.navigation.queries import need_of
from referral.navigation.states import Next
from referral.patients.states import ConsentMethod
from referral.referrals.alternatives import alternatives_for
from referral.referrals.models import Referral
from referral.referrals.queries import live_referral_for
from referral.referrals.reason_words import ReasonLine, reason_lines
from referral.referrals.rerouting import places_instead
from referral.referrals.states import SIGN
from referral.screening.queries import OVER
from referral.screening.words import need_label
from referral.todos.models import ToDo

#: To-dos whose page offers something to prescribe.
OFFERING = frozenset({Next.OTHER_PLACE, Next.PRESCRIBE, Next.PRESCRIBE_NEED, Next.PRESCRIBE_AGAIN})


@dataclass(frozen=True)
class Place:
    """Another place that may be offered to the patient, and where it is prescribed."""

    service_name: str
    organization_name: str
    reasons: list[ReasonLine]
    chosen: bool
    url: str


@dataclass(frozen=True)
class Offers:
    """What may be offered. `again_url`: where the need is prescribed for anew.

    `ask_url`: where it is written down whether they still want help. `still_asked`: the request still out for it.
    """

    places: list[Place]
    need: str
    again_url: str
    ask_url: str
    still_asked: Referral | None


def offers_for(session: ScopedSession, to_do: ToDo, referral: Referral | None, reader: Signed) -> Offers | None:
    """Return what the page of a to-do offers; None for one that is about something else, or whose need is over."""
    wanted = errand_of(to_do).next in OFFERING
    if to_do.done_at is not None or not reader.allows(SIGN) or not (wanted or referral is not None):
        return None
    places = _places(session, referral, look=wanted) if referral is not None else []
    need = need_of(session, to_do, referral)
    if need is None or need.status in OVER or not (wanted or places):
        return None
    return Offers(
        places=places,
        need=str(need_label(need.domain)),
        again_url=_prescribe(need.patient_id, need=need.id),
        ask_url=url_for("screening.confirm_page", need_id=need.id),
        still_asked=live_referral_for(session, need.id),
    )


def _places(session: ScopedSession, referral: Referral, *, look: bool) -> list[Place]:
    """Return the places that were found and kept for a referral; else, where `look`, those that fit now."""
    now = clock.now()
    kept = alternatives_for(session, referral, now=now)
    if kept:
        return [
            Place(
                each.hit.service_name,
                each.hit.organization_name,
                each.reasons,
                each.chosen_at is not None,
                _prescribe(referral.patient_id, need=referral.need_id, service=each.service_id),
            )
            for each in kept
        ]
    hits = places_instead(session, referral, now=now) if look else []
    return [
        Place(
            hit.service_name,
            hit.organization_name,
            reason_lines(hit.reasons),
            chosen=False,
            url=_prescribe(referral.patient_id, need=referral.need_id, service=hit.service_id),
        )
        for hit in hits
    ]


def _prescribe(patient_id: UUID, *, need: UUID, service: UUID | None = None) -> str:
    """Return the address of the prescribing page; what is offered in a call is agreed to by phone."""
    by_phone = ConsentMethod.BY_PHONE
    return url_for("prescriptions.prescribe", patient_id=patient_id, need=need, service=service, agreed=by_phone)
