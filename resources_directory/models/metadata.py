"""The history of changes that a source publishes, and the description of its tables (HSDS 3.2.3 metadata)."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from resources_directory.db import Base
from resources_directory.models.source import SourceRecord


class Metadata(SourceRecord, Base):
    """One change of one field of one record; an absent value is an empty string (HSDS metadata)."""

    __tablename__ = "metadata"
    __table_args__ = (Index(None, "resource_id", "resource_type"),)

    #: The id of the record; of which table, `resource_type` says. There is no foreign key.
    resource_id: Mapped[UUID]
    resource_type: Mapped[str]
    last_action_date: Mapped[date]
    last_action_type: Mapped[str]
    field_name: Mapped[str]
    previous_value: Mapped[str] = mapped_column(default="")
    replacement_value: Mapped[str] = mapped_column(default="")
    #: A role or a desk, never a person's name.
    updated_by: Mapped[str]


class MetaTableDescription(SourceRecord, Base):
    """A source's description of one of its tables (HSDS meta_table_description)."""

    __tablename__ = "meta_table_description"

    name: Mapped[str | None]
    language: Mapped[str | None]
    character_set: Mapped[str | None]
