"""Other places on the patient's own page: those that they may choose after a refusal or silence, with the reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.plan.entering import LABEL
from referral.referrals.alternatives import Alternative, alternatives_of, for_the_patient
from referral.referrals.models import Referral


@dataclass(frozen=True)
class Elsewhere:
    """Another place that the patient can choose. `chosen`: they did already. `reasons`: in words."""

    id: UUID
    service: str
    organization: str
    address: str | None
    reasons: tuple[str, ...]
    chosen: bool


def elsewhere_of(session: ScopedSession, referrals: Iterable[Referral]) -> dict[UUID, tuple[Elsewhere, ...]]:
    """Return referral id to the other places that the patient may choose, the best first; those without are left out.

    The number of statements does not grow with the number of referrals.
    """
    found: dict[UUID, tuple[Elsewhere, ...]] = {}
    for each in places_elsewhere(session, referrals):
        found[each.referral_id] = (*found.get(each.referral_id, ()), _elsewhere(each))
    return found


def places_elsewhere(session: ScopedSession, referrals: Iterable[Referral]) -> list[Alternative]:
    """Return the other places that the page may offer, the best of each referral first: none for staff alone or barred.

    Looks at all records of the person: whom they barred on one that was merged is not offered either. A place whose
    name alone tells of a need that leaves no trace is offered by people, not by the page.
    """
    with session.widened(LABEL):
        found = alternatives_of(session, referrals, now=clock.now())
    return for_the_patient(session, [each for of_one in found.values() for each in of_one])


def _elsewhere(each: Alternative) -> Elsewhere:
    return Elsewhere(
        id=each.id,
        service=each.hit.service_name,
        organization=each.hit.organization_name,
        address=None if each.hit.private else each.hit.place,
        reasons=tuple(reason.text for reason in each.reasons),
        chosen=each.chosen_at is not None,
    )
