"""Locations of the directory, their addresses and how accessible they are (HSDS 3.2.3)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, event, false
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from resources_directory.db import Base
from resources_directory.geo import Point, cell_of
from resources_directory.models.source import Retirable, SourceRecord, one_of


class LocationType(StrEnum):
    """The words HSDS 3.2.3 allows for location_type."""

    PHYSICAL = "physical"
    POSTAL = "postal"
    VIRTUAL = "virtual"


class AddressType(StrEnum):
    """The words HSDS 3.2.3 allows for address_type."""

    PHYSICAL = "physical"
    POSTAL = "postal"
    VIRTUAL = "virtual"


def public_cell(latitude: float | None, longitude: float | None, *, is_private: bool) -> int | None:
    """Return the cell of a place, or nothing where the place is private or unknown."""
    if is_private or latitude is None or longitude is None:
        return None
    return cell_of(Point(latitude, longitude))


def _cell_of_new_row(context: DefaultExecutionContext) -> int | None:
    row = context.get_current_parameters()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return public_cell(row.get("latitude"), row.get("longitude"), is_private=bool(row.get("is_private")))


class Location(SourceRecord, Retirable, Base):
    """A place, a mailbox or a virtual place where services are offered (HSDS location)."""

    __tablename__ = "location"
    __table_args__ = (
        one_of("location_type", LocationType),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_in_degrees"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_in_degrees"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="both_coordinates_or_none"),
        CheckConstraint("NOT is_private OR geocell IS NULL", name="private_is_in_no_cell"),
        Index(None, "source_id", "source_record_id"),
    )

    location_type: Mapped[str] = mapped_column(default=LocationType.PHYSICAL.value)
    url: Mapped[str | None]
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str | None]
    alternate_name: Mapped[str | None]
    description: Mapped[str | None]
    transportation: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    external_identifier: Mapped[str | None]
    external_identifier_type: Mapped[str | None]
    #: A confidential place: no address, distance, radius hit or map anywhere.
    is_private: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: `geo.cell_of` the coordinates; nothing where the place is private or unknown. Kept by this module for new rows
    #: and for rows changed through the ORM; an UPDATE statement must set it itself.
    geocell: Mapped[int | None] = mapped_column(index=True, default=_cell_of_new_row)
    #: IANA zone. HSDS has only an offset in the schedule, which loses daylight saving.
    timezone_name: Mapped[str | None]
    #: The location that this one was merged into.
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("location.id"))


@event.listens_for(Location, "before_update")
def _move_cell(_mapper: Mapper[Location], _connection: Connection, location: Location) -> None:
    location.geocell = public_cell(location.latitude, location.longitude, is_private=location.is_private)


class Address(SourceRecord, Base):
    """An address of a location. HSDS wants it whole; we keep parts, and exports leave out what is not whole."""

    __tablename__ = "address"
    __table_args__ = (one_of("address_type", AddressType),)

    location_id: Mapped[UUID | None] = mapped_column(ForeignKey("location.id"), index=True)
    attention: Mapped[str | None]
    address_1: Mapped[str | None]
    address_2: Mapped[str | None]
    city: Mapped[str | None]
    region: Mapped[str | None]
    state_province: Mapped[str | None]
    postal_code: Mapped[str | None]
    #: ISO 3166-1, two letters.
    country: Mapped[str | None]
    address_type: Mapped[str] = mapped_column(default=AddressType.PHYSICAL.value)


class Accessibility(SourceRecord, Base):
    """How people with disabilities can use a location, in free text (HSDS accessibility)."""

    __tablename__ = "accessibility"

    location_id: Mapped[UUID | None] = mapped_column(ForeignKey("location.id"), index=True)
    description: Mapped[str | None]
    details: Mapped[str | None]
    url: Mapped[str | None]
