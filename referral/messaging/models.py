"""The table of texts that people send us, stored once each."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from referral.kit.columns import Identified, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base

#: What retention looks for: texts whose words are still kept.
_HAS_WORDS = text("body_sealed IS NOT NULL")


class InboundSource(StrEnum):
    """How a text reached us."""

    WEBHOOK = "webhook"
    SIMULATOR = "simulator"
    #: Fetched from the provider's list, because its webhook never reached us.
    FETCHED = "fetched"


class InboundMessage(Identified, SealedRow, ClinicOwned, Base):
    """One text from a phone. `clinic_id` is unknown (NULL) until a question or patient of a clinic matches."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        one_of("source", InboundSource),
        Index("ix_inbound_message_phone", "phone_number_id", "received_at"),
        Index("ix_inbound_message_words", "received_at", sqlite_where=_HAS_WORDS, postgresql_where=_HAS_WORDS),
    )

    clinic_id: Mapped[UUID | None] = mapped_column(index=True)  # type: ignore[assignment]  # unknown at first
    #: The provider's id of it: the same webhook five times makes one row.
    provider_id: Mapped[str] = mapped_column(unique=True)
    phone_number_id: Mapped[UUID] = mapped_column(ForeignKey("phone_number.id"))
    patient_id: Mapped[UUID | None] = mapped_column(index=True)
    question_id: Mapped[UUID | None] = mapped_column(index=True)
    body_sealed: Mapped[bytes | None]
    media_count: Mapped[int] = mapped_column(default=0)
    source: Mapped[str]
    #: How it was read (Reading.kind, value, rule with the reader's version), and what it changed.
    reading_kind: Mapped[str | None]
    reading_value: Mapped[str | None]
    reading_rule: Mapped[str | None]
    effect: Mapped[str | None]
    received_at: Mapped[datetime]
    #: When the words were removed, because they were kept long enough.
    redacted_at: Mapped[datetime | None]

    body = sealed("body_sealed")

    @validates("patient_id")
    def _seal_anew(self, _column: str, patient_id: UUID | None) -> UUID | None:
        """Open the words while their old owner is known: the next flush seals them with the new one's key."""
        if patient_id != self.patient_id and self.body is not None:
            self.body = self.body
        return patient_id
