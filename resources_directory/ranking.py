"""How well services fit one person: the reasons, each shown, and the order they give.

Every factor that moves a service up or down stands among its reasons. What is unknown counts nothing and is said.
"Full" counts nothing either: it must never hide the place that may be the right one next week.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from resources_directory.service_hit import Reason, ReasonCode, ServiceHit

#: Points of each reason. A match of language weighs most: what cannot be understood cannot be used.
POINTS = {
    ReasonCode.LANGUAGE_SPOKEN: 3.0,
    ReasonCode.INTERPRETER_OFFERED: 1.5,
    ReasonCode.LANGUAGE_NOT_LISTED: -1.0,
    ReasonCode.AGE_FITS: 0.5,
    ReasonCode.AGE_OUTSIDE: -10.0,
    ReasonCode.WALK_IN: 1.0,
    ReasonCode.BY_PHONE: 0.5,
    ReasonCode.APPLY_FIRST: -0.5,
    ReasonCode.HAS_ROOM: 1.5,
    ReasonCode.OPEN_NOW: 0.5,
    ReasonCode.NOT_RUNNING: -5.0,
}
#: A word about room loses half its points in this time.
ROOM_HALF_LIFE = timedelta(days=7)
#: Kilometres that cost one point, and the most that distance can cost.
KM_PER_POINT = 8.0
FARTHEST_COSTS = 4.0
#: HSDS statuses of a service that runs; any other is told and costs points.
RUNNING = "active"


@dataclass(frozen=True)
class Wishes:
    """What is known about the person: language (ISO 639 code), age in years, whether a place was given."""

    language: str | None = None
    age: float | None = None
    has_place: bool = False


def rank(hits: Iterable[ServiceHit], wishes: Wishes, *, now: datetime) -> list[ServiceHit]:
    """Return the hits with their reasons, the best fit first; equal ones by distance, name and id."""
    reasoned = [replace(hit, reasons=reasons_for(hit, wishes)) for hit in hits]
    return sorted(reasoned, key=lambda hit: (-score(hit.reasons, now=now), *_tie(hit)))


def reasons_for(hit: ServiceHit, wishes: Wishes) -> tuple[Reason, ...]:
    """Return the reasons of one service for one person, in the order in which they are told."""
    found = [_place(hit, wishes), _language(hit, wishes), _age(hit, wishes), *_access(hit), _room(hit), _hours(hit)]
    if hit.status != RUNNING:
        found.insert(0, Reason(ReasonCode.NOT_RUNNING, status=hit.status))
    return tuple(reason for reason in found if reason is not None)


def score(reasons: Iterable[Reason], *, now: datetime) -> float:
    """Return the sum of the points of the reasons; distance and the age of a word about room are weighed."""
    return sum(_points(reason, now) for reason in reasons)


def _points(reason: Reason, now: datetime) -> float:
    if reason.code is ReasonCode.DISTANCE and reason.distance_km is not None:
        return -min(reason.distance_km / KM_PER_POINT, FARTHEST_COSTS)
    points = POINTS.get(reason.code, 0.0)
    if reason.code is ReasonCode.HAS_ROOM and reason.updated is not None:
        age = max(now - reason.updated, timedelta())
        return float(points * 0.5 ** (age / ROOM_HALF_LIFE))
    return points


def _tie(hit: ServiceHit) -> tuple[float, str, str]:
    return (float("inf") if hit.distance_km is None else hit.distance_km, hit.service_name, str(hit.service_id))


def _place(hit: ServiceHit, wishes: Wishes) -> Reason | None:
    if hit.private:
        return Reason(ReasonCode.PLACE_PRIVATE)
    if hit.distance_km is not None:
        return Reason(ReasonCode.DISTANCE, distance_km=hit.distance_km)
    if hit.remote:
        return Reason(ReasonCode.REMOTE)
    return Reason(ReasonCode.DISTANCE_UNKNOWN) if wishes.has_place else None


def _language(hit: ServiceHit, wishes: Wishes) -> Reason | None:
    if wishes.language is None:
        return None
    if any(spoken.code == wishes.language for spoken in hit.languages):
        return Reason(ReasonCode.LANGUAGE_SPOKEN, language=wishes.language)
    if hit.interpretation_services:
        return Reason(ReasonCode.INTERPRETER_OFFERED, language=wishes.language)
    known = ReasonCode.LANGUAGE_NOT_LISTED if hit.languages else ReasonCode.LANGUAGE_UNKNOWN
    return Reason(known, language=wishes.language)


def _age(hit: ServiceHit, wishes: Wishes) -> Reason | None:
    if wishes.age is None:
        return None
    lowest, highest = hit.minimum_age, hit.maximum_age
    if lowest is None and highest is None:
        return Reason(ReasonCode.AGE_UNKNOWN)
    # A highest age of 17 holds until the eighteenth birthday.
    outside = (lowest is not None and wishes.age < lowest) or (highest is not None and wishes.age >= highest + 1)
    return Reason(ReasonCode.AGE_OUTSIDE if outside else ReasonCode.AGE_FITS, ages=(lowest, highest))


def _access(hit: ServiceHit) -> list[Reason]:
    ways = (
        (hit.walk_in, ReasonCode.WALK_IN),
        (hit.by_phone, ReasonCode.BY_PHONE),
        (hit.apply_first, ReasonCode.APPLY_FIRST),
    )
    return [Reason(code) for given, code in ways if given] or [Reason(ReasonCode.ACCESS_UNKNOWN)]


def _room(hit: ServiceHit) -> Reason:
    if hit.capacity is None:
        return Reason(ReasonCode.CAPACITY_UNKNOWN)
    code = ReasonCode.HAS_ROOM if hit.capacity.available > 0 else ReasonCode.FULL
    return Reason(code, available=hit.capacity.available, updated=hit.capacity.updated)


def _hours(hit: ServiceHit) -> Reason:
    if hit.open_now is None:
        return Reason(ReasonCode.HOURS_UNKNOWN)
    if hit.open_now:
        return Reason(ReasonCode.OPEN_NOW)
    return Reason(ReasonCode.CLOSED_NOW, next_opening=hit.opens_next)
