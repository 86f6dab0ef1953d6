"""People's identities at their members' providers: found, linked, unlinked. No e-mail address is ever looked at."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, delete, select, update

from referral.accounts.identity_models import Identity, IdentityProvider
from referral.accounts.models import LoginSession, Member, Membership
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from resources_directory.db import native_insert, new_id

_IDENTITIES: Table = Identity.metadata.tables[Identity.__tablename__]

_TAKEN = _l(
    "This account of your organization is linked to somebody already, or you have another one linked. "
    "Unlink the other one first."
)


@dataclass(frozen=True)
class ProvenIdentity:
    """What a provider proved: issuer and subject, and whether it asked for a second factor that counts here."""

    issuer: str
    subject: str
    second_factor: bool


@dataclass(frozen=True)
class LinkedIdentity:
    """One of a person's identities, as they see it."""

    identity_id: UUID
    member_name: str
    issuer: str
    linked_at: datetime
    used_at: datetime | None


def find_identity(session: ScopedSession, provider_id: UUID, proven: ProvenIdentity) -> Identity | None:
    """Return the identity by issuer and subject at a living provider, or None."""
    return session.scalar(
        select(Identity)
        .join(IdentityProvider, IdentityProvider.id == Identity.provider_id)
        .where(
            Identity.provider_id == provider_id,
            Identity.issuer == proven.issuer,
            Identity.subject == proven.subject,
            IdentityProvider.removed_at.is_(None),
        )
    )


def link_identity(session: ScopedSession, provider: IdentityProvider, proven: ProvenIdentity, person_id: UUID) -> UUID:
    """Return the id of the person's identity at the provider, linked now if it was not yet.

    Raises Conflict when it is somebody else's, or the person has another one there: also of two at once. Flushes.
    """
    values = {
        "id": new_id(),
        "provider_id": provider.id,
        "person_id": person_id,
        "issuer": proven.issuer,
        "subject": proven.subject,
        "linked_at": clock.wall(),
    }
    made = session.scalar(
        native_insert(session, _IDENTITIES).values(**values).on_conflict_do_nothing().returning(_IDENTITIES.c.id)
    )
    found = find_identity(session, provider.id, proven)
    if found is None or found.person_id != person_id:
        raise Conflict(_TAKEN)
    if made is not None:
        _record(session, AuditKind.IDENTITY_LINKED, found, provider)
    return found.id


def unlink_identity(session: ScopedSession, identity: Identity) -> None:
    """Forget an identity; the browsers it signed in are signed out. Flushes."""
    provider = session.get_one(IdentityProvider, identity.provider_id)
    _record(session, AuditKind.IDENTITY_UNLINKED, identity, provider)
    end_identity_logins(session, [identity.id])
    session.execute(delete(Identity).where(Identity.id == identity.id))


def end_identity_logins(session: ScopedSession, identity_ids: list[UUID]) -> None:
    """Sign out the browsers that these identities signed in. Flushes."""
    session.flush()
    session.execute(
        update(LoginSession)
        .where(LoginSession.identity_id.in_(identity_ids), LoginSession.ended_at.is_(None))
        .values(ended_at=clock.wall())
    )


def identities_of(session: ScopedSession, person_id: UUID) -> list[LinkedIdentity]:
    """Return the person's identities at living providers, by the member's name."""
    rows = session.execute(
        select(Identity, Member.name)
        .join(IdentityProvider, IdentityProvider.id == Identity.provider_id)
        .join(Member, Member.id == IdentityProvider.member_id)
        .where(Identity.person_id == person_id, IdentityProvider.removed_at.is_(None))
        .order_by(Member.name, Identity.id)
    )
    return [LinkedIdentity(each.id, name, each.issuer, each.linked_at, each.used_at) for each, name in rows]


def has_usable_identity(session: ScopedSession, person_id: UUID) -> bool:
    """Return True if some living provider signs the person in to a membership that lives."""
    found = (
        select(Identity.id)
        .join(IdentityProvider, IdentityProvider.id == Identity.provider_id)
        .join(
            Membership,
            (Membership.member_id == IdentityProvider.member_id) & (Membership.person_id == Identity.person_id),
        )
        .where(Identity.person_id == person_id, IdentityProvider.removed_at.is_(None), Membership.ended_at.is_(None))
    )
    return session.scalar(found.order_by(Identity.id).limit(1)) is not None


def _record(session: ScopedSession, kind: AuditKind, identity: Identity, provider: IdentityProvider) -> None:
    record(
        session,
        kind,
        person_id=identity.person_id,
        clinic_id=provider.member_id,
        subject_kind=identity.__tablename__,
        subject_id=identity.id,
    )
