"""Where records come from: the table of sources, and the columns that every record of a source carries."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text, false
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from resources_directory.db import Base, new_id


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Return a CHECK that lets `column` hold one of the values (or nothing, where the column may be empty)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


class DirectorySource(Base):
    """A directory that records were imported from, or the place where our own editors write."""

    __tablename__ = "directory_source"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    #: The words of the licence or its SPDX name; nothing means that none was stated.
    licence: Mapped[str | None]
    #: The words the licence asks to be shown beside the records.
    attribution: Mapped[str | None]
    #: Whether the records may leave through the API and exports. No, until somebody found that they may.
    redistribution: Mapped[bool] = mapped_column(default=False, server_default=false())
    last_import_at: Mapped[datetime | None]
    #: Whether the records are invented.
    is_demo: Mapped[bool] = mapped_column(default=False, server_default=false())


class SourceRecord:
    """The key of a record and the source that it came from. Mixed into every HSDS table."""

    #: Version 5 of the source and its own id for imported records, so that a second import finds the same row.
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    #: The source's own id, as it stood in the file.
    source_record_id: Mapped[str | None] = mapped_column(Text)

    @declared_attr
    def source_id(cls) -> Mapped[UUID | None]:  # noqa: N805 (declared_attr hands over the class)
        """The source of the record; nothing for a record that our own editors wrote."""
        return mapped_column(ForeignKey("directory_source.id"))


class Retirable:
    """When a record left the directory. Records are retired and never deleted: referrals point to them."""

    retired_at: Mapped[datetime | None]
