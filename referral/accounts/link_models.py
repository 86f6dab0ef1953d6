"""Tables behind links: browsers that opened one, codes mailed to them, and how many mails an address may be sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from referral.accounts.models import LinkPurpose
from referral.kit.columns import Identified, one_of
from resources_directory.db import Base


class LinkSession(Identified, Base):
    """A browser that opened a link. Its cookie holds a random secret; only its SHA-256 is stored. Times are real."""

    __tablename__ = "link_session"
    __table_args__ = (one_of("purpose", LinkPurpose), Index("ix_link_session_subject", "purpose", "subject_id"))

    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    purpose: Mapped[str]
    #: What the link opens: the referral.
    subject_id: Mapped[UUID]
    #: The link that it stands on now: a move ends one and goes on with the next.
    link_id: Mapped[UUID] = mapped_column(ForeignKey("signed_link.id"), index=True)
    #: The link's generation when it was opened: raised, it kills tokens and browsers alike.
    generation: Mapped[int]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: Until then the person may be shown: a code to the address on file was given.
    proven_until: Mapped[datetime | None]


class LinkCode(Identified, Base):
    """A code mailed for one link session. Its digits are minted from `seed` under the installation's key, never stored.

    Times are real.
    """

    __tablename__ = "link_code"

    link_session_id: Mapped[UUID] = mapped_column(ForeignKey("link_session.id"), index=True)
    #: 128 random bits.
    seed: Mapped[bytes]
    #: Keyed index of the address, to give its allowance back when the code is used.
    address_key: Mapped[bytes]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    #: A newer one took its place.
    ended_at: Mapped[datetime | None]


class MailAllowance(Base):
    """When the last three mails went that anybody can ask for, of one kind to one address. Times are real."""

    __tablename__ = "mail_allowance"

    #: Keyed index of kind and address.
    key: Mapped[bytes] = mapped_column(primary_key=True)
    newest_at: Mapped[datetime | None]
    second_at: Mapped[datetime | None]
    third_at: Mapped[datetime | None]
