"""Tables of second factors: authenticator apps and security keys, recovery codes, and challenges to keys."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, one_of
from referral.kit.crypto import SealedRow, sealed
from resources_directory.db import Base


class FactorKind(StrEnum):
    """What proves it."""

    #: An authenticator app: six digits that change every half minute (TOTP, RFC 6238).
    APP = "app"
    #: A security key, or a phone or computer that acts as one (WebAuthn level 3).
    KEY = "key"


class SecondFactor(Identified, SealedRow, Base):
    """Something a person has. It counts from `confirmed_at` until `ended_at`."""

    __tablename__ = "second_factor"
    __table_args__ = (one_of("kind", FactorKind),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    #: What the person calls it.
    label: Mapped[str]
    #: The app's secret, base32, sealed with the installation's key.
    secret_sealed: Mapped[bytes | None]
    #: The last half minute whose digits were taken: none is taken twice.
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    #: The key's name for itself, its public key (COSE) and how often it has signed, as it says.
    credential_id: Mapped[bytes | None] = mapped_column(unique=True)
    public_key: Mapped[bytes | None]
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    secret = sealed("secret_sealed")


class RecoveryCode(Identified, Base):
    """A code on paper for when the factor is lost. Only a keyed hash is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    #: When it was used, or replaced by a new set.
    used_at: Mapped[datetime | None]


class ChallengePurpose(StrEnum):
    """What a key is asked to sign for."""

    ADD = "add"
    PROVE = "prove"


class KeyChallenge(Identified, Base):
    """Random bytes that a security key signs once, for one browser."""

    __tablename__ = "key_challenge"
    __table_args__ = (one_of("purpose", ChallengePurpose),)

    login_session_id: Mapped[UUID] = mapped_column(ForeignKey("login_session.id"), index=True)
    purpose: Mapped[str]
    challenge: Mapped[bytes]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
