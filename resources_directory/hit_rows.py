"""The rows that hits are made of, read in a handful of statements however many services there are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Bundle, InstrumentedAttribute, Session

from resources_directory.capacity import newest_words
from resources_directory.geo import zip_timezone
from resources_directory.id_list import among
from resources_directory.models.capacity import CapacityWord, ServiceCapacity, Unit
from resources_directory.models.language import Language
from resources_directory.models.location import Address, AddressType, Location, LocationType
from resources_directory.models.organization import Contact, Organization, Phone
from resources_directory.models.schedule import Schedule
from resources_directory.models.service import RequiredDocument, Service, ServiceAtLocation
from resources_directory.text_index import live_place

Row = TypeVar("Row")
Grouped = dict[UUID, list[Row]]
#: The parts of a schedule row that `hours` does not compute; a row that holds one is only shown.
NOT_COMPUTED = ("count", "byweekno", "byyearday")
OF_AN_OPENING = ("byday", "opens_at", "closes_at", "freq", "bymonthday", "valid_from", "valid_to", "dtstart", "until")
_OF_A_SCHEDULE = [
    getattr(Schedule, name)
    for name in (*OF_AN_OPENING, "timezone_name", "timezone", "description", "notes", "interval", *NOT_COMPUTED)
]
#: Of each record only what a hit shows is read.
_SERVICE: Bundle[Any] = Bundle(
    "service",
    *(Service.id, Service.organization_id, Service.name, Service.description, Service.status, Service.url),
    *(Service.email, Service.interpretation_services, Service.minimum_age, Service.maximum_age),
    *(Service.eligibility_description, Service.application_process, Service.fees, Service.fees_description),
    *(Service.assured_date, Service.is_confidential, Service.walk_in, Service.by_phone, Service.apply_first),
)
_ORGANIZATION: Bundle[Any] = Bundle(
    "organization", Organization.id, Organization.name, Organization.email, Organization.website
)
_LINK: Bundle[Any] = Bundle("link", ServiceAtLocation.id, ServiceAtLocation.service_id)
_LOCATION: Bundle[Any] = Bundle(
    "location",
    *(Location.id, Location.name, Location.location_type, Location.is_private, Location.timezone_name),
    *(Location.latitude, Location.longitude, Location.geocell),
)
_OF_AN_ADDRESS = (
    *(Address.location_id, Address.address_1, Address.address_2, Address.city),
    *(Address.state_province, Address.postal_code),
)


#: The columns by which a row names the records it hangs on, and the parameters that list those.
_PARENTS = ("service_id", "service_at_location_id", "location_id", "organization_id")


@dataclass(frozen=True)
class Site:
    """A service at one of its places, with the first street address of the place, as rows of the columns above."""

    link: Any
    location: Any
    address: Any

    @property
    def is_shown(self) -> bool:
        """A place that may be named: neither private, nor a mailbox, nor virtual."""
        return self.location.location_type == LocationType.PHYSICAL.value and not self.location.is_private

    @property
    def timezone_name(self) -> str | None:
        """The zone of the place, else of its ZIP code."""
        postal_code = self.address.postal_code if self.address else None
        return self.location.timezone_name or (zip_timezone(postal_code) if postal_code else None)


@dataclass(frozen=True)
class HitRows:
    """The rows of all found services, grouped by the record they belong to."""

    services: dict[UUID, tuple[Any, Any]]
    sites: Grouped[Site]
    phones: Grouped[Any]
    contacts: Grouped[Any]
    languages: Grouped[Any]
    schedules: Grouped[Any]
    documents: Grouped[Any]
    capacities: Grouped[tuple[ServiceCapacity, Unit]]
    words: dict[UUID, CapacityWord]


def _select_services() -> Select[Any, Any]:
    found = select(_SERVICE, _ORGANIZATION).join(Organization, Organization.id == Service.organization_id)
    return found.where(among(Service.id, "service_id")).order_by(Service.id)


def _select_sites() -> Select[Any, Any]:
    found = select(_LINK, _LOCATION).join(Location, Location.id == ServiceAtLocation.location_id)
    found = found.where(among(ServiceAtLocation.service_id, "service_id"), *live_place())
    return found.order_by(Location.name, Location.id)


def _select_addresses() -> Select[*tuple[Any, ...]]:
    is_street = Address.address_type == AddressType.PHYSICAL.value
    return select(*_OF_AN_ADDRESS).where(among(Address.location_id, "location_id"), is_street).order_by(Address.id)


def _select_capacities() -> Select[ServiceCapacity, Unit]:
    found = select(ServiceCapacity, Unit).join(Unit, Unit.id == ServiceCapacity.unit_id)
    return found.where(among(ServiceCapacity.service_id, "service_id")).order_by(ServiceCapacity.id)


class _Children:
    """A table's rows under the records that they name; the statement is made once."""

    def __init__(self, *wanted: InstrumentedAttribute[Any], under: Sequence[str] = _PARENTS) -> None:
        table: Any = wanted[0].class_
        named: list[Any] = [getattr(table, name) for name in under if hasattr(table, name)]
        self._names = len(named)
        found = select(*named, *wanted).where(or_(*(among(column, column.key) for column in named)))
        self._statement = found.order_by(table.id)

    def read(self, session: Session, parents: dict[str, list[UUID]]) -> Grouped[Any]:
        """Return the wanted columns under each record; the oldest id first."""
        found = session.execute(self._statement, parents)
        return _grouped((key, row) for row in found for key in row[: self._names] if key is not None)


_SERVICES, _SITES, _ADDRESSES = _select_services(), _select_sites(), _select_addresses()
_CAPACITIES = _select_capacities()
_PHONES = _Children(Phone.number, Phone.extension, Phone.type)
_CONTACTS = _Children(Contact.email, under=("service_id", "organization_id"))
_LANGUAGES = _Children(Language.code, Language.name)
_SCHEDULES = _Children(*_OF_A_SCHEDULE)
_DOCUMENTS = _Children(RequiredDocument.document)


def rows_of(session: Session, service_ids: Sequence[UUID]) -> HitRows:
    """Return the rows of services that exist; each id once."""
    ids = {"service_id": list(service_ids)}
    by_id = {service.id: (service, organization) for service, organization in session.execute(_SERVICES, ids)}
    sites = _sites(session, ids)
    parents = ids | {
        "service_at_location_id": _once(site.link.id for each in sites.values() for site in each),
        "location_id": _once(site.location.id for each in sites.values() for site in each),
        "organization_id": _once(organization.id for _, organization in by_id.values()),
    }
    return HitRows(
        services=by_id,
        sites=sites,
        phones=_PHONES.read(session, parents),
        contacts=_CONTACTS.read(session, parents),
        languages=_LANGUAGES.read(session, parents),
        schedules=_SCHEDULES.read(session, parents),
        documents=_DOCUMENTS.read(session, parents),
        capacities=_grouped((row[0].service_id, row) for row in session.execute(_CAPACITIES, ids)),
        words=newest_words(session, service_ids),
    )


def _once(ids: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))


def _sites(session: Session, ids: dict[str, list[UUID]]) -> Grouped[Site]:
    pairs = session.execute(_SITES, ids).all()
    addresses: dict[UUID | None, Any] = {}
    for address in session.execute(_ADDRESSES, {"location_id": _once(location.id for _, location in pairs)}):
        addresses.setdefault(address.location_id, address)
    return _grouped((link.service_id, Site(link, place, addresses.get(place.id))) for link, place in pairs)


def _grouped(pairs: Iterable[tuple[UUID, Row]]) -> Grouped[Row]:
    grouped: Grouped[Row] = defaultdict(list)
    for key, row in pairs:
        grouped[key].append(row)
    return grouped
