"""The table of what services say that they need to know of a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified
from resources_directory.db import Base


class FieldDeclaration(Identified, Base):
    """What a service said that it needs to know. Rows are only added; the newest counts for consents to come.

    Its id is the id of the filled form. Two who declare at the same moment count on from the same number: one is told.
    """

    __tablename__ = "field_declaration"
    __table_args__ = (UniqueConstraint("service_id", "number"),)

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    #: Counts up from 1 for each service.
    number: Mapped[int]
    #: SharedField values. The need itself is always told, and never stands here.
    fields: Mapped[list[str]]
    #: The organization's own people said it; what they said nobody else changes.
    by_organization: Mapped[bool]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"))
    declared_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    declared_at: Mapped[datetime]
