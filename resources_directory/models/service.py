"""Services of the directory, where they are offered, and which needs they answer (HSDS 3.2.3: service and others)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from resources_directory.db import Base
from resources_directory.models.source import Retirable, SourceRecord, one_of
from resources_directory.needs import NeedDomain


class ServiceStatus(StrEnum):
    """The words HSDS 3.2.3 allows for a service's status."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily closed"


class NeedOrigin(StrEnum):
    """How we know that a service answers a need: a taxonomy term, words of its text, or a person said so."""

    TAXONOMY = "taxonomy"
    TEXT = "text"
    STATED = "stated"


class Service(SourceRecord, Retirable, Base):
    """What an organization offers (HSDS service)."""

    __tablename__ = "service"
    __table_args__ = (
        one_of("status", ServiceStatus),
        CheckConstraint("minimum_age >= 0", name="minimum_age_not_negative"),
        CheckConstraint("maximum_age >= 0", name="maximum_age_not_negative"),
        Index(None, "source_id", "source_record_id"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    program_id: Mapped[UUID | None] = mapped_column(ForeignKey("program.id"), index=True)
    name: Mapped[str]
    alternate_name: Mapped[str | None]
    description: Mapped[str | None]
    url: Mapped[str | None]
    email: Mapped[str | None]
    status: Mapped[str] = mapped_column(default=ServiceStatus.ACTIVE.value)
    interpretation_services: Mapped[str | None]
    application_process: Mapped[str | None]
    fees_description: Mapped[str | None]
    wait_time: Mapped[str | None]
    fees: Mapped[str | None]
    accreditations: Mapped[str | None]
    eligibility_description: Mapped[str | None]
    #: Years; an infant's age is a fraction. 0 is an age, nothing is unknown.
    minimum_age: Mapped[float | None]
    maximum_age: Mapped[float | None]
    #: The day somebody last checked the record.
    assured_date: Mapped[date | None]
    assurer_email: Mapped[str | None]
    licenses: Mapped[str | None]
    alert: Mapped[str | None]
    last_modified: Mapped[datetime | None]
    #: A shelter or the like: staff and patient call together, and nothing is ever sent to it.
    is_confidential: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Three ways in, where a person stated them; nothing means that `access.access_of` the application process counts.
    walk_in: Mapped[bool | None]
    by_phone: Mapped[bool | None]
    apply_first: Mapped[bool | None]
    #: The listing that this one was merged into.
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"))


class ServiceAtLocation(SourceRecord, Retirable, Base):
    """A service offered at a location (HSDS service_at_location)."""

    __tablename__ = "service_at_location"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"), index=True)
    description: Mapped[str | None]


class ServiceNeed(Base):
    """A need domain that a service answers. Ours; what a person stated stays when a source is imported again."""

    __tablename__ = "service_need"
    __table_args__ = (
        one_of("need", NeedDomain),
        one_of("origin", NeedOrigin),
        Index(None, "need", "service_id"),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), primary_key=True)
    need: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[str]


class ServiceArea(SourceRecord, Base):
    """Where people must live to be served. No row means unknown, not everywhere (HSDS service_area)."""

    __tablename__ = "service_area"

    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)
    service_at_location_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_at_location.id"), index=True)
    name: Mapped[str | None]
    description: Mapped[str | None]
    #: GeoJSON, TopoJSON, KML or words, as `extent_type` says; carried as text.
    extent: Mapped[str | None]
    extent_type: Mapped[str | None]
    uri: Mapped[str | None]


class RequiredDocument(SourceRecord, Base):
    """A paper that a service asks for (HSDS required_document)."""

    __tablename__ = "required_document"

    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)
    document: Mapped[str | None]
    uri: Mapped[str | None]


class CostOption(SourceRecord, Base):
    """What a service costs (HSDS cost_option)."""

    __tablename__ = "cost_option"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    option: Mapped[str | None]
    #: ISO 4217, three letters, as the source wrote it.
    currency: Mapped[str | None]
    amount: Mapped[float | None]
    amount_description: Mapped[str | None]
