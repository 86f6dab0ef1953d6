"""Members' OpenID Connect providers: set and removed by the member's own administrator, found by name or member."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from referral.accounts.identities import end_identity_logins
from referral.accounts.identity_models import Identity, IdentityProvider
from referral.accounts.models import Invitation, Member
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from resources_directory.db import new_id

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]")


@dataclass(frozen=True)
class NewProvider:
    """What an administrator typed. `client_secret`: None keeps the stored one; `factor_values`: of `amr` or `acr`."""

    name: str
    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    factor_values: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ShownProvider:
    """A living provider with everything that a sign-on needs, so that no row is held while the provider is asked."""

    provider_id: UUID
    member_id: UUID
    member_name: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    factor_values: frozenset[str]


def provider_name(text: str) -> str:
    """Return a sign-in name in its stored form: small letters, no blanks around it."""
    return text.strip().lower()


def provider_by_name(session: ScopedSession, name: str) -> ShownProvider | None:
    """Return the living provider of this name, or None."""
    return _shown(session, IdentityProvider.name == provider_name(name))


def provider_of_member(session: ScopedSession, member_id: UUID) -> ShownProvider | None:
    """Return the member's living provider, or None."""
    return _shown(session, IdentityProvider.member_id == member_id)


def provider_of_invitation(session: ScopedSession, invitation_id: UUID) -> ShownProvider | None:
    """Return the living provider of the member that invites, or None."""
    return provider_of_member(session, session.get_one(Invitation, invitation_id).member_id)


def provider_by_id(session: ScopedSession, provider_id: UUID) -> ShownProvider | None:
    """Return the provider if it lives, or None."""
    return _shown(session, IdentityProvider.id == provider_id)


def set_provider(session: ScopedSession, member_id: UUID, new: NewProvider) -> IdentityProvider:
    """Return the member's provider as typed. Another issuer or client makes another provider: old identities are dead.

    Raises InvalidInput. Flushes; the caller commits.
    """
    name = provider_name(new.name)
    if not _NAME.fullmatch(name):
        message = _l("Use 3 to 40 small letters, digits and hyphens, for example hazel-grove.")
        raise InvalidInput(message, "name")
    now = _live(session, member_id)
    taken = provider_by_name(session, name)
    if taken is not None and taken.member_id != member_id:
        raise InvalidInput(_l("Somebody else uses this name. Choose another one."), "name")
    if now is None or (now.issuer, now.client_id) != (new.issuer, new.client_id):
        if new.client_secret is None:
            raise InvalidInput(_l("Please fill this in."), "client_secret")
        if now is not None:
            remove_provider(session, now)
        now = IdentityProvider(id=new_id(), member_id=member_id, created_at=clock.wall())
        now.issuer, now.client_id = new.issuer, new.client_id
        session.add(now)
    now.name, now.factor_values = name, " ".join(sorted(new.factor_values))
    if new.client_secret is not None:
        now.client_secret = new.client_secret
    session.flush()
    _record(session, AuditKind.PROVIDER_SET, now)
    return now


def remove_provider(session: ScopedSession, provider: IdentityProvider) -> None:
    """End a provider: its identities are gone and the browsers they signed in are signed out. Flushes."""
    identity_ids = session.scalars(select(Identity.id).where(Identity.provider_id == provider.id).order_by(Identity.id))
    end_identity_logins(session, list(identity_ids))
    session.execute(delete(Identity).where(Identity.provider_id == provider.id))
    provider.removed_at, provider.client_secret = clock.wall(), None
    session.flush()
    _record(session, AuditKind.PROVIDER_REMOVED, provider)


def remove_provider_of(session: ScopedSession, member_id: UUID) -> None:
    """End the member's provider, if it has one. Flushes."""
    provider = _live(session, member_id)
    if provider is not None:
        remove_provider(session, provider)


def _live(session: ScopedSession, member_id: UUID) -> IdentityProvider | None:
    return session.scalar(
        select(IdentityProvider)
        .where(IdentityProvider.member_id == member_id, IdentityProvider.removed_at.is_(None))
        .with_for_update()
    )


def _shown(session: ScopedSession, which: object) -> ShownProvider | None:
    row = session.execute(
        select(IdentityProvider, Member.name)
        .join(Member, Member.id == IdentityProvider.member_id)
        .where(which, IdentityProvider.removed_at.is_(None))  # type: ignore[arg-type]  # a comparison of columns
    ).one_or_none()
    if row is None:
        return None
    found, member_name = row
    return ShownProvider(
        provider_id=found.id,
        member_id=found.member_id,
        member_name=member_name,
        name=found.name,
        issuer=found.issuer,
        client_id=found.client_id,
        client_secret=found.client_secret or "",
        factor_values=frozenset(found.factor_values.split()),
    )


def _record(session: ScopedSession, kind: AuditKind, provider: IdentityProvider) -> None:
    subject_kind, subject_id = provider.__tablename__, provider.id
    record(session, kind, clinic_id=provider.member_id, subject_kind=subject_kind, subject_id=subject_id)
