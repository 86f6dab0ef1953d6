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
#: What the provider is still to be asked about.
_LOOKED_AFTER = text("next_look_at IS NOT NULL")


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
        Index("ix_message_sent", "sent_at"),
        Index("ix_message_look", "next_look_at", sqlite_where=_LOOKED_AFTER, postgresql_where=_LOOKED_AFTER),
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
    #: The e-mail address, or the phone number (E.164) that a text was sent to; sealed.
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
    #: Story time: the earliest next try.
    not_before: Mapped[datetime]
    #: Story time: since when it should have gone, by its cause or the gate; tries that fail do not move it.
    due_at: Mapped[datetime | None]
    #: Story time; after it the words would be stale.
    expires_at: Mapped[datetime | None]
    #: Saying it twice does no harm.
    resend_ok: Mapped[bool] = mapped_column(default=True)
    #: The message that a carrier lost and that this one repeats; once at most.
    retry_of: Mapped[UUID | None] = mapped_column(unique=True)
    #: How often a worker died while it held this message and had not submitted it.
    lost_claims: Mapped[int] = mapped_column(default=0, server_default="0")
    #: How many segments a text has; 1 for e-mail.
    segments: Mapped[int | None]
    #: twilio, smtp or simulated, once sent.
    provider: Mapped[str | None]
    #: In whose name it went: a key of the table sender_standing.
    sender: Mapped[str | None]
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    provider_rank: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None]
    #: Real time.
    unknown_since: Mapped[datetime | None]
    #: Real time: when the provider is asked next what became of it.
    next_look_at: Mapped[datetime | None]
    #: How often the provider's list was read since it became UNKNOWN, and did not show it.
    looks: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Story time: when a person hears that it failed, unless a report says before that it arrived.
    tell_at: Mapped[datetime | None]
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


class SenderStanding(Base):
    """How somebody stands in whose name messages go: a messaging service, a mailbox. Resting, or at what pace.

    All moments are real time.
    """

    __tablename__ = "sender_standing"

    #: What the provider knows it by: a messaging service or a phone of ours, the address of a mailbox.
    name: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    #: Attempts in a row that failed for no fault of the message.
    failures: Mapped[int] = mapped_column(default=0)
    #: Why it rests: the provider's code, or what kind of failure came too often.
    reason: Mapped[str | None]
    rests_until: Mapped[datetime | None]
    #: Segments that may go at once, as of `filled_at`; less than one: wait.
    tokens: Mapped[float]
    filled_at: Mapped[datetime]
    #: When the texts that arrived were last fetched from the provider without a fault.
    fetched_at: Mapped[datetime | None]
