"""Browsers that opened a link: the token is exchanged for an opaque random cookie, so that it stands in no address.

Why (ASVS 5.0, 7.6.2 and 14.2.1): mail scanners and previews open links, and addresses end in logs and histories. So a
GET shows a button only; the POST behind it makes the session. It goes on with the link: when that dies, so does it at
the next request. After a code to the address on file it may show a person for a while (accounts/codes.py).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Request, Response
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from referral.accounts.link_models import LinkSession
from referral.accounts.links import DeadLink, check_alive
from referral.accounts.models import LinkPurpose, SignedLink
from referral.kit import clock
from referral.kit.errors import Gone
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from resources_directory.db import new_id

#: As for signed-in people of organizations.
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)

#: `seen_at` is written at most this often, so that reading pages costs no write.
TOUCH_AFTER = timedelta(minutes=1)

#: More browsers than this on one subject end the one unseen for longest.
MOST_AT_ONCE = 10

SECRET_BYTES = 32


class LinkClosed(Gone):
    """The browser has no living link session: none was opened, it idled, or somebody pressed "I am done"."""

    title = _l("Please open the link again")


@dataclass(frozen=True)
class OpenedLink:
    """A browser that goes on under a living link. `proven_until`: until then the person may be shown, real time."""

    session_id: UUID
    link_id: UUID
    purpose: LinkPurpose
    subject_id: UUID
    proven_until: datetime | None
    touch_is_due: bool

    @property
    def proven(self) -> bool:
        """True while the code to the address on file, given a while ago, still counts."""
        return self.proven_until is not None and clock.wall() < self.proven_until


def link_cookie_name(settings: Settings) -> str:
    """Return the cookie's name; over https the prefix makes browsers refuse a foreign or unprotected one."""
    return "__Host-needsrx_link" if settings.secure_cookies else "needsrx_link"


def set_link_cookie(response: Response, settings: Settings, secret: str) -> None:
    """Give the browser its secret until it closes."""
    response.set_cookie(
        link_cookie_name(settings), secret, path="/", secure=settings.secure_cookies, httponly=True, samesite="Strict"
    )


def clear_link_cookie(response: Response, settings: Settings) -> None:
    """Take the secret from the browser."""
    response.delete_cookie(
        link_cookie_name(settings), path="/", secure=settings.secure_cookies, httponly=True, samesite="Strict"
    )


def link_secret_of(request: Request, settings: Settings) -> str | None:
    """Return the secret that the browser sent, if any."""
    return request.cookies.get(link_cookie_name(settings)) or None


def open_link_session(session: ScopedSession, link: SignedLink, *, instead_of: str | None = None) -> str:
    """Return the secret of a new session on a link that was opened; always a new one, whatever the browser had.

    `instead_of`: the secret that the browser had; its session ends. Flushes; the caller commits.
    """
    secret, now = secrets.token_urlsafe(SECRET_BYTES), clock.wall()
    if instead_of is not None:
        end_link_session(session, instead_of)
    opened = LinkSession(
        id=new_id(),
        secret_hash=_hashed(secret),
        purpose=link.purpose,
        subject_id=link.subject_id,
        link_id=link.id,
        generation=link.generation,
        created_at=now,
        seen_at=now,
    )
    session.add(opened)
    session.flush()
    _end_surplus(session, opened)
    return secret


def find_link_session(session: ScopedSession, secret: str | None, purpose: LinkPurpose) -> OpenedLink:
    """Return what a cookie's secret opens. Changes nothing.

    Raises LinkClosed: none, unknown, of another purpose, idle, ended; DeadLink: the link itself died meanwhile.
    """
    if secret is None:
        raise LinkClosed(_OPEN_AGAIN)
    found = (
        select(LinkSession, SignedLink)
        .join(SignedLink, SignedLink.id == LinkSession.link_id)
        .where(LinkSession.secret_hash == _hashed(secret), LinkSession.purpose == purpose)
    )
    row = session.execute(found).one_or_none()
    if row is None:
        raise LinkClosed(_OPEN_AGAIN)
    opened, now = row.LinkSession, clock.wall()
    idle = now - opened.seen_at
    if opened.ended_at is not None or idle >= IDLE or now - opened.created_at >= ABSOLUTE:
        raise LinkClosed(_OPEN_AGAIN)
    try:
        check_alive(row.SignedLink, opened.generation)
    except DeadLink as error:
        error.session_id = opened.id
        raise
    return OpenedLink(
        opened.id,
        opened.link_id,
        LinkPurpose(opened.purpose),
        opened.subject_id,
        opened.proven_until,
        idle >= TOUCH_AFTER,
    )


def subject_of(session: ScopedSession, session_id: UUID, purpose: LinkPurpose) -> UUID | None:
    """Return what a browser had open, whether it still has or not; None for an id that is none of ours."""
    found = select(LinkSession.subject_id).where(LinkSession.id == session_id, LinkSession.purpose == purpose)
    return session.scalar(found)


def last_subject(session: ScopedSession, secret: str | None, purpose: LinkPurpose) -> UUID | None:
    """Return what a cookie's secret opened, also when that is over; None for a secret that never opened anything.

    Only for words that tell nothing of it: the language of the page that says that it is closed.
    """
    if secret is None:
        return None
    found = select(LinkSession.subject_id).where(
        LinkSession.secret_hash == _hashed(secret), LinkSession.purpose == purpose
    )
    return session.scalar(found)


def touch_link_session(session: ScopedSession, session_id: UUID) -> None:
    """Write that the browser was seen now, unless its session ended meanwhile."""
    session.execute(
        update(LinkSession)
        .where(LinkSession.id == session_id, LinkSession.ended_at.is_(None))
        .values(seen_at=clock.wall())
    )


def go_on_with(session: ScopedSession, session_id: UUID, link: SignedLink) -> None:
    """Let a session stand on the link that follows the one it just used up. Flushes."""
    session.flush()
    session.execute(
        update(LinkSession)
        .where(LinkSession.id == session_id)
        .values(link_id=link.id, generation=link.generation)
        .execution_options(synchronize_session=False)
    )


def end_link_session(session: ScopedSession, secret: str) -> None:
    """End the session of a cookie's secret, if there is one: the cookie is dead from the next request on. Flushes."""
    session.flush()
    session.execute(
        update(LinkSession)
        .where(LinkSession.secret_hash == _hashed(secret), LinkSession.ended_at.is_(None))
        .values(ended_at=clock.wall())
        .execution_options(synchronize_session=False)
    )


def renew_secret(session: ScopedSession, session_id: UUID, *, proven_until: datetime) -> str:
    """Return the new secret of a session that has just proven more than a link; the one before is dead. Flushes."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.flush()
    session.execute(
        update(LinkSession)
        .where(LinkSession.id == session_id)
        .values(secret_hash=_hashed(secret), proven_until=proven_until)
        .execution_options(synchronize_session=False)
    )
    return secret


_OPEN_AGAIN = _l(
    "This browser has no request open: it was closed, or left alone for too long. Open the link in our e-mail again."
)


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def _end_surplus(session: ScopedSession, opened: LinkSession) -> None:
    live = (
        select(LinkSession)
        .where(
            LinkSession.purpose == opened.purpose,
            LinkSession.subject_id == opened.subject_id,
            LinkSession.ended_at.is_(None),
        )
        .order_by(LinkSession.seen_at.desc(), LinkSession.id.desc())
        .offset(MOST_AT_ONCE)
    )
    for surplus in session.scalars(live):
        surplus.ended_at = clock.wall()
    session.flush()
