"""What an organization corrects in its own listing: kept in the history of changes, and not undone by an import.

The history is HSDS 3.2.3 metadata of our own, without a source: it names the column, what stood there and what stands
there now. A column that it names belongs to whoever corrected it: an import leaves it as it is (importing/writing.py).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from resources_directory.models.metadata import Metadata
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service
from resources_directory.service_needs import derive_needs
from resources_directory.text_index import reindex

Listed = Organization | Service
#: Column to what stands there.
Facts = Mapping[str, str | None]

#: What may be corrected, in the order in which it is read.
CORRECTABLE: Mapping[type[Listed], tuple[str, ...]] = {
    Organization: ("description", "website"),
    Service: (
        "description",
        "eligibility_description",
        "application_process",
        "fees_description",
        "interpretation_services",
        "url",
    ),
}

#: Where names of stands come from; it proves nothing, it only tells stands apart.
_STANDS = UUID(int=0)


def listed_facts(row: Listed) -> dict[str, str | None]:
    """Return what may be corrected of a listing as it stands, in the form in which it is typed."""
    return {column: tidy(getattr(row, column)) for column in CORRECTABLE[type(row)]}


def tidy(text: str | None) -> str | None:
    """Return a text as it is compared: lines end as on every page, no blanks around it, None for nothing."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip() or None if text else None


def stand_of(facts: Facts) -> str:
    """Return letters that are the same as long as the facts are: the version of a listing that a page showed."""
    return uuid5(_STANDS, json.dumps(dict(facts), sort_keys=True)).hex


def lock_listing(session: Session, row: Listed) -> None:
    """Let whoever corrects the same listing at this moment wait, and read what stands now."""
    session.refresh(row, with_for_update=True)


def correct_listing(session: Session, row: Listed, facts: Facts, *, by: str, now: datetime) -> list[str]:
    """Write what differs, with its history, and return those columns in their order.

    `by`: a role or a desk, never a person's name, because the history may be passed on. What the words of a service say
    of needs is derived anew. Flushes; the caller commits.
    """
    before = listed_facts(row)
    changed = [column for column in before if before[column] != facts[column]]
    for column in changed:
        setattr(row, column, facts[column])
        session.add(
            Metadata(
                resource_id=row.id,
                resource_type=row.__tablename__,
                last_action_date=now.date(),
                last_action_type="update",
                field_name=column,
                previous_value=before[column] or "",
                replacement_value=facts[column] or "",
                updated_by=by,
            )
        )
    session.flush()
    if changed and isinstance(row, Service):
        derive_needs(session, [row.id])
        reindex(session, [row.id])
    return changed


def corrected_columns(session: Session, table_name: str, ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return id to the columns that were corrected here; records without any are left out."""
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    wanted = select(Metadata.resource_id, Metadata.field_name).where(
        Metadata.resource_id.in_(ids), Metadata.resource_type == table_name, Metadata.source_id.is_(None)
    )
    for resource_id, column in session.execute(wanted):
        found[resource_id].add(column)
    return dict(found)
