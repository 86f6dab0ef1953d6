"""Which services the prescribing page offers for each need: the best, the usual, safe places, what was looked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select

from referral.kit.scope import ScopedSession
from referral.prescriptions.other_needs import never_under, not_listed
from referral.prescriptions.reaching import phone_first, reachable_today
from referral.referrals.matching import (
    OFFERED,
    PatientWishes,
    best_of_needs,
    chosen_services,
    confidential_services,
    fit_then_usual,
    services_by_words,
)
from referral.referrals.tried import Tried, said_no_to
from referral.screening.models import Need
from resources_directory.models.service import ServiceNeed
from resources_directory.needs import NeedDomain
from resources_directory.ranking import is_unsure
from resources_directory.service_hit import ServiceHit

#: How many confidential places stand beside the best, and how many of those that were looked for by words.
SAFE_SHOWN, FOUND_SHOWN = 6, 6


class Group(StrEnum):
    """Why a service stands on the page; the groups stand in this order."""

    CHOSEN = "chosen"
    BEST = "best"
    USUAL = "usual"
    SAFE = "safe"
    FOUND = "found"
    OTHER = "other"


@dataclass(frozen=True)
class Asked:
    """For which needs services are looked for, when. `extra`: need to a service found elsewhere, put on top.

    `today`: only what can be reached at once. `words`: need to what somebody typed to look for another service.
    """

    needs: Sequence[Need]
    now: datetime
    extra: Mapping[UUID, UUID] = field(default_factory=dict)
    today: bool = False
    words: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """What counts for every need of the page. `usual`: the services that the clinic has starred."""

    asked: Asked
    wishes: PatientWishes
    usual: frozenset[UUID]
    tried: Sequence[Tried] = ()


@dataclass(frozen=True)
class Picked:
    """The services of one need by their group, in the order of the page; none stands in two groups.

    `last_best`: the one behind which the usual ones stand. Of what was looked for by words: names of those that stand
    above already, and how many more there are. `not_listed`: those that do not list the need.
    """

    groups: Mapping[Group, tuple[ServiceHit, ...]]
    last_best: ServiceHit | None = None
    found_above: tuple[str, ...] = ()
    more: int = 0
    not_listed: frozenset[UUID] = frozenset()

    @property
    def all(self) -> list[tuple[Group, ServiceHit]]:
        """Every service with its group."""
        return [(group, hit) for group in Group for hit in self.groups.get(group, ())]


@dataclass(frozen=True)
class _Named:
    """Services that are known by their ids: by the id asked for; and which needs the usual ones answer."""

    hits: Mapping[UUID, ServiceHit]
    usual_of: Mapping[str, Sequence[UUID]]


def picked_services(session: ScopedSession, ground: Ground) -> dict[UUID, Picked]:
    """Return each need to its services. The number of statements grows with needs and words, never with services."""
    asked = ground.asked
    found = best_of_needs(session, dict.fromkeys(need.domain for need in asked.needs), ground.wishes, now=asked.now)
    usual_of: dict[str, list[UUID]] = {}
    for need, service_id in session.execute(_needs_of(ground.usual)) if ground.usual else ():
        usual_of.setdefault(need, []).append(service_id)
    ids = {*asked.extra.values(), *(each for need in asked.needs for each in usual_of.get(need.domain, ()))}
    known = {hit.service_id: hit for hits in found.values() for hit in hits}
    missing = chosen_services(session, ids - known.keys(), ground.wishes, now=asked.now)
    named = _Named(known | missing, usual_of)
    return {need.id: _picked(session, need, found[need.domain], named, ground) for need in asked.needs}


def _picked(session: ScopedSession, need: Need, found: list[ServiceHit], named: _Named, ground: Ground) -> Picked:
    fitting = _in_order(found, need, ground)
    best = fitting[:OFFERED]
    starred = [hit for each in named.usual_of.get(need.domain, ()) if (hit := named.hits.get(each))]
    usual = _without(_in_order(starred, need, ground), best)
    safe = _without(_safe(session, need, ground), [*best, *usual])[:SAFE_SHOWN]
    above = [*best, *usual, *safe]
    looked, found_as = _looked_for(session, need, ground)
    others = _without(looked, above)
    extra = named.hits.get(ground.asked.extra.get(need.id, need.id))
    chosen = _may_stand(session, need, _without([extra] if extra else [], [*above, *others[:FOUND_SHOWN]]))
    shown = {Group.CHOSEN: chosen, Group.BEST: best, Group.USUAL: usual, Group.SAFE: safe}
    groups = {group: tuple(hits) for group, hits in shown.items()}
    strange = [*chosen, *(others[:FOUND_SHOWN] if found_as is Group.OTHER else ())]
    return Picked(
        groups={**groups, found_as: tuple(others[:FOUND_SHOWN])},
        last_best=best[-1] if best else None,
        found_above=tuple(hit.service_name for hit in _without(looked, others)),
        more=len(others[FOUND_SHOWN:]),
        not_listed=not_listed(session, need.domain, {hit.service_id for hit in strange}),
    )


def _looked_for(session: ScopedSession, need: Need, ground: Ground) -> tuple[list[ServiceHit], Group]:
    """Return what was looked for by words, and its group: where none lists the need, all others are searched."""
    words = ground.asked.words.get(need.id)
    if not words:
        return [], Group.FOUND
    listed = _in_order(_by_words(session, need.domain, words, ground), need, ground)
    if listed:
        return listed, Group.FOUND
    return _may_stand(session, need, _in_order(_by_words(session, None, words, ground), need, ground)), Group.OTHER


def _may_stand(session: ScopedSession, need: Need, hits: list[ServiceHit]) -> list[ServiceHit]:
    """Return those that may be named under the need: no shelter that is not listed for it."""
    never = never_under(session, need.domain, {hit.service_id for hit in hits})
    return [hit for hit in hits if hit.service_id not in never]


def _in_order(found: Iterable[ServiceHit], need: Need, ground: Ground) -> list[ServiceHit]:
    """Return the services in the order of the page; urgent today, only those that can be reached at once.

    What said no to this need comes last, before it what may be for people of another age. Then the best fit first, of
    equals the clinic's usual; today whoever answers a phone before that.
    """
    asked = ground.asked
    later = said_no_to(ground.tried, need.id)

    def place(hit: ServiceHit) -> tuple[object, ...]:
        urgent = phone_first(hit) if asked.today else ()
        fit = fit_then_usual(hit, ground.usual, now=asked.now)
        return (hit.service_id in later, is_unsure(hit), *urgent, *fit)

    return sorted((hit for hit in found if not asked.today or reachable_today(hit)), key=place)


def _safe(session: ScopedSession, need: Need, ground: Ground) -> list[ServiceHit]:
    """Return the confidential places where somebody in danger may stay: three of the best may all be lines to call."""
    if need.domain != NeedDomain.INTERPERSONAL_SAFETY:
        return []
    found = confidential_services(session, need.domain, ground.wishes, now=ground.asked.now)
    return sorted(_in_order(found, need, ground), key=lambda hit: not hit.private)


def _by_words(session: ScopedSession, domain: str | None, words: str, ground: Ground) -> list[ServiceHit]:
    return services_by_words(session, domain, words, ground.wishes, now=ground.asked.now)


def _without(hits: Iterable[ServiceHit], others: Iterable[ServiceHit]) -> list[ServiceHit]:
    ids = {hit.service_id for hit in others}
    return [hit for hit in hits if hit.service_id not in ids]


def _needs_of(service_ids: Iterable[UUID]) -> Select[str, UUID]:
    found = select(ServiceNeed.need, ServiceNeed.service_id).where(ServiceNeed.service_id.in_(sorted(service_ids)))
    return found.order_by(ServiceNeed.need, ServiceNeed.service_id)
