"""Signed links in messages: one purpose, an end, one use; only what mints the token is stored, never the token."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from referral.accounts.models import LinkPurpose, SignedLink
from referral.kit import clock
from referral.kit.crypto import Vault, vault_of
from referral.kit.errors import Gone
from referral.kit.scope import ScopedSession
from referral.kit.settings import settings_of
from resources_directory.db import new_id

#: Where each purpose's page lies.
PATHS: dict[LinkPurpose, str] = {
    LinkPurpose.REFERRAL_ANSWER: "/answer/",
    LinkPurpose.INVITATION: "/invitation/",
    LinkPurpose.PASSWORD_RESET: "/reset/",
    LinkPurpose.SCREENING: "/questions/",
}

#: A real token has 32 + 1 + a few + 1 + 32 characters.
LONGEST_TOKEN = 90

_UNKNOWN = _l("This link is not complete or was changed on the way. Open it again from the message that we sent.")
_USED = _l("This link has been used already. Each link works once; look for a newer message from us.")
_EXPIRED = _l("This link has expired. Ask whoever sent it for a new one.")
_REPLACED = _l("This link was replaced or taken back. Look for a newer message from us.")


class DeadLink(Gone):
    """A link that is really ours, and was used, has expired or was replaced. `link`: the row, with what it opened.

    `session_id`: of the browser that opened it while it lived, and still holds it.
    """

    def __init__(self, message: LazyString, link: SignedLink) -> None:
        """Take the words for the person, and the link."""
        super().__init__(message)
        self.link, self.subject_id = link, link.subject_id
        self.session_id: UUID | None = None


class ExpiredLink(DeadLink):
    """A link whose time is over: nothing newer was sent instead of it."""


@dataclass(frozen=True)
class _Claim:
    """What a token says about itself, its signature checked."""

    link_id: UUID
    generation: int


def issue_link(session: ScopedSession, purpose: LinkPurpose, subject_id: UUID, *, expires_at: datetime) -> SignedLink:
    """Return a new link for a subject. `expires_at` in story time. Flushes; the caller commits."""
    link = SignedLink(
        id=new_id(),
        purpose=purpose,
        subject_id=subject_id,
        generation=1,
        expires_at=expires_at,
        created_at=clock.now(),
    )
    session.add(link)
    session.flush()
    return link


def end_links(session: ScopedSession, purpose: LinkPurpose, subject_id: UUID) -> None:
    """Kill every live link of a subject: what it opens has moved on. Flushes."""
    session.flush()
    session.execute(
        update(SignedLink)
        .where(SignedLink.purpose == purpose, SignedLink.subject_id == subject_id, SignedLink.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def token_for(vault: Vault, link: SignedLink) -> str:
    """Return the token of a link: "<id hex>.<generation>.<signature>"."""
    return f"{link.id.hex}.{link.generation}.{_signature(vault, link.purpose, link.id, link.generation)}"


def url_for_link(session: ScopedSession, link: SignedLink) -> str:
    """Return the absolute address to put into a message, built from PUBLIC_BASE_URL."""
    path = PATHS[LinkPurpose(link.purpose)]
    return f"{settings_of(session).public_base_url}{path}{token_for(vault_of(session), link)}"


def open_link(session: ScopedSession, token: str, purpose: LinkPurpose) -> SignedLink:
    """Return the live link that a token opens; changes nothing.

    Raises Gone: tampered with, absent or of another purpose (the same words); DeadLink: used, replaced, expired.
    """
    link, generation = _claimed(session, token, purpose)
    check_alive(link, generation)
    return link


def known_link(session: ScopedSession, token: str, purpose: LinkPurpose) -> SignedLink:
    """Return the link of a token that is ours, be it dead or alive. Raises Gone: tampered with or absent."""
    return _claimed(session, token, purpose)[0]


def check_alive(link: SignedLink, generation: int) -> None:
    """Raise DeadLink when a link opens nothing any more. `generation`: the one that was opened."""
    if link.used_at is not None:
        raise DeadLink(_USED, link)
    if link.expires_at <= (link.ended_at or clock.now()):  # what ends a link once its time is over says less
        raise ExpiredLink(_EXPIRED, link)
    if link.ended_at is not None or link.generation != generation:
        raise DeadLink(_REPLACED, link)


def use_link(session: ScopedSession, link: SignedLink) -> None:
    """Use up a link. Of several at once exactly one succeeds, the others raise DeadLink. Flushes."""
    session.flush()
    now = clock.now()
    used = session.scalar(
        update(SignedLink)
        .where(
            SignedLink.id == link.id,
            SignedLink.generation == link.generation,
            SignedLink.used_at.is_(None),
            SignedLink.ended_at.is_(None),
            SignedLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignedLink.id)
    )
    if used is None:
        raise DeadLink(_USED, link)
    session.refresh(link)


def _claimed(session: ScopedSession, token: str, purpose: LinkPurpose) -> tuple[SignedLink, int]:
    """Return the link of a token and the generation it names. Raises Gone."""
    claim = _read(vault_of(session), token, purpose)
    link = session.get(SignedLink, claim.link_id, populate_existing=True) if claim else None
    if claim is None or link is None or link.purpose != purpose:
        raise Gone(_UNKNOWN)
    return link, claim.generation


def _signature(vault: Vault, purpose: str, link_id: UUID, generation: int) -> str:
    return vault.sign(f"{purpose}:{link_id.hex}.{generation}")


def _read(vault: Vault, token: str, purpose: LinkPurpose) -> _Claim | None:
    parts = token.split(".")
    if len(token) > LONGEST_TOKEN or not token.isascii() or len(parts) != 3:
        return None
    try:
        claim = _Claim(UUID(hex=parts[0]), int(parts[1]))
    except ValueError:
        return None
    minted = f"{claim.link_id.hex}.{claim.generation}.{_signature(vault, purpose, claim.link_id, claim.generation)}"
    return claim if hmac.compare_digest(minted, token) else None
