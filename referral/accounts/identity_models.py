"""Tables of single sign-on: a member's provider, people's identities there, and sign-ons under way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.accounts.sign_on_states import SignOnPurpose
from referral.kit.columns import Identified, one_of
from referral.kit.crypto import SealedRow, sealed
from resources_directory.db import Base

_LIVE = text("removed_at IS NULL")


class IdentityProvider(Identified, SealedRow, Base):
    """The OpenID Connect provider of a member. A removed one keeps its row, and what hung on it is dead."""

    __tablename__ = "identity_provider"
    __table_args__ = (
        Index("ix_identity_provider_member", "member_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_identity_provider_name", "name", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"))
    #: What people type to find it: /sso/<name>.
    name: Mapped[str]
    #: Exactly as the provider writes it into its tokens.
    issuer: Mapped[str]
    client_id: Mapped[str]
    client_secret_sealed: Mapped[bytes | None]
    #: Values of `amr` or `acr`, with blanks between, that stand for a second factor given there; none: ours is asked.
    factor_values: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    client_secret = sealed("client_secret_sealed")


class Identity(Identified, Base):
    """Somebody's account at a provider: issuer and subject, never an e-mail address. Unlinked, the row is gone."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("provider_id", "issuer", "subject"),
        UniqueConstraint("provider_id", "person_id"),
    )

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("identity_provider.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    linked_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignOnStep(Identified, Base):
    """A browser that was sent to a provider. It alone holds the secret that state, nonce and verifier are made of."""

    __tablename__ = "sign_on_step"
    __table_args__ = (one_of("purpose", SignOnPurpose),)

    #: SHA-256 of the secret in the browser's cookie.
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("identity_provider.id"))
    purpose: Mapped[str]
    #: Who links an identity.
    person_id: Mapped[UUID | None]
    #: The invitation that is taken up.
    invitation_id: Mapped[UUID | None]
    #: The page to lead to afterwards.
    wanted: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
