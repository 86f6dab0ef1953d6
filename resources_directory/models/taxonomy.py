"""Classifications and what they are attached to (HSDS 3.2.3: taxonomy, taxonomy_term, attribute)."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from resources_directory.db import Base
from resources_directory.models.source import SourceRecord


class Taxonomy(SourceRecord, Base):
    """A list of terms (HSDS taxonomy)."""

    __tablename__ = "taxonomy"

    name: Mapped[str]
    description: Mapped[str | None]
    uri: Mapped[str | None]
    version: Mapped[str | None]


class TaxonomyTerm(SourceRecord, Base):
    """One term of a list (HSDS taxonomy_term)."""

    __tablename__ = "taxonomy_term"
    __table_args__ = (Index(None, "taxonomy_id", "code"),)

    #: HSDS says unique; real lists repeat codes, and two lists may share one.
    code: Mapped[str | None]
    name: Mapped[str]
    description: Mapped[str | None]
    #: Checked at commit, because a file may name the child before its parent.
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("taxonomy_term.id", deferrable=True, initially="DEFERRED"), index=True
    )
    taxonomy: Mapped[str | None]
    language: Mapped[str | None]
    taxonomy_id: Mapped[UUID | None] = mapped_column(ForeignKey("taxonomy.id"))
    term_uri: Mapped[str | None]


class Attribute(SourceRecord, Base):
    """A term, or a term with a value, attached to a record of any table (HSDS attribute)."""

    __tablename__ = "attribute"
    __table_args__ = (Index(None, "link_id", "link_entity"),)

    #: The id of the record; of which table, `link_entity` says. There is no foreign key.
    link_id: Mapped[UUID]
    taxonomy_term_id: Mapped[UUID] = mapped_column(ForeignKey("taxonomy_term.id"), index=True)
    link_type: Mapped[str | None]
    #: A table's name: "service", "organization", "location".
    link_entity: Mapped[str]
    value: Mapped[str | None]
    label: Mapped[str | None]
