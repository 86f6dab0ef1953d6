"""A clinic's usual services: who starred which and when, the same for everybody who works there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.accounts.models import Person
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.prescriptions.models import FavouriteService
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service


@dataclass(frozen=True)
class Usual:
    """A usual service of the clinic, as the list shows it."""

    service_id: UUID
    service_name: str
    organization_name: str
    by: str | None
    since: datetime


def star(session: ScopedSession, service_id: UUID, *, clinic_id: UUID, by: UUID) -> None:
    """Call a service the clinic's usual one. Starred already, it stays as it is. Flushes."""
    if service_id in favourites_of(session, clinic_id):
        return
    row = FavouriteService(clinic_id=clinic_id, service_id=service_id, starred_by=by, starred_at=clock.now())
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return  # a colleague was faster by a moment


def unstar(session: ScopedSession, service_id: UUID, *, clinic_id: UUID) -> None:
    """Take the star from a service. Flushes."""
    found = select(FavouriteService).where(
        FavouriteService.clinic_id == clinic_id, FavouriteService.service_id == service_id
    )
    for row in session.scalars(found):
        session.delete(row)
    session.flush()


def favourites_of(session: ScopedSession, clinic_id: UUID) -> frozenset[UUID]:
    """Return the ids of the services that the clinic calls its usual ones."""
    found = select(FavouriteService.service_id).where(FavouriteService.clinic_id == clinic_id)
    return frozenset(session.scalars(found))


def usual_services(session: ScopedSession, clinic_id: UUID) -> list[Usual]:
    """Return the clinic's usual services with who starred them, by name."""
    found = (
        select(FavouriteService, Service.name, Organization.name, Person.name)
        .join(Service, Service.id == FavouriteService.service_id)
        .join(Organization, Organization.id == Service.organization_id)
        .outerjoin(Person, Person.id == FavouriteService.starred_by)
        .where(FavouriteService.clinic_id == clinic_id)
        .order_by(Service.name, Service.id)
    )
    return [
        Usual(row.service_id, service, organization, person, row.starred_at)
        for row, service, organization, person in session.execute(found)
    ]
