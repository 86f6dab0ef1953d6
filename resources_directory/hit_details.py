"""Everything a page shows of found services, read in a handful of statements however many services there are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from resources_directory.access import access_of
from resources_directory.capacity import holds, newest_words
from resources_directory.geo import Point, distance_km, zip_timezone
from resources_directory.hours import WEEK, Opening, open_at, opens_next
from resources_directory.models.capacity import CapacityWord, ServiceCapacity, Unit
from resources_directory.models.language import Language
from resources_directory.models.location import Address, AddressType, Location, LocationType
from resources_directory.models.organization import Contact, Organization, Phone
from resources_directory.models.schedule import Schedule
from resources_directory.models.service import RequiredDocument, Service, ServiceAtLocation
from resources_directory.service_hit import Capacity, ServiceHit, SpokenLanguage
from resources_directory.text_index import live_place
from resources_directory.time_zones import known_zone

Row = TypeVar("Row")
Grouped = dict[UUID, list[Row]]
#: The parts of a schedule row that `hours` does not compute; a row that holds one is only shown.
_NOT_COMPUTED = ("count", "byweekno", "byyearday")


@dataclass(frozen=True)
class Found:
    """A service that a search found, and the place at which it is nearest, where that counted."""

    service_id: UUID
    location_id: UUID | None


@dataclass(frozen=True)
class _Site:
    """A service at one of its places, with the first street address of the place."""

    link: ServiceAtLocation
    location: Location
    address: Address | None

    @property
    def is_shown(self) -> bool:
        return self.location.location_type == LocationType.PHYSICAL.value and not self.location.is_private

    @property
    def timezone_name(self) -> str | None:
        postal_code = self.address.postal_code if self.address else None
        return self.location.timezone_name or (zip_timezone(postal_code) if postal_code else None)


@dataclass(frozen=True)
class _Details:
    """The rows of all found services, grouped by the record they belong to."""

    services: dict[UUID, tuple[Service, Organization]]
    sites: Grouped[_Site]
    phones: Grouped[Phone]
    contacts: Grouped[Contact]
    languages: Grouped[Language]
    schedules: Grouped[Schedule]
    documents: Grouped[RequiredDocument]
    capacities: Grouped[tuple[ServiceCapacity, Unit]]
    words: dict[UUID, CapacityWord]


def hits_of(session: Session, found: Sequence[Found], *, near: Point | None, now: datetime) -> list[ServiceHit]:
    """Return a hit for each found service, in the same order, without reasons. Services must exist.

    `near`: where distances are measured from. `now` (aware) decides what is open.
    """
    details = _details(session, [each.service_id for each in found])
    return [_hit(details, each, near=near, now=now) for each in found]


def _hit(details: _Details, found: Found, *, near: Point | None, now: datetime) -> ServiceHit:
    service, organization = details.services[found.service_id]
    sites = details.sites[service.id]
    site = _site_to_show(sites, found.location_id)
    openings = _openings(details, service, site)
    access = access_of(service.application_process)
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
        walk_in=access.walk_in if service.walk_in is None else service.walk_in,
        by_phone=access.by_phone if service.by_phone is None else service.by_phone,
        apply_first=access.apply_first if service.apply_first is None else service.apply_first,
        open_now=open_at(openings, now),
        opens_next=opens_next(openings, now),
        hours=openings,
        required_documents=tuple(sorted(row.document for row in details.documents[service.id] if row.document)),
        application_process=service.application_process,
        fees=service.fees_description or service.fees,
        assured_date=service.assured_date,
    )


def _site_to_show(sites: Sequence[_Site], location_id: UUID | None) -> _Site | None:
    """Return the nearest site, else the first that may be shown, else the first private one, else any."""
    order: list[Callable[[_Site], bool]] = [
        lambda site: site.location.id == location_id,
        lambda site: site.is_shown,
        lambda site: site.location.is_private,
        lambda _site: True,
    ]
    return next((site for fits in order for site in sites if fits(site)), None)


def _distance(site: _Site | None, near: Point | None) -> float | None:
    if site is None or near is None or not site.is_shown:
        return None
    latitude, longitude = site.location.latitude, site.location.longitude
    if latitude is None or longitude is None or site.location.geocell is None:
        return None
    return distance_km(near, Point(latitude, longitude))


def _place(site: _Site | None) -> str | None:
    if site is None or not site.is_shown:
        return None
    address = site.address
    if address is None:
        return site.location.name
    town = " ".join(filter(None, (address.state_province, address.postal_code)))
    return ", ".join(filter(None, (address.address_1, address.address_2, address.city, town))) or site.location.name


def _languages(details: _Details, service: Service, sites: Sequence[_Site]) -> tuple[SpokenLanguage, ...]:
    rows = [*details.languages[service.id], *(row for site in sites for row in details.languages[site.location.id])]
    return tuple(dict.fromkeys(SpokenLanguage(row.code, row.name) for row in rows if row.code or row.name))


def _phone(details: _Details, service: Service, site: _Site | None) -> str | None:
    """Return the number nearest to the service: its own, of it at this place, of the place, of the organization."""
    keys = [service.id, *((site.link.id, site.location.id) if site else ()), service.organization_id]
    rows = [row for key in keys for row in details.phones[key] if not (row.type or "").lower().startswith("fax")]
    if not rows:
        return None
    return f"{rows[0].number} x{rows[0].extension}" if rows[0].extension else rows[0].number


def _email(details: _Details, service: Service, organization: Organization) -> str | None:
    if service.is_confidential:
        return None  # nothing is ever sent to it: staff and patient call together
    contacts = [*details.contacts[service.id], *details.contacts[organization.id]]
    return service.email or organization.email or next((row.email for row in contacts if row.email), None)


def _capacity(details: _Details, service_id: UUID, *, now: datetime, today: date) -> Capacity | None:
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


def _today(site: _Site | None, now: datetime) -> date:
    zone = known_zone(site.timezone_name) if site else None
    return now.astimezone(zone).date() if zone else now.date()


def _openings(details: _Details, service: Service, site: _Site | None) -> tuple[Opening, ...]:
    """Return the rows of the service at this place; else of the service; else of the place. They are never mixed."""
    keys = [*((site.link.id,) if site else ()), service.id, *((site.location.id,) if site else ())]
    rows: list[Schedule] = next((details.schedules[key] for key in keys if details.schedules[key]), [])
    openings = [_opening(row, site.timezone_name if site else None) for row in rows]
    return tuple(sorted(openings, key=_as_in_the_week))


def _as_in_the_week(opening: Opening) -> tuple[tuple[int, ...], time, str, str]:
    days = tuple(WEEK.index(day) for day in opening.weekdays)
    return (days or (len(WEEK),), opening.opens_at or time.max, opening.byday or "", opening.description or "")


def _opening(row: Schedule, timezone_name: str | None) -> Opening:
    every = row.interval is None or row.interval == 1
    return Opening(
        byday=row.byday,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        freq=row.freq,
        bymonthday=row.bymonthday,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        dtstart=row.dtstart,
        until=row.until,
        timezone_name=row.timezone_name or timezone_name,
        utc_offset_hours=row.timezone,
        description=row.description or row.notes,
        readable=every and not any(getattr(row, part) for part in _NOT_COMPUTED),
    )


def _details(session: Session, service_ids: Sequence[UUID]) -> _Details:
    found = select(Service, Organization).join(Organization, Organization.id == Service.organization_id)
    services = session.execute(found.where(Service.id.in_(service_ids)).order_by(Service.id))
    by_id = {service.id: (service, organization) for service, organization in services}
    sites = _sites(session, service_ids)
    parents = {
        "service_id": list(service_ids),
        "service_at_location_id": [site.link.id for each in sites.values() for site in each],
        "location_id": [site.location.id for each in sites.values() for site in each],
        "organization_id": [organization.id for _, organization in by_id.values()],
    }
    capacities = select(ServiceCapacity, Unit).join(Unit, Unit.id == ServiceCapacity.unit_id)
    of_these = ServiceCapacity.service_id.in_(service_ids)
    return _Details(
        services=by_id,
        sites=sites,
        phones=_children(session, Phone, parents),
        contacts=_children(session, Contact, parents),
        languages=_children(session, Language, parents),
        schedules=_children(session, Schedule, parents),
        documents=_children(session, RequiredDocument, parents),
        capacities=_grouped(
            (row[0].service_id, row) for row in session.execute(capacities.where(of_these).order_by(ServiceCapacity.id))
        ),
        words=newest_words(session, service_ids),
    )


def _sites(session: Session, service_ids: Sequence[UUID]) -> Grouped[_Site]:
    found = select(ServiceAtLocation, Location).join(Location, Location.id == ServiceAtLocation.location_id)
    found = found.where(ServiceAtLocation.service_id.in_(service_ids), *live_place()).order_by(
        Location.name, Location.id
    )
    pairs = session.execute(found).all()
    ids = [location.id for _, location in pairs]
    streets = select(Address).where(Address.location_id.in_(ids), Address.address_type == AddressType.PHYSICAL.value)
    addresses: dict[UUID | None, Address] = {}
    for address in session.scalars(streets.order_by(Address.id)):
        addresses.setdefault(address.location_id, address)
    return _grouped((link.service_id, _Site(link, place, addresses.get(place.id))) for link, place in pairs)


def _children(session: Session, table: type[Row], parents: dict[str, list[UUID]]) -> Grouped[Row]:
    """Return the rows of a table under each of the records they name; the oldest id first."""
    columns: list[Any] = [getattr(table, name) for name in parents if hasattr(table, name)]
    named = or_(*(column.in_(parents[column.key]) for column in columns))
    rows: Select[Row] = select(table).where(named).order_by(table.id)  # type: ignore[attr-defined]  # all have an id
    pairs = ((getattr(row, column.key), row) for row in session.scalars(rows) for column in columns)
    return _grouped((key, row) for key, row in pairs if key is not None)


def _grouped(pairs: Iterable[tuple[UUID, Row]]) -> Grouped[Row]:
    grouped: Grouped[Row] = defaultdict(list)
    for key, row in pairs:
        grouped[key].append(row)
    return grouped
