"""Tables of staff phones: whose they are, what was agreed to, which referrals were told, and what was texted back."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import INSTALLATION, SealedRow, sealed
from referral.kit.scope import Shared
from referral.messaging.models import InboundSource
from resources_directory.db import Base

#: A phone that gets texts: confirmed, and not stopped since.
_LIVE = text("confirmed_at IS NOT NULL AND stopped_at IS NULL")
#: A phone that stands on its person's page: perhaps not confirmed yet.
_STANDS = text("stopped_at IS NULL")
#: What retention looks for: texts whose words are still kept.
_HAS_WORDS = text("body_sealed IS NOT NULL")


class StoppedHow(StrEnum):
    """How texts to a staff phone ended."""

    #: On the page, by its person or an administrator of the organization.
    PAGE = "page"
    #: By a text from the phone.
    TEXT = "text"
    #: Somebody else has proven that the phone is theirs now, or its person named another phone.
    REPLACED = "replaced"


class ConsentWay(StrEnum):
    """How somebody agreed to texts, or took that back."""

    PAGE = "page"
    TEXT = "text"


class StaffPhone(Identified, Base):
    """The phone on which one person of one organization is told of referrals."""

    __tablename__ = "staff_phone"
    __table_args__ = (
        one_of("stopped_how", StoppedHow),
        Index("uq_staff_phone_live", "phone_number_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index(
            "uq_staff_phone_stands",
            "member_id",
            "person_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    #: The organization.
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    phone_number_id: Mapped[UUID] = mapped_column(ForeignKey("phone_number.id"), index=True)
    #: What the code that proves the phone is minted from, with the installation's key; no digits are stored.
    code_seed: Mapped[bytes | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    #: Real time.
    code_expires_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_how: Mapped[str | None]


class StaffPhoneConsent(Identified, Base):
    """One event of consent to texts on a staff phone; append-only, the newest counts."""

    __tablename__ = "staff_phone_consent"
    __table_args__ = (one_of("way", ConsentWay),)

    staff_phone_id: Mapped[UUID] = mapped_column(ForeignKey("staff_phone.id"), index=True)
    given: Mapped[bool]
    #: The exact words, their language and version.
    words: Mapped[str]
    words_language: Mapped[str]
    words_version: Mapped[str]
    way: Mapped[str]
    #: Who said so on a page; none for a text.
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class StaffNotice(Identified, Shared, PatientOwned, Base):
    """That a staff phone is to be told of a referral, as it stood then; and by which text it was."""

    __tablename__ = "staff_notice"
    __table_args__ = (UniqueConstraint("referral_id", "staff_phone_id", "template", "referral_version"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    staff_phone_id: Mapped[UUID] = mapped_column(ForeignKey("staff_phone.id"), index=True)
    #: The e-mail that goes for the same reason (notices.py).
    template: Mapped[str]
    referral_version: Mapped[int]
    #: The text that told it; none while it waits. No foreign key: messages are owned otherwise.
    message_id: Mapped[UUID | None] = mapped_column(index=True)
    at: Mapped[datetime]


class StaffText(Identified, SealedRow, Base):
    """One text that arrived for the sender of staff phones; append-only. It is nobody's but the organization's."""

    __tablename__ = "staff_text"
    __table_args__ = (
        one_of("source", InboundSource),
        Index("ix_staff_text_words", "received_at", sqlite_where=_HAS_WORDS, postgresql_where=_HAS_WORDS),
    )

    #: The provider's id of it: the same webhook five times makes one row.
    provider_id: Mapped[str] = mapped_column(unique=True)
    phone_number_id: Mapped[UUID] = mapped_column(ForeignKey("phone_number.id"), index=True)
    #: Whose phone it was then; none for nobody's.
    staff_phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_phone.id"), index=True)
    #: Which referral it was about, where that was certain.
    referral_id: Mapped[UUID | None] = mapped_column(index=True)
    #: The words, sealed, only where no referral took them: what was said of one stands there.
    body_sealed: Mapped[bytes | None]
    source: Mapped[str]
    #: What was read: a digit, a keyword, words.
    reading: Mapped[str]
    #: What it changed, in a few fixed words.
    effect: Mapped[str | None]
    received_at: Mapped[datetime]
    #: When the words were removed, because they were kept long enough.
    redacted_at: Mapped[datetime | None]

    body = sealed("body_sealed")

    def seal_owner_id(self) -> UUID:
        """Return the installation: nobody knows which patient it is about."""
        return INSTALLATION
