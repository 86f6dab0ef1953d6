"""Organizations of the directory and how to reach them (HSDS 3.2.3: organization, program, contact, phone ...)."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from resources_directory.db import Base
from resources_directory.models.source import Retirable, SourceRecord


class Organization(SourceRecord, Retirable, Base):
    """Who offers services (HSDS organization)."""

    __tablename__ = "organization"
    __table_args__ = (Index(None, "source_id", "source_record_id"),)

    name: Mapped[str]
    alternate_name: Mapped[str | None]
    #: HSDS asks for a description; sources often have none, and an export then needs the name instead.
    description: Mapped[str | None]
    email: Mapped[str | None]
    website: Mapped[str | None]
    tax_status: Mapped[str | None]
    tax_id: Mapped[str | None]
    year_incorporated: Mapped[int | None]
    legal_status: Mapped[str | None]
    logo: Mapped[str | None]
    uri: Mapped[str | None]
    #: Checked at commit, because a file may name the child before its parent.
    parent_organization_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organization.id", deferrable=True, initially="DEFERRED")
    )
    #: The listing that this one was merged into.
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))


class OrganizationIdentifier(SourceRecord, Base):
    """A number under which others know an organization (HSDS organization_identifier)."""

    __tablename__ = "organization_identifier"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    identifier_scheme: Mapped[str | None]
    identifier_type: Mapped[str]
    identifier: Mapped[str]


class Program(SourceRecord, Base):
    """A group of services of one organization (HSDS program)."""

    __tablename__ = "program"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    alternate_name: Mapped[str | None]
    description: Mapped[str | None]


class Funding(SourceRecord, Base):
    """Who pays for an organization or a service (HSDS funding)."""

    __tablename__ = "funding"

    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)
    source: Mapped[str | None]


class Url(SourceRecord, Base):
    """A further web address of an organization or a service (HSDS url)."""

    __tablename__ = "url"

    label: Mapped[str | None]
    url: Mapped[str]
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)


class Contact(SourceRecord, Base):
    """A person or desk to speak to (HSDS contact)."""

    __tablename__ = "contact"

    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)
    service_at_location_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_at_location.id"), index=True)
    location_id: Mapped[UUID | None] = mapped_column(ForeignKey("location.id"), index=True)
    name: Mapped[str | None]
    title: Mapped[str | None]
    department: Mapped[str | None]
    email: Mapped[str | None]


class Phone(SourceRecord, Base):
    """A telephone number of any of five kinds of parent; it may name several at once (HSDS phone)."""

    __tablename__ = "phone"
    __table_args__ = (CheckConstraint("number <> ''", name="number_is_given"),)

    location_id: Mapped[UUID | None] = mapped_column(ForeignKey("location.id"), index=True)
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), index=True)
    service_at_location_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_at_location.id"), index=True)
    number: Mapped[str]
    #: Text, although HSDS says number: leading zeros and letters are kept here and dealt with at export.
    extension: Mapped[str | None]
    type: Mapped[str | None]
    description: Mapped[str | None]
