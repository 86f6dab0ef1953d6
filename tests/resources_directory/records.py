"""A maker of directory records: organizations, services and places around Miami, flushed and indexed."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from resources_directory.geo import Point
from resources_directory.models.language import Language
from resources_directory.models.location import Address, Location, LocationType
from resources_directory.models.organization import Organization
from resources_directory.models.service import NeedOrigin, Service, ServiceAtLocation, ServiceNeed
from resources_directory.models.taxonomy import Attribute, TaxonomyTerm
from resources_directory.needs import NeedDomain
from resources_directory.search import find_services
from resources_directory.text_index import reindex

Row = TypeVar("Row")

#: A Monday, 10:00 in Miami.
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MIAMI = Point(25.7791, -80.1978)


class Records:
    """Makes records of the directory; each is flushed."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row

    def organization(self, name: str = "Harvest Hands", **facts: Any) -> Organization:
        return self.add(Organization(name=name, **facts))

    def service(self, name: str, **facts: Any) -> Service:
        """A service of an organization of its own, without a place."""
        if "organization_id" not in facts:
            facts["organization_id"] = self.organization().id
        return self.indexed(self.add(Service(name=name, **facts)))

    def place(
        self, service: Service, km_north: float | None = None, *, private: bool = False, **facts: Any
    ) -> Location:
        """A place of the service, so many kilometres north of the middle of Miami; None: without coordinates."""
        if km_north is not None:
            facts |= {"latitude": MIAMI.latitude + km_north / 111.045, "longitude": MIAMI.longitude}
        location = self.add(Location(is_private=private, **facts))
        self.add(ServiceAtLocation(service_id=service.id, location_id=location.id))
        self.indexed(service)
        return location

    def remote(self, service: Service) -> Location:
        return self.place(service, location_type=LocationType.VIRTUAL.value)

    def address(self, location: Location, **facts: Any) -> Address:
        facts = {"address_1": "10 Palm Ave", "city": "Hialeah", "state_province": "FL", "postal_code": "33010"} | facts
        return self.add(Address(location_id=location.id, country="US", **facts))

    def need(self, service: Service, need: NeedDomain, origin: NeedOrigin = NeedOrigin.STATED) -> ServiceNeed:
        return self.add(ServiceNeed(service_id=service.id, need=need.value, origin=origin.value))

    def language(self, code: str, **facts: Any) -> Language:
        return self.add(Language(code=code, **facts))

    def term(self, service: Service, name: str, code: str | None = None) -> TaxonomyTerm:
        term = self.add(TaxonomyTerm(name=name, code=code))
        self.add(Attribute(link_id=service.id, link_entity="service", taxonomy_term_id=term.id))
        self.indexed(service)
        return term

    def indexed(self, service: Service) -> Service:
        reindex(self.session, [service.id])
        return service

    def found(self, **wanted: Any) -> list[str]:
        """The names of the services that a search finds, in order."""
        return [hit.service_name for hit in find_services(self.session, now=NOW, **wanted)]
