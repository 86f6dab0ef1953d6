"""Builds the nested services of HSDS 3.2 JSON, a batch at a time: one query for each kind of child."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from resources_directory.exporting.selection import may_leave
from resources_directory.exporting.values import Outgoing, outgoing
from resources_directory.importing.columns import ANY_TABLE, links_of, table_of

BATCH = 200
#: Links that are told by nesting; these two point to a record that is not nested.
KEPT_LINKS = frozenset({"parent_id", "parent_organization_id"})


@dataclass(frozen=True)
class Node:
    """A kind of object: its table, lists of children by key, and single objects by key with the column naming them.

    `alone`: a child of a place counts as the place's own only if it names no service.
    """

    table: str
    many: tuple[tuple[str, "Node"], ...] = ()
    one: tuple[tuple[str, str, "Node"], ...] = ()
    alone: bool = False


TERM = Node("taxonomy_term", one=(("taxonomy_detail", "taxonomy_id", Node("taxonomy")),))
ATTRIBUTES = ("attributes", Node("attribute", one=(("taxonomy_term", "taxonomy_term_id", TERM),)))
METADATA = ("metadata", Node("metadata"))
PHONES = ("phones", Node("phone", many=(("languages", Node("language")),)))
CONTACTS = ("contacts", Node("contact", many=(PHONES,)))
SCHEDULES = ("schedules", Node("schedule"))
AREAS = ("service_areas", Node("service_area"))
LOCATION = Node(
    "location",
    many=(
        ("languages", Node("language", alone=True)),
        ("addresses", Node("address")),
        CONTACTS,
        ("accessibility", Node("accessibility")),
        PHONES,
        ("schedules", Node("schedule", alone=True)),
        ATTRIBUTES,
        METADATA,
    ),
)
ORGANIZATION = Node(
    "organization",
    many=(
        ("additional_websites", Node("url")),
        ("funding", Node("funding")),
        CONTACTS,
        PHONES,
        ("organization_identifiers", Node("organization_identifier")),
        ATTRIBUTES,
        METADATA,
    ),
)
AT_LOCATION = Node(
    "service_at_location",
    many=(AREAS, CONTACTS, PHONES, SCHEDULES),
    one=(("location", "location_id", LOCATION),),
)
SERVICE = Node(
    "service",
    many=(
        ("additional_urls", Node("url")),
        PHONES,
        SCHEDULES,
        AREAS,
        ("service_at_locations", AT_LOCATION),
        ("languages", Node("language")),
        ("funding", Node("funding")),
        ("cost_options", Node("cost_option")),
        ("required_documents", Node("required_document")),
        CONTACTS,
        ("capacities", Node("service_capacity", one=(("unit", "unit_id", Node("unit")),))),
        ATTRIBUTES,
        METADATA,
    ),
    one=(("organization", "organization_id", ORGANIZATION), ("program", "program_id", Node("program"))),
)


def nested_services(session: Session) -> Iterator[Outgoing]:
    """Give every service that may leave, with everything that belongs to it, ordered by id."""
    service = table_of("service")
    query = select(service.c.id).where(may_leave("service")).order_by(service.c.id).limit(BATCH)
    ids = list(session.scalars(query))
    while ids:
        objects = _objects(session, SERVICE, select(service).where(service.c.id.in_(ids)).order_by(service.c.id))
        yield from (objects[id_] for id_ in ids)
        ids = list(session.scalars(query.where(service.c.id > ids[-1])))


def nested_service(session: Session, service_id: UUID) -> Outgoing | None:
    """Return one service with everything that belongs to it; None when it is gone or may not leave."""
    service = table_of("service")
    wanted = select(service).where(service.c.id == service_id, may_leave("service"))
    return _objects(session, SERVICE, wanted).get(service_id)


def _objects(session: Session, node: Node, query: Select[tuple[object, ...]]) -> dict[UUID, Outgoing]:
    """Return the objects of a query's rows by id, with their children inside."""
    rows = session.execute(query).all()
    found = {row.id: values for row in rows if (values := outgoing(node.table, row)) is not None}
    for key, column, inner in node.one:
        table = table_of(inner.table)
        wanted = {getattr(row, column) for row in rows} - {None}
        theirs = select(table).where(table.c.id.in_(wanted), may_leave(inner.table)).order_by(table.c.id)
        inner_objects = _objects(session, inner, theirs)
        for row in rows:
            if row.id in found and getattr(row, column) in inner_objects:
                found[row.id][key] = inner_objects[getattr(row, column)]
    for key, inner in node.many:
        for parent_id, children in _children(session, inner, node.table, list(found)).items():
            found[parent_id][key] = children
    for values in found.values():
        _forget_links(node, values)
    return found


def _children(session: Session, node: Node, parent: str, ids: list[UUID]) -> dict[UUID, list[Outgoing]]:
    table = table_of(node.table)
    column = next((name for known, name in ANY_TABLE if known == node.table), f"{parent}_id")
    query = select(table).where(table.c[column].in_(ids), may_leave(node.table)).order_by(table.c[column], table.c.id)
    if node.alone:
        query = query.where(table.c.service_id.is_(None))
    parents = {row[0]: row[1] for row in session.execute(query.with_only_columns(table.c.id, table.c[column]))}
    children: defaultdict[UUID, list[Outgoing]] = defaultdict(list)
    for id_, values in _objects(session, node, query).items():
        children[parents[id_]].append(values)
    return children


def _forget_links(node: Node, values: Outgoing) -> None:
    links = [link.name for link in links_of(node.table)]
    links += [column for known, column in ANY_TABLE if known == node.table]
    for name in links:
        if name not in KEPT_LINKS:
            values.pop(name, None)
