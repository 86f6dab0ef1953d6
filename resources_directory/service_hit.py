"""What a search gives back: a service with everything a page shows of it, and the reasons for and against it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from resources_directory.hours import Opening


class ReasonCode(StrEnum):
    """Why a service fits a person or does not; the page puts it into words. Unknown is a reason of its own."""

    LANGUAGE_SPOKEN = "language_spoken"
    INTERPRETER_OFFERED = "interpreter_offered"
    LANGUAGE_NOT_LISTED = "language_not_listed"
    LANGUAGE_UNKNOWN = "language_unknown"
    AGE_FITS = "age_fits"
    AGE_OUTSIDE = "age_outside"
    AGE_UNKNOWN = "age_unknown"
    AGE_UNCONFIRMED = "age_unconfirmed"
    FOR_WHOM = "for_whom"
    FOR_WHOM_UNCONFIRMED = "for_whom_unconfirmed"
    WALK_IN = "walk_in"
    BY_PHONE = "by_phone"
    APPLY_FIRST = "apply_first"
    ACCESS_UNKNOWN = "access_unknown"
    HAS_ROOM = "has_room"
    FULL = "full"
    WAITING_LIST_ONLY = "waiting_list_only"
    ASKS_FIRST = "asks_first"
    CAPACITY_UNKNOWN = "capacity_unknown"
    DISTANCE = "distance"
    REMOTE = "remote"
    PLACE_PRIVATE = "place_private"
    DISTANCE_UNKNOWN = "distance_unknown"
    OPEN_NOW = "open_now"
    CLOSED_NOW = "closed_now"
    HOURS_UNKNOWN = "hours_unknown"
    NOT_RUNNING = "not_running"


@dataclass(frozen=True)
class Reason:
    """A reason and the facts its sentence needs; a fact that a code does not use is None.

    `language`: ISO 639 code asked for. `ages`: lowest and highest in years, either may be None. `updated`: when the
    capacity was said; `until`: the last day on which it holds. `next_opening`: aware, in the zone of the place.
    `status`: HSDS status of the service. `words`: the listing's own.
    """

    code: ReasonCode
    language: str | None = None
    ages: tuple[float | None, float | None] | None = None
    available: float | None = None
    updated: datetime | None = None
    until: date | None = None
    distance_km: float | None = None
    next_opening: datetime | None = None
    status: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class Capacity:
    """How many a service can take, in which unit, and when that was said.

    `status`: a CapacityStatus, where the organization said it in words; `available` is then None. `until`: the last day
    on which that holds. `note`: its own words.
    """

    available: float | None
    updated: datetime
    unit: str | None = None
    status: str | None = None
    until: date | None = None
    note: str | None = None


@dataclass(frozen=True)
class SpokenLanguage:
    """A language in which a service serves people itself; `code` is ISO 639, small letters, where known."""

    code: str | None
    name: str | None


@dataclass(frozen=True)
class ServiceHit:
    """A service as pages, letters and the plan page show it.

    A private place has no `place` and no `distance_km`, whoever asks. `remote`: can be used from anywhere.
    `confidential`: phone hand-over only, so no `email`. `open_now`: None where the hours are unknown. `ages` in years.
    """

    service_id: UUID
    service_name: str
    organization_id: UUID
    organization_name: str
    location_id: UUID | None = None
    description: str | None = None
    status: str = "active"
    distance_km: float | None = None
    place: str | None = None
    timezone_name: str | None = None
    remote: bool = False
    private: bool = False
    confidential: bool = False
    languages: tuple[SpokenLanguage, ...] = ()
    interpretation_services: str | None = None
    phone: str | None = None
    url: str | None = None
    email: str | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    eligibility: str | None = None
    capacity: Capacity | None = None
    walk_in: bool | None = None
    by_phone: bool | None = None
    apply_first: bool | None = None
    open_now: bool | None = None
    opens_next: datetime | None = None
    hours: tuple[Opening, ...] = ()
    required_documents: tuple[str, ...] = ()
    application_process: str | None = None
    fees: str | None = None
    assured_date: date | None = None
    reasons: tuple[Reason, ...] = ()
