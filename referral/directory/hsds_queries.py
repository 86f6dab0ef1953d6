"""What the public HSDS API reads: a page of services that may be passed on, and one of them with everything nested."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from referral.kit.scope import ScopedSession
from resources_directory.exporting.nested import nested_service
from resources_directory.exporting.selection import may_leave
from resources_directory.exporting.values import Outgoing, outgoing
from resources_directory.importing.columns import table_of
from resources_directory.text_index import find_by_words

#: All that is told of a confidential service: nobody may find out where it is, and nothing is ever sent to it.
TOLD_OF_CONFIDENTIAL = ("id", "organization_id", "name", "description", "status", "phones", "languages", "organization")
TOLD_OF_ITS_ORGANIZATION = ("id", "name", "description")


@dataclass(frozen=True)
class ListQuery:
    """What is asked for; pages count from 1."""

    search: str | None = None
    organization_id: UUID | None = None
    page: int = 1
    per_page: int = 50


@dataclass(frozen=True)
class Listed:
    """One page of services, each as the standard's list has it, and how many there are in all."""

    services: Sequence[Outgoing]
    total: int


def listed_services(session: ScopedSession, query: ListQuery) -> Listed:
    """Return one page of the services that may be passed on, by name and id."""
    service = table_of("service")
    found = select(service).where(may_leave("service"), service.c.status != "defunct")
    if query.organization_id is not None:
        found = found.where(service.c.organization_id == query.organization_id)
    words = find_by_words(session, query.search) if query.search else None
    if words is not None:
        matching = words.subquery()
        found = found.where(service.c.id.in_(select(matching.c.service_id)))
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = found.order_by(service.c.name, service.c.id).limit(query.per_page).offset((query.page - 1) * query.per_page)
    rows = session.execute(page).all()
    organizations = _by_id(session, "organization", {row.organization_id for row in rows})
    programs = _by_id(session, "program", {row.program_id for row in rows})
    return Listed([_listed(row, organizations, programs) for row in rows], total)


def full_service(session: ScopedSession, service_id: UUID) -> Outgoing | None:
    """Return one service with everything nested; None when it is gone or may not be passed on."""
    service = table_of("service")
    row = session.execute(select(service).where(service.c.id == service_id, may_leave("service"))).one_or_none()
    if row is None or row.status == "defunct":
        return None
    values = nested_service(session, service_id)
    return _discreet(row, values) if values is not None else None


def _listed(row: Any, organizations: dict[UUID, Outgoing], programs: dict[UUID, Outgoing]) -> Outgoing:
    values = outgoing("service", row) or {}
    if row.organization_id in organizations:
        values["organization"] = organizations[row.organization_id]
    if row.program_id in programs:
        values["program"] = programs[row.program_id]
    return _discreet(row, values)


def _discreet(row: Any, values: Outgoing) -> Outgoing:
    if not row.is_confidential:
        return values
    told = {name: values[name] for name in TOLD_OF_CONFIDENTIAL if name in values}
    if "organization" in told:
        told["organization"] = {name: told["organization"][name] for name in TOLD_OF_ITS_ORGANIZATION}
    return told


def _by_id(session: ScopedSession, table_name: str, ids: set[UUID | None]) -> dict[UUID, Outgoing]:
    table = table_of(table_name)
    rows = session.execute(select(table).where(table.c.id.in_(ids - {None}), may_leave(table_name)))
    return {row.id: values for row in rows if (values := outgoing(table_name, row)) is not None}
