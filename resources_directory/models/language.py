"""Languages in which a service, a location or a phone serves people itself (HSDS 3.2.3 language)."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from resources_directory.db import Base
from resources_directory.models.source import SourceRecord


class Language(SourceRecord, Base):
    """One language. Interpreters on call are not listed here but in `service.interpretation_services`."""

    __tablename__ = "language"

    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)
    location_id: Mapped[UUID | None] = mapped_column(ForeignKey("location.id"), index=True)
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone.id"), index=True)
    name: Mapped[str | None]
    #: ISO 639-1, or 639-3 where there is no two-letter code; lower case.
    code: Mapped[str | None]
    note: Mapped[str | None]
