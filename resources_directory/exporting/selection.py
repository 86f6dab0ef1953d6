"""Which records may leave: live ones, of sources that may be passed on, without anything that shows a private place."""

from sqlalchemy import ColumnElement, Table, and_, or_, select
from sqlalchemy.orm import Session

from resources_directory.importing.columns import ANY_TABLE, RETIRABLE, links_of, table_of
from resources_directory.models.source import DirectorySource

#: Tables whose rows show where a location is. Rows of private locations stay here.
SHOWING_PLACES = frozenset({"address", "accessibility", "contact", "attribute", "metadata"})

#: Tables whose rows say who works at a service or where it is on the web. Rows of confidential services stay here.
SHOWING_PEOPLE = frozenset({"contact", "url"})


def sources_left_out(session: Session) -> tuple[str, ...]:
    """Return the names of the sources that may not be passed on, in alphabetical order."""
    query = select(DirectorySource.name).where(DirectorySource.redistribution.is_(False)).order_by(DirectorySource.name)
    return tuple(session.scalars(query))


def may_leave(table_name: str) -> ColumnElement[bool]:
    """Return the condition under which a row of a table may leave. All its parents must be able to leave too."""
    table = table_of(table_name)
    conditions = [_own(table)]
    for link in links_of(table_name):
        if link.points_to in RETIRABLE and link.points_to != table_name:
            target = str(link.points_to)
            live_ids = select(table_of(target).c.id).where(may_leave(target))
            conditions.append(or_(table.c[link.name].is_(None), table.c[link.name].in_(live_ids)))
    for column, entity in ((column, entity) for (known, column), entity in ANY_TABLE.items() if known == table_name):
        for target in RETIRABLE:
            live_ids = select(table_of(target).c.id).where(may_leave(target))
            conditions.append(or_(table.c[entity] != target, table.c[column].in_(live_ids)))
    if table_name in SHOWING_PEOPLE:
        service = table_of("service")
        confidential = select(service.c.id).where(service.c.is_confidential.is_(True))
        conditions.append(or_(table.c.service_id.is_(None), table.c.service_id.not_in(confidential)))
    if table_name in SHOWING_PLACES:
        conditions.append(_shows_no_private_place(table_name, table))
    return and_(*conditions)


def _own(table: Table) -> ColumnElement[bool]:
    """Live, and ours or of a source that may be passed on."""
    free = select(DirectorySource.id).where(DirectorySource.redistribution.is_(True))
    conditions: list[ColumnElement[bool]] = [or_(table.c.source_id.is_(None), table.c.source_id.in_(free))]
    if "retired_at" in table.c:
        conditions.append(table.c.retired_at.is_(None))
    return and_(*conditions)


def _shows_no_private_place(table_name: str, table: Table) -> ColumnElement[bool]:
    location = table_of("location")
    private = select(location.c.id).where(location.c.is_private.is_(True))
    column = next((column for known, column in ANY_TABLE if known == table_name), "location_id")
    return or_(table.c[column].is_(None), table.c[column].not_in(private))
