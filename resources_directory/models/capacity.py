"""Whether a service can take people now (HSDS 3.2.3: service_capacity, unit)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from resources_directory.db import Base
from resources_directory.models.source import SourceRecord


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
