"""Everything a page shows of found services, made of rows that are read together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from resources_directory.access import AccessModes, access_of
from resources_directory.capacity import holds
from resources_directory.geo import Point, distance_km
from resources_directory.hit_rows import NOT_COMPUTED, OF_AN_OPENING, HitRows, Site, rows_of
from resources_directory.hours import WEEK, Opening, open_at, opens_next
from resources_directory.models.location import LocationType
from resources_directory.service_hit import Capacity, ServiceHit, SpokenLanguage
from resources_directory.time_zones import known_zone


@dataclass(frozen=True)
class Found:
    """A service that a search found, and the place at which it is nearest, where that counted."""

    service_id: UUID
    location_id: UUID | None


def hits_of(session: Session, found: Sequence[Found], *, near: Point | None, now: datetime) -> list[ServiceHit]:
    """Return a hit for each found service, in the same order, without reasons. Services must exist.

    `near`: where distances are measured from. `now` (aware) decides what is open.
    """
    details = rows_of(session, list(dict.fromkeys(each.service_id for each in found)))
    return [_hit(details, each, near=near, now=now) for each in found]


def _hit(details: HitRows, found: Found, *, near: Point | None, now: datetime) -> ServiceHit:
    service, organization = details.services[found.service_id]
    sites = details.sites[service.id]
    site = _site_to_show(sites, found.location_id)
    openings = _openings(details, service, site)
    ways = _ways_in(service)
    return ServiceHit(
        service_id=service.id,
        service_name=service.name,
        organization_id=organization.id,
        organization_name=organization.name,
        location_id=site.location.id if site and site.is_shown else None,
        description=service.description,
        status=service.status,
        distance_km=_distance(site, near),
        place=_place(site),
        timezone_name=site.timezone_name if site else None,
        remote=any(other.location.location_type == LocationType.VIRTUAL.value for other in sites),
        private=bool(site and site.location.is_private),
        confidential=service.is_confidential,
        languages=_languages(details, service, sites),
        interpretation_services=service.interpretation_services,
        phone=_phone(details, service, site),
        url=service.url or organization.website,
        email=_email(details, service, organization),
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        eligibility=service.eligibility_description,
        capacity=_capacity(details, service.id, now=now, today=_today(site, now)),
        walk_in=ways.walk_in,
        by_phone=ways.by_phone,
        apply_first=ways.apply_first,
        open_now=(is_open := open_at(openings, now)),
        opens_next=None if is_open else opens_next(openings, now),
        hours=openings,
        required_documents=tuple(sorted(row.document for row in details.documents[service.id] if row.document)),
        application_process=service.application_process,
        fees=service.fees_description or service.fees,
        assured_date=service.assured_date,
    )


def _ways_in(service: Any) -> AccessModes:
    """Return the three ways in: where a person stated one it counts, else what the application process says."""
    read = access_of(service.application_process)
    stated = {way: getattr(service, way) for way in ("walk_in", "by_phone", "apply_first")}
    return replace(read, **{way: said for way, said in stated.items() if said is not None})


def _site_to_show(sites: Sequence[Site], location_id: UUID | None) -> Site | None:
    """Return the nearest site, else the first that may be shown, else the first private one, else any."""
    order: list[Callable[[Site], bool]] = [
        lambda site: site.location.id == location_id,
        lambda site: site.is_shown,
        lambda site: site.location.is_private,
        lambda _site: True,
    ]
    return next((site for fits in order for site in sites if fits(site)), None)


def _distance(site: Site | None, near: Point | None) -> float | None:
    if site is None or near is None or not site.is_shown:
        return None
    latitude, longitude = site.location.latitude, site.location.longitude
    if latitude is None or longitude is None or site.location.geocell is None:
        return None
    return distance_km(near, Point(latitude, longitude))


def _place(site: Site | None) -> str | None:
    if site is None or not site.is_shown:
        return None
    name: str | None = site.location.name
    address = site.address
    if address is None:
        return name
    town = " ".join(filter(None, (address.state_province, address.postal_code)))
    return ", ".join(filter(None, (address.address_1, address.address_2, address.city, town))) or name


def _languages(details: HitRows, service: Any, sites: Sequence[Site]) -> tuple[SpokenLanguage, ...]:
    rows = [*details.languages[service.id], *(row for site in sites for row in details.languages[site.location.id])]
    return tuple(dict.fromkeys(SpokenLanguage(row.code, row.name) for row in rows if row.code or row.name))


def _phone(details: HitRows, service: Any, site: Site | None) -> str | None:
    """Return the number nearest to the service: its own, of it at this place, of the place, of the organization."""
    keys = [service.id, *((site.link.id, site.location.id) if site else ()), service.organization_id]
    rows = [row for key in keys for row in details.phones[key] if not (row.type or "").lower().startswith("fax")]
    if not rows:
        return None
    return f"{rows[0].number} x{rows[0].extension}" if rows[0].extension else rows[0].number


def _email(details: HitRows, service: Any, organization: Any) -> str | None:
    if service.is_confidential:
        return None  # nothing is ever sent to it: staff and patient call together
    contacts = [*details.contacts[service.id], *details.contacts[organization.id]]
    known: list[str | None] = [service.email, organization.email, *(row.email for row in contacts)]
    return next(filter(None, known), None)


def _capacity(details: HitRows, service_id: UUID, *, now: datetime, today: date) -> Capacity | None:
    """Return the newest that was said about room; a word that is over or has aged away counts no more."""
    rows, word = details.capacities[service_id], details.words.get(service_id)
    counted = max(rows, key=lambda row: (row[0].updated, str(row[0].id))) if rows else None
    if (
        word is not None
        and holds(word, now=now, today=today)
        and (counted is None or word.said_at >= counted[0].updated)
    ):
        return Capacity(None, word.said_at, status=word.status, until=word.until, note=word.note)
    return Capacity(counted[0].available, counted[0].updated, counted[1].name) if counted else None


def _today(site: Site | None, now: datetime) -> date:
    zone = known_zone(site.timezone_name) if site else None
    return now.astimezone(zone).date() if zone else now.date()


def _openings(details: HitRows, service: Any, site: Site | None) -> tuple[Opening, ...]:
    """Return the rows of the service at this place; else of the service; else of the place. They are never mixed."""
    keys = [*((site.link.id,) if site else ()), service.id, *((site.location.id,) if site else ())]
    rows = next((details.schedules[key] for key in keys if details.schedules[key]), [])
    openings = [_opening(row, site.timezone_name if site else None) for row in rows]
    return tuple(sorted(openings, key=_as_in_the_week))


def _as_in_the_week(opening: Opening) -> tuple[tuple[int, ...], time, str, str]:
    days = tuple(WEEK.index(day) for day in opening.weekdays)
    return (days or (len(WEEK),), opening.opens_at or time.max, opening.byday or "", opening.description or "")


def _opening(row: Any, timezone_name: str | None) -> Opening:
    every = row.interval is None or row.interval == 1
    return Opening(
        **{part: getattr(row, part) for part in OF_AN_OPENING},
        timezone_name=row.timezone_name or timezone_name,
        utc_offset_hours=row.timezone,
        description=row.description or row.notes,
        readable=every and not any(getattr(row, part) for part in NOT_COMPUTED),
    )
