"""Tables of the outbox: messages, attempts to send them, and what the provider reported."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, one_of
from referral.kit.crypto import INSTALLATION, SealedRow, sealed
from referral.kit.scope import ClinicOwned
from referral.outbox.states import MESSAGE_MACHINE, Channel, MessageState
from resources_directory.db import Base

#: What retention looks for: messages whose words are still kept.
_HAS_WORDS = text("body_sealed IS NOT NULL")


class Message(Identified, SealedRow, ClinicOwned, Base):
    """Something to say to somebody. `clinic_id` is the member on whose behalf it is said.

    It holds template, facts and subject; the words are made when it is sent, in the language wanted then.
    """

    __tablename__ = "message"
    __table_args__ = (
        one_of("channel", Channel),
        one_of("state", MESSAGE_MACHINE.states()),
        Index("ix_message_due", "state", "not_before"),
        Index("ix_message_subject", "subject_kind", "subject_id"),
        Index("ix_message_words", "created_at", sqlite_where=_HAS_WORDS, postgresql_where=_HAS_WORDS),
    )

    channel: Mapped[str]
    #: Who makes the words: a key of wiring.COMPOSERS.
    composer: Mapped[str]
    #: The text's key in its composer's catalog.
    template: Mapped[str]
    #: Facts for the words that are not about people's needs: dates, options.
    facts: Mapped[dict[str, Any]]
    #: What it is about; when that has moved past `subject_version`, the composer says so and it is suppressed.
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    subject_version: Mapped[int | None]
    #: Business identity: a second message with the same key is not queued.
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    patient_id: Mapped[UUID | None] = mapped_column(index=True)
    #: The phone (of all clinics) a text goes to; none for e-mail.
    phone_number_id: Mapped[UUID | None] = mapped_column(index=True)
    #: The e-mail address, sealed; none for texts.
    to_address_sealed: Mapped[bytes | None]
    #: The exact words sent, sealed; the subject line of an e-mail is its first line.
    body_sealed: Mapped[bytes | None]
    #: The language the words were made in.
    language: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=MessageState.PENDING)
    #: Why it was suppressed, postponed, rejected or given to a person.
    reason: Mapped[str | None]
    attempt_no: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None]
    #: Real time, not the demo's.
    lease_until: Mapped[datetime | None]
    #: Story time.
    not_before: Mapped[datetime]
    #: Story time; after it the words would be stale.
    expires_at: Mapped[datetime | None]
    #: Saying it twice does no harm.
    resend_ok: Mapped[bool] = mapped_column(default=True)
    #: twilio, smtp or simulated, once sent.
    provider: Mapped[str | None]
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    provider_rank: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None]
    unknown_since: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    #: When the words were removed, because they were kept long enough.
    redacted_at: Mapped[datetime | None]

    to_address = sealed("to_address_sealed")
    body = sealed("body_sealed")

    def seal_owner_id(self) -> UUID:
        """Return the patient's id, or the installation's for messages about none."""
        return self.patient_id or INSTALLATION


class MessageAttempt(Base):
    """One attempt to send; append-only but for its outcome."""

    __tablename__ = "message_attempt"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"), primary_key=True)
    attempt_no: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: A SendKind; none while under way or when the process died.
    outcome: Mapped[str | None]
    http_status: Mapped[int | None]
    error_code: Mapped[str | None]
    provider_id: Mapped[str | None]


class ProviderEvent(Identified, Base):
    """A status report of the provider, stored once, even when no message matches."""

    __tablename__ = "provider_event"
    __table_args__ = (UniqueConstraint("provider_id", "status", "error_code"),)

    provider_id: Mapped[str]
    status: Mapped[str]
    #: Empty, never NULL: a NULL would defeat the unique key.
    error_code: Mapped[str] = mapped_column(default="")
    message_id: Mapped[UUID | None] = mapped_column(index=True)
    attempt_no: Mapped[int | None]
    received_at: Mapped[datetime]


class SenderPause(Base):
    """A channel that may not send until a moment, because of its configuration."""

    __tablename__ = "sender_pause"

    channel: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    until: Mapped[datetime]
