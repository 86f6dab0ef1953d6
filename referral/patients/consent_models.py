"""Tables of consent and disclosure: append-only events with the exact words shown."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned, Shared
from referral.patients.states import ConsentMethod, OptOutKind
from resources_directory.db import Base


class TextingConsent(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """Permission to text one phone, given or taken back. The newest event counts."""

    __tablename__ = "texting_consent"
    __table_args__ = (one_of("method", ConsentMethod),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    patient_phone_id: Mapped[UUID] = mapped_column(ForeignKey("patient_phone.id"), index=True)
    given: Mapped[bool]
    #: The exact words shown or read out, their language and version.
    words: Mapped[str]
    words_language: Mapped[str]
    words_version: Mapped[str]
    method: Mapped[str]
    #: Who took it; none when the patient wrote it by text.
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    #: Who spoke: "patient", or a parent's or guardian's relation.
    in_whose_name: Mapped[str] = mapped_column(default="patient")
    #: Who that was, where they are recorded. No foreign key: SQLite would copy the table to add one.
    proxy_id: Mapped[UUID | None]
    interpreter_sealed: Mapped[bytes | None]
    at: Mapped[datetime]

    interpreter = sealed("interpreter_sealed")


class SharingConsent(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """Permission to give named fields to one organization, given or taken back. The newest event counts."""

    __tablename__ = "sharing_consent"
    __table_args__ = (one_of("method", ConsentMethod),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    #: The organization of the directory.
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    given: Mapped[bool]
    #: SharedField values.
    fields: Mapped[list[str]]
    #: The exact words shown or read out; they name the organization.
    words_sealed: Mapped[bytes | None]
    words_language: Mapped[str]
    words_version: Mapped[str]
    method: Mapped[str]
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    in_whose_name: Mapped[str] = mapped_column(default="patient")
    #: Who that was, where they are recorded. No foreign key: SQLite would copy the table to add one.
    proxy_id: Mapped[UUID | None]
    interpreter_sealed: Mapped[bytes | None]
    at: Mapped[datetime]

    words = sealed("words_sealed")
    interpreter = sealed("interpreter_sealed")


class Disclosure(Identified, SealedRow, Shared, PatientOwned, Base):
    """Which fields of a patient went to whom, when, under which consent."""

    __tablename__ = "disclosure"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("sharing_consent.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    fields: Mapped[list[str]]
    #: mail, link, account or phone.
    channel: Mapped[str]
    #: Who looked, as named on the page.
    recipient_sealed: Mapped[bytes | None]
    at: Mapped[datetime]

    recipient = sealed("recipient_sealed")


class OptOutEvent(Identified, Base):
    """The ledger of one phone number: every STOP and START, whoever said it."""

    __tablename__ = "opt_out_event"
    __table_args__ = (one_of("kind", OptOutKind),)

    phone_number_id: Mapped[UUID] = mapped_column(ForeignKey("phone_number.id"), index=True)
    kind: Mapped[str]
    inbound_message_id: Mapped[UUID | None]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
