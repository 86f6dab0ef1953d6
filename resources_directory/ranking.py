"""How well services fit one person: the reasons, each shown, and the order they give.

Every factor that moves a service up or down stands among its reasons. What is unknown counts nothing and is said.
"Full" counts nothing either: it must never hide the place that may be the right one next week.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from resources_directory.eligibility import names_a_group
from resources_directory.service_hit import Reason, ReasonCode, ServiceHit

#: Points of each reason. Of what speaks for a service a match of language weighs most: what cannot be understood
#: cannot be used.
POINTS = {
    ReasonCode.LANGUAGE_SPOKEN: 3.0,
    ReasonCode.INTERPRETER_OFFERED: 1.5,
    ReasonCode.LANGUAGE_NOT_LISTED: -1.0,
    ReasonCode.AGE_FITS: 0.5,
    ReasonCode.AGE_OUTSIDE: -10.0,
    # Nobody has asked whether the person is one of those whom the listing names: more than a match of language weighs,
    # because what is for others cannot be used in any language.
    ReasonCode.FOR_WHOM_UNCONFIRMED: -4.0,
    ReasonCode.WALK_IN: 1.0,
    ReasonCode.BY_PHONE: 0.5,
    ReasonCode.APPLY_FIRST: -0.5,
    ReasonCode.HAS_ROOM: 1.5,
    ReasonCode.OPEN_NOW: 0.5,
    ReasonCode.NOT_RUNNING: -5.0,
}
#: What an organization said about room in words (SDOHCC capacity status). No more than "full" lowers a rank.
_SAID = {
    "capacity": ReasonCode.HAS_ROOM,
    "no-capacity": ReasonCode.FULL,
    "waitlist": ReasonCode.WAITING_LIST_ONLY,
    "additional-assessment-required": ReasonCode.ASKS_FIRST,
}
#: A word about room loses half its points in this time.
ROOM_HALF_LIFE = timedelta(days=7)
#: Kilometres that cost one point, and the most that distance can cost.
KM_PER_POINT = 8.0
FARTHEST_COSTS = 4.0
#: HSDS statuses of a service that runs; any other is told and costs points.
RUNNING = "active"


class Factor(StrEnum):
    """What moves a service up or down, as whoever asks why one stands behind another is told."""

    DISTANCE = "distance"
    LANGUAGE = "language"
    AGE = "age"
    FOR_WHOM = "for_whom"
    ACCESS = "access"
    ROOM = "room"
    HOURS = "hours"
    NOT_RUNNING = "not_running"


_FACTORS = {
    ReasonCode.DISTANCE: Factor.DISTANCE,
    ReasonCode.LANGUAGE_SPOKEN: Factor.LANGUAGE,
    ReasonCode.INTERPRETER_OFFERED: Factor.LANGUAGE,
    ReasonCode.LANGUAGE_NOT_LISTED: Factor.LANGUAGE,
    ReasonCode.AGE_FITS: Factor.AGE,
    ReasonCode.AGE_OUTSIDE: Factor.AGE,
    ReasonCode.FOR_WHOM_UNCONFIRMED: Factor.FOR_WHOM,
    ReasonCode.WALK_IN: Factor.ACCESS,
    ReasonCode.BY_PHONE: Factor.ACCESS,
    ReasonCode.APPLY_FIRST: Factor.ACCESS,
    ReasonCode.HAS_ROOM: Factor.ROOM,
    ReasonCode.OPEN_NOW: Factor.HOURS,
    ReasonCode.NOT_RUNNING: Factor.NOT_RUNNING,
}
#: A smaller difference in points is no answer to "why does it stand behind?".
WORTH_TELLING = 0.25


@dataclass(frozen=True)
class Wishes:
    """What is known about the person: language (ISO 639 code), age in years, whether a place was given.

    `somebody`: it is for one person, so that what is not known of them is said.
    """

    language: str | None = None
    age: float | None = None
    has_place: bool = False
    somebody: bool = False


def rank(hits: Iterable[ServiceHit], wishes: Wishes, *, now: datetime) -> list[ServiceHit]:
    """Return the hits with their reasons, the best fit first; equal ones by distance, name and id.

    What is for some ages only stands after all others while the person's age is not known.
    """
    reasoned = [replace(hit, reasons=reasons_for(hit, wishes)) for hit in hits]
    return sorted(reasoned, key=lambda hit: (is_unsure(hit), -score(hit.reasons, now=now), *_tie(hit)))


def is_unsure(hit: ServiceHit) -> bool:
    """Return True if the service is for some ages only, and nobody can say whether the person is of one of them."""
    return any(reason.code is ReasonCode.AGE_UNCONFIRMED for reason in hit.reasons)


def behind(hit: ServiceHit, other: ServiceHit, *, now: datetime) -> list[Factor]:
    """Return by what a service stands behind another, in the order of Factor; both carry their reasons."""
    own, others = _by_factor(hit, now), _by_factor(other, now)
    lower = [factor for factor in Factor if own.get(factor, 0.0) < others.get(factor, 0.0) - WORTH_TELLING]
    return [*lower, *([Factor.AGE] if is_unsure(hit) and not is_unsure(other) else [])]


def reasons_for(hit: ServiceHit, wishes: Wishes) -> tuple[Reason, ...]:
    """Return the reasons of one service for one person, in the order in which they are told."""
    found = [_place(hit, wishes), _language(hit, wishes), _age(hit, wishes), _for_whom(hit, wishes), *_access(hit)]
    found += [_room(hit), _hours(hit)]
    if hit.status != RUNNING:
        found.insert(0, Reason(ReasonCode.NOT_RUNNING, status=hit.status))
    return tuple(reason for reason in found if reason is not None)


def score(reasons: Iterable[Reason], *, now: datetime) -> float:
    """Return the sum of the points of the reasons; distance and the age of a word about room are weighed."""
    return sum(_points(reason, now) for reason in reasons)


def _by_factor(hit: ServiceHit, now: datetime) -> dict[Factor, float]:
    points: dict[Factor, float] = {}
    for reason in hit.reasons:
        factor = _FACTORS.get(reason.code)
        if factor is not None:
            points[factor] = points.get(factor, 0.0) + _points(reason, now)
    return points


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
    lowest, highest = hit.minimum_age, hit.maximum_age
    if wishes.age is None:
        asked = wishes.somebody and _ages_listed(hit)
        return Reason(ReasonCode.AGE_UNCONFIRMED, ages=(lowest, highest)) if asked else None
    if lowest is None and highest is None:
        return None if hit.eligibility else Reason(ReasonCode.AGE_UNKNOWN)
    # A highest age of 17 holds until the eighteenth birthday.
    outside = (lowest is not None and wishes.age < lowest) or (highest is not None and wishes.age >= highest + 1)
    return Reason(ReasonCode.AGE_OUTSIDE if outside else ReasonCode.AGE_FITS, ages=(lowest, highest))


def _for_whom(hit: ServiceHit, wishes: Wishes) -> Reason | None:
    words = " ".join((hit.eligibility or "").split())
    if not words:
        return None
    asked = wishes.somebody and names_a_group(words, ages_listed=_ages_listed(hit))
    return Reason(ReasonCode.FOR_WHOM_UNCONFIRMED if asked else ReasonCode.FOR_WHOM, words=words)


def _ages_listed(hit: ServiceHit) -> bool:
    return bool(hit.minimum_age) or hit.maximum_age is not None


def _access(hit: ServiceHit) -> list[Reason]:
    has_door = not hit.remote or bool(hit.place) or hit.distance_km is not None
    ways = (
        (hit.walk_in and has_door, ReasonCode.WALK_IN),
        (hit.by_phone, ReasonCode.BY_PHONE),
        (hit.apply_first, ReasonCode.APPLY_FIRST),
    )
    return [Reason(code) for given, code in ways if given] or [Reason(ReasonCode.ACCESS_UNKNOWN)]


def _room(hit: ServiceHit) -> Reason:
    if hit.capacity is None:
        return Reason(ReasonCode.CAPACITY_UNKNOWN)
    said = hit.capacity
    counted = ReasonCode.HAS_ROOM if said.available is None or said.available > 0 else ReasonCode.FULL
    code = _SAID.get(said.status or "", counted)
    return Reason(code, available=said.available, updated=said.updated, until=said.until)


def _hours(hit: ServiceHit) -> Reason:
    if hit.open_now is None:
        return Reason(ReasonCode.HOURS_UNKNOWN)
    if hit.open_now:
        return Reason(ReasonCode.OPEN_NOW)
    return Reason(ReasonCode.CLOSED_NOW, next_opening=hit.opens_next)
