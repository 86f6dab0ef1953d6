"""When a service, a location or a service at a location is open (HSDS 3.2.3 schedule; RFC 5545 recurrence parts)."""

from datetime import date, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from resources_directory.db import Base
from resources_directory.hours import Frequency, Weekday
from resources_directory.models.source import SourceRecord, one_of


class Schedule(SourceRecord, Base):
    """One rule of opening; several rows of one parent are united (HSDS schedule)."""

    __tablename__ = "schedule"
    __table_args__ = (
        one_of("wkst", Weekday),
        one_of("freq", Frequency),
        CheckConstraint('"interval" >= 1', name="interval_is_positive"),
    )

    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)
    location_id: Mapped[UUID | None] = mapped_column(ForeignKey("location.id"), index=True)
    service_at_location_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_at_location.id"), index=True)
    valid_from: Mapped[date | None]
    #: The day the row goes stale; it does not mean that the service ends.
    valid_to: Mapped[date | None]
    dtstart: Mapped[date | None]
    #: Offset from UTC in hours, as HSDS has it.
    timezone: Mapped[float | None]
    #: The last day on which the events happen.
    until: Mapped[date | None]
    count: Mapped[int | None]
    wkst: Mapped[str | None]
    freq: Mapped[str | None]
    interval: Mapped[int | None]
    #: Days with comma, each with an optional number of the week in the month: "MO,WE", "2TU", "-1FR".
    byday: Mapped[str | None]
    byweekno: Mapped[str | None]
    bymonthday: Mapped[str | None]
    byyearday: Mapped[str | None]
    description: Mapped[str | None]
    #: Local time of the place. Closing at or before opening means the next day; 00:00 to 23:59 is the whole day.
    opens_at: Mapped[time | None]
    closes_at: Mapped[time | None]
    schedule_link: Mapped[str | None]
    attending_type: Mapped[str | None]
    notes: Mapped[str | None]
    #: IANA zone of the times, where it is not the location's.
    timezone_name: Mapped[str | None]
