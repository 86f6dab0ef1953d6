"""Whether a service can take people now (HSDS 3.2.3: service_capacity, unit), and what an organization itself said."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from resources_directory.db import Base, new_id
from resources_directory.models.source import SourceRecord, one_of


class CapacityStatus(StrEnum):
    """Whether a service takes people (HL7 SDOH Clinical Care 3.0.0, SDOHCC capacity status: the same four codes)."""

    CAPACITY = "capacity"
    NO_CAPACITY = "no-capacity"
    WAITLIST = "waitlist"
    ASSESSMENT_REQUIRED = "additional-assessment-required"


class Unit(SourceRecord, Base):
    """What capacity is counted in: beds, visits, places in a class (HSDS unit)."""

    __tablename__ = "unit"

    name: Mapped[str]
    scheme: Mapped[str | None]
    identifier: Mapped[str | None]
    uri: Mapped[str | None]


class ServiceCapacity(SourceRecord, Base):
    """How many are free, and when that was said: it goes stale quickly (HSDS service_capacity)."""

    __tablename__ = "service_capacity"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    available: Mapped[float]
    maximum: Mapped[float | None]
    description: Mapped[str | None]
    updated: Mapped[datetime]


class CapacityWord(Base):
    """What the organization said about room in a service. Rows are only added; the newest counts.

    Not a table of HSDS: a second import leaves it alone, and no export names who said it.
    """

    __tablename__ = "capacity_word"
    __table_args__ = (one_of("status", CapacityStatus), Index("ix_capacity_word_newest", "service_id", "said_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    status: Mapped[str]
    #: The last day on which it holds; none: until somebody says otherwise.
    until: Mapped[date | None]
    note: Mapped[str | None]
    #: The name of whoever said it, and how: link, account or phone.
    said_by: Mapped[str]
    said_how: Mapped[str]
    said_at: Mapped[datetime]
