"""The text index of the directory: one row of plain words for each live service, searched by each database's own means.

SQLite: an FTS5 table over the rows, kept in step by triggers. PostgreSQL: a tsvector column with a GIN index.
`find_by_words` gives the same services on both, because the words are made in Python (`words.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    ForeignKey,
    Select,
    Table,
    Text,
    Update,
    column,
    delete,
    event,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, Session, mapped_column

from resources_directory.db import Base
from resources_directory.models.location import Address, Location
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service, ServiceAtLocation, ServiceStatus
from resources_directory.models.taxonomy import Attribute, TaxonomyTerm
from resources_directory.words import search_words, words_of

#: Every name in the database that the index makes beside the table begins so; migrations leave them alone.
INDEX_NAMES_BEGIN = "service_text_"
#: Services indexed by one statement.
BATCH = 500
#: Words kept of one column: a description as long as a book would be refused by PostgreSQL.
MOST_WORDS = 5_000

_FTS = table("service_text_fts", column("rowid"))
_COLUMNS = ("name", "organization", "terms", "place", "description")
#: What a word weighs by the column it stands in, in the order of `_COLUMNS` (bm25 of SQLite).
_WEIGHTS = (10.0, 4.0, 6.0, 2.0, 1.0)
#: The same for PostgreSQL: A weighs 1.0, B 0.4, C 0.2, D 0.1.
_PG_WEIGHTS = ("A", "B", "A", "C", "D")


class ServiceText(Base):
    """The words of one live service, as `words_of` makes them. Words of a private place never come in here."""

    __tablename__ = "service_text"

    #: A number, because FTS5 knows its rows by number.
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), unique=True)
    name: Mapped[str] = mapped_column(default="")
    organization: Mapped[str] = mapped_column(default="")
    terms: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    #: PostgreSQL's own form of the words; empty on SQLite.
    vector: Mapped[str | None] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


def create_text_index(connection: Connection) -> None:
    """Create the index over `service_text` (the table must be there). For `create_all` and for migrations."""
    for statement in _CREATE[connection.dialect.name]:
        connection.execute(text(statement))


def drop_text_index(connection: Connection) -> None:
    """Drop what `create_text_index` made; the table stays."""
    for statement in _DROP[connection.dialect.name]:
        connection.execute(text(statement))


def reindex(session: Session, service_ids: Iterable[UUID]) -> int:
    """Write the words of these services anew and return how many are findable now.

    Retired and defunct services, and those of retired organizations, leave the index. Flushes; the caller commits.
    """
    session.flush()
    wanted = sorted(set(service_ids))
    return sum(_reindex_batch(session, wanted[start : start + BATCH]) for start in range(0, len(wanted), BATCH))


def reindex_all(session: Session) -> int:
    """Write the words of every service anew and return how many are findable."""
    return reindex(session, session.scalars(select(Service.id).order_by(Service.id)).all())


def live_place() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a service is still offered at a location."""
    return (ServiceAtLocation.retired_at.is_(None), Location.retired_at.is_(None))


def live_service() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a service and its organization are shown at all.

    "Inactive" services are shown: whole directories carry that word by mistake.
    """
    return (
        Service.retired_at.is_(None),
        Organization.retired_at.is_(None),
        Service.status != ServiceStatus.DEFUNCT.value,
    )


def find_by_words(session: Session, words: str) -> Select[UUID, float] | None:
    """Return a select of (service_id, rank), lower rank is better, for services with all the words; None for no words.

    The last word may be the beginning of one. Whatever people type is taken as plain words.
    """
    wanted = search_words(words)
    if not wanted:
        return None
    if session.get_bind().dialect.name == "sqlite":
        match = " ".join(f'"{word}"' for word in wanted) + "*"
        rank = literal_column(f"bm25(service_text_fts, {', '.join(map(str, _WEIGHTS))})", Float()).label("rank")
        found = select(ServiceText.service_id, rank).join_from(ServiceText, _FTS, _FTS.c.rowid == ServiceText.id)
        return found.where(literal_column("service_text_fts").op("MATCH")(match))
    query = func.to_tsquery("simple", " & ".join(f"'{word}'" for word in wanted) + ":*")
    pg_rank = (-func.ts_rank(ServiceText.vector, query, type_=Float())).label("rank")
    return select(ServiceText.service_id, pg_rank).where(ServiceText.vector.op("@@")(query))


def _reindex_batch(session: Session, service_ids: Sequence[UUID]) -> int:
    terms, places = _terms(session, service_ids), _places(session, service_ids)
    found = select(Service, Organization.name).join(Organization, Organization.id == Service.organization_id)
    rows = [
        {
            "service_id": service.id,
            "name": _words(service.name, service.alternate_name),
            "organization": _words(organization_name),
            "terms": _words(*terms[service.id]),
            "place": _words(*places[service.id]),
            "description": _words(service.description, service.eligibility_description),
        }
        for service, organization_name in session.execute(
            found.where(Service.id.in_(service_ids), *live_service()).order_by(Service.id)
        )
    ]
    session.execute(delete(ServiceText).where(ServiceText.service_id.in_(service_ids)))
    if rows:
        session.execute(insert(ServiceText), rows)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_write_vectors(service_ids))
    return len(rows)


def _write_vectors(service_ids: Sequence[UUID]) -> Update:
    parts: list[ColumnElement[Any]] = [
        func.setweight(func.to_tsvector("simple", getattr(ServiceText, name)), literal_column(f"'{weight}'"))
        for name, weight in zip(_COLUMNS, _PG_WEIGHTS, strict=True)
    ]
    vector = reduce(lambda left, right: left.op("||")(right), parts)
    changed = update(ServiceText).where(ServiceText.service_id.in_(service_ids)).values(vector=vector)
    return changed.execution_options(synchronize_session=False)


def _terms(session: Session, service_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found = (
        select(Attribute.link_id, TaxonomyTerm.name)
        .join(TaxonomyTerm, TaxonomyTerm.id == Attribute.taxonomy_term_id)
        .where(Attribute.link_id.in_(service_ids), Attribute.link_entity == Service.__tablename__)
        .order_by(TaxonomyTerm.name, Attribute.id)
    )
    return _grouped(session.execute(found))


def _places(session: Session, service_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found = (
        select(ServiceAtLocation.service_id, func.coalesce(Address.city, "") + " " + func.coalesce(Address.region, ""))
        .join(Location, Location.id == ServiceAtLocation.location_id)
        .join(Address, Address.location_id == Location.id)
        .where(ServiceAtLocation.service_id.in_(service_ids), *live_place(), Location.is_private.is_(False))
        .order_by(Address.city, Address.id)
    )
    return _grouped(session.execute(found))


def _grouped(pairs: Iterable[tuple[UUID, str]]) -> dict[UUID, list[str]]:
    grouped: dict[UUID, list[str]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped


def _words(*texts: str | None) -> str:
    found = [word for part in dict.fromkeys(texts) if part for word in words_of(part)]
    return " ".join(found[:MOST_WORDS])


def _fts_statements() -> tuple[str, ...]:
    listed = ", ".join(_COLUMNS)
    new, old = (", ".join(f"{row}.{name}" for name in _COLUMNS) for row in ("new", "old"))
    add = f"INSERT INTO service_text_fts (rowid, {listed}) VALUES (new.id, {new});"  # noqa: S608 (our own names)
    take = f"INSERT INTO service_text_fts (service_text_fts, rowid, {listed}) VALUES ('delete', old.id, {old});"  # noqa: S608 (our own names)
    return (
        f"CREATE VIRTUAL TABLE service_text_fts USING fts5({listed}, content='service_text', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 0')",
        f"CREATE TRIGGER service_text_added AFTER INSERT ON service_text BEGIN {add} END",
        f"CREATE TRIGGER service_text_removed AFTER DELETE ON service_text BEGIN {take} END",
        f"CREATE TRIGGER service_text_changed AFTER UPDATE ON service_text BEGIN {take} {add} END",
    )


_CREATE = {
    "sqlite": _fts_statements(),
    "postgresql": ("CREATE INDEX service_text_vector ON service_text USING gin (vector)",),
}
_DROP = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS service_text_added",
        "DROP TRIGGER IF EXISTS service_text_removed",
        "DROP TRIGGER IF EXISTS service_text_changed",
        "DROP TABLE IF EXISTS service_text_fts",
    ),
    "postgresql": ("DROP INDEX IF EXISTS service_text_vector",),
}


@event.listens_for(ServiceText.__table__, "after_create")
def _after_create(_table: Table, connection: Connection, **_options: Any) -> None:
    create_text_index(connection)


@event.listens_for(ServiceText.__table__, "before_drop")
def _before_drop(_table: Table, connection: Connection, **_options: Any) -> None:
    drop_text_index(connection)
