"""Single sign-on: a browser sent to its member's provider and back, and what follows from the identity proven there.

Short transactions around the provider's answers, none while it is asked. An identity signs in to memberships of the
member that owns the provider, and to nothing else; who has a password of ours must prove it before dangerous steps.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from referral.accounts.identities import ProvenIdentity, find_identity, link_identity
from referral.accounts.identity_models import IdentityProvider, SignOnStep
from referral.accounts.invitations import take_up_invitation
from referral.accounts.links import token_for
from referral.accounts.models import Invitation, LinkPurpose, Person, SignedLink
from referral.accounts.principal import Signed
from referral.accounts.providers import ShownProvider, provider_by_id
from referral.accounts.queries import usual_membership
from referral.accounts.sign_on_states import SignOnFailed, SignOnFailure, SignOnPurpose
from referral.accounts.signing_in import Admitted, SignedIn, sign_in
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.scope import ScopedSession
from resources_directory.db import new_id

#: How long somebody may stay with the provider.
STEP_LIVES_FOR = timedelta(minutes=10)

SECRET_BYTES = 32


@dataclass(frozen=True)
class NewStep:
    """Why a browser is sent away: who links, which invitation is taken up, the page to lead to afterwards."""

    purpose: SignOnPurpose
    person_id: UUID | None = None
    invitation_id: UUID | None = None
    wanted: str | None = None


@dataclass(frozen=True)
class TakenStep:
    """A step that came back to its browser, used up now."""

    new: NewStep
    provider: ShownProvider


@dataclass(frozen=True)
class Arrived:
    """Somebody whom a provider proved to be somebody. `former`: this browser's sign-in before, which ends."""

    proven: ProvenIdentity
    former: UUID | None = None
    language: str = field(default="en")


def begin_step(session: ScopedSession, provider_id: UUID, new: NewStep) -> str:
    """Return the secret for the cookie of a browser that is sent to the provider. Flushes; the caller commits."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    step = SignOnStep(
        id=new_id(),
        secret_hash=_hashed(secret),
        provider_id=provider_id,
        purpose=new.purpose,
        person_id=new.person_id,
        invitation_id=new.invitation_id,
        wanted=new.wanted,
        started_at=clock.wall(),
    )
    session.add(step)
    session.flush()
    return secret


def take_step(session: ScopedSession, secret: str, member_id: UUID) -> TakenStep:
    """Return the step of a browser that came back, used up: of several at once exactly one gets it.

    Raises SignOnFailed: unknown, used, too old, begun with another member's provider, or the provider is gone. Flushes.
    """
    taken = session.execute(
        update(SignOnStep)
        .where(
            SignOnStep.secret_hash == _hashed(secret),
            SignOnStep.used_at.is_(None),
            SignOnStep.started_at > clock.wall() - STEP_LIVES_FOR,
        )
        .values(used_at=clock.wall())
        .returning(
            SignOnStep.provider_id,
            SignOnStep.purpose,
            SignOnStep.person_id,
            SignOnStep.invitation_id,
            SignOnStep.wanted,
        )
    ).one_or_none()
    provider = provider_by_id(session, taken.provider_id) if taken else None
    if taken is None or provider is None or provider.member_id != member_id:
        raise SignOnFailed(SignOnFailure.STEP_GONE)
    new = NewStep(SignOnPurpose(taken.purpose), taken.person_id, taken.invitation_id, taken.wanted)
    return TakenStep(new, provider)


def sign_on(session: ScopedSession, provider: ShownProvider, arrived: Arrived) -> SignedIn:
    """Return a new sign-in of the person whose identity was proven. Flushes; the caller commits.

    Raises SignOnFailed: nobody has linked it, they are suspended, or work for this member no more.
    """
    identity = find_identity(session, provider.provider_id, arrived.proven)
    person = session.get(Person, identity.person_id) if identity else None
    if identity is None or person is None or person.suspended_at is not None:
        raise SignOnFailed(SignOnFailure.NOT_LINKED)
    membership_id = usual_membership(session, person.id, member_id=provider.member_id)
    if membership_id is None:
        raise SignOnFailed(SignOnFailure.NOT_LINKED)
    identity.used_at = clock.wall()
    admitted = Admitted(
        person.id,
        membership_id,
        identity_id=identity.id,
        second_factor=arrived.proven.second_factor,
        confirmed=person.password_hash is None,
    )
    return sign_in(session, admitted, instead_of=arrived.former)


def link_own_identity(session: ScopedSession, step: TakenStep, arrived: Arrived, signed: Signed | None) -> None:
    """Link the identity to whoever began the step and is still signed in, for that member. Flushes.

    Raises SignOnFailed, Conflict.
    """
    if signed is None or signed.person_id != step.new.person_id or signed.member_id != step.provider.member_id:
        raise SignOnFailed(SignOnFailure.OTHER_PERSON)
    provider = session.get_one(IdentityProvider, step.provider.provider_id)
    link_identity(session, provider, arrived.proven, signed.person_id)


def take_up_with_identity(session: ScopedSession, step: TakenStep, arrived: Arrived) -> SignedIn:
    """Return a new sign-in of somebody who takes up an invitation of the provider's member and has no password.

    Raises Gone, SignOnFailed, Conflict. Flushes; the caller commits.
    """
    invitation = session.get(Invitation, step.new.invitation_id)
    link = _live_link(session, step.new.invitation_id)
    if invitation is None or link is None or invitation.member_id != step.provider.member_id:
        raise SignOnFailed(SignOnFailure.STEP_GONE)
    membership = take_up_invitation(
        session,
        token_for(vault_of(session), link),
        name=invitation.name,
        password_hash=None,
        language=arrived.language,
        by_provider=True,
    )
    provider = session.get_one(IdentityProvider, step.provider.provider_id)
    link_identity(session, provider, arrived.proven, membership.person_id)
    return sign_on(session, step.provider, arrived)


def forget_old_steps(session: ScopedSession) -> int:
    """Delete the steps that nobody comes back to; return how many."""
    old = delete(SignOnStep).where(SignOnStep.started_at < clock.wall() - 6 * STEP_LIVES_FOR)
    return len(session.scalars(old.returning(SignOnStep.id)).all())


def _live_link(session: ScopedSession, invitation_id: UUID | None) -> SignedLink | None:
    return session.scalar(
        select(SignedLink)
        .where(
            SignedLink.purpose == LinkPurpose.INVITATION,
            SignedLink.subject_id == invitation_id,
            SignedLink.used_at.is_(None),
            SignedLink.ended_at.is_(None),
            SignedLink.expires_at > clock.now(),
        )
        .order_by(SignedLink.created_at.desc(), SignedLink.id.desc())
        .limit(1)
    )


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()
