"""Which services tell by their name alone what somebody must not be seen to need: on a page that others may open."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from resources_directory.models.location import Location
from resources_directory.models.service import Service, ServiceAtLocation, ServiceNeed
from resources_directory.needs import SENSITIVE, NeedDomain

#: Never named where others may read, whatever was chosen.
NEVER_SAID = frozenset({NeedDomain.INTERPERSONAL_SAFETY})


def hidden_services(session: Session, service_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return which of these services are never named where others may read, whatever they are asked for.

    Confidential ones, those at a private place, those that answer a need for safety; and every other service of an
    organization that runs a confidential one or has a private place: its name tells the same.
    """
    ids = sorted(set(service_ids))
    telling = select(Service.organization_id).where(Service.is_confidential.is_(True) | Service.id.in_(_at_private()))
    tells = Service.organization_id.in_(telling) | Service.id.in_(_answering(NEVER_SAID))
    found = select(Service.id).where(Service.id.in_(ids), tells)
    return frozenset(session.scalars(found.order_by(Service.id)))


def sensitive_services(session: Session, service_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return which of these services answer a need that leaves no trace unless it was chosen for that use."""
    ids = sorted(set(service_ids))
    found = select(Service.id).where(Service.id.in_(ids), Service.id.in_(_answering(SENSITIVE)))
    return frozenset(session.scalars(found.order_by(Service.id)))


def _at_private() -> ColumnElement[UUID]:
    places = select(ServiceAtLocation.service_id).join(Location, Location.id == ServiceAtLocation.location_id)
    return places.where(Location.is_private.is_(True)).scalar_subquery()


def _answering(needs: Iterable[NeedDomain]) -> ColumnElement[UUID]:
    answers = select(ServiceNeed.service_id).where(ServiceNeed.need.in_(sorted(map(str, needs))))
    return answers.scalar_subquery()
