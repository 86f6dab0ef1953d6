"""Browsers that are signed in: an opaque random cookie, its SHA-256 stored, idle and absolute ends on the server.

Why these times: a screen left open in an examination room is the likeliest leak, so clinics and networks get 15 minutes
(automatic logoff, 45 CFR 164.312(a)(2)(iii)), organizations 30; nobody works longer than 12 hours in one go.
"""

import functools
import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from flask import Request, Response
from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.orm import aliased

from referral.accounts.glass_access import under_glass
from referral.accounts.models import LoginSession, Member, Membership, Person
from referral.accounts.principal import Signed
from referral.accounts.queries import enrolled
from referral.accounts.roles import NEEDS_SECOND_FACTOR, MemberKind, Role
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from resources_directory.db import new_id

IDLE: dict[MemberKind, timedelta] = {
    MemberKind.CLINIC: timedelta(minutes=15),
    MemberKind.ORGANIZATION: timedelta(minutes=30),
    MemberKind.NETWORK: timedelta(minutes=15),
}
ABSOLUTE = timedelta(hours=12)

#: `seen_at` is written at most this often, so that reading pages costs no write.
TOUCH_AFTER = timedelta(minutes=1)

#: More browsers than this end the one unseen for longest.
MOST_AT_ONCE = 10

SECRET_BYTES = 32


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; over https the prefix makes browsers refuse a foreign or unprotected one."""
    return "__Host-needsrx" if settings.secure_cookies else "needsrx"


def set_cookie(response: Response, settings: Settings, secret: str) -> None:
    """Give the browser its secret until it closes."""
    response.set_cookie(
        cookie_name(settings), secret, path="/", secure=settings.secure_cookies, httponly=True, samesite="Lax"
    )


def clear_cookie(response: Response, settings: Settings) -> None:
    """Take the secret from the browser."""
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.secure_cookies, httponly=True, samesite="Lax"
    )


def secret_of(request: Request, settings: Settings) -> str | None:
    """Return the secret that the browser sent, if any."""
    return request.cookies.get(cookie_name(settings))


def open_login(
    session: ScopedSession,
    person_id: UUID,
    membership_id: UUID,
    *,
    second_factor: bool = False,
    identity_id: UUID | None = None,
    confirmed: bool = True,
) -> tuple[UUID, str]:
    """Return (id, secret) of a new signed-in browser. Only the hash of the secret is stored. Flushes.

    `second_factor`: the second one was given too, just now. `identity_id`: a member's provider proved who it is, and
    unless `confirmed` that is no proof to us for dangerous steps.
    """
    secret, now = secrets.token_urlsafe(SECRET_BYTES), clock.wall()
    login = LoginSession(
        id=new_id(),
        secret_hash=secret_hash(secret),
        person_id=person_id,
        membership_id=membership_id,
        created_at=now,
        seen_at=now,
        confirmed_at=now if confirmed else None,
        identity_id=identity_id,
        second_factor_at=now if second_factor else None,
    )
    session.add(login)
    session.flush()
    _end_surplus(session, person_id)
    return login.id, secret


def follow_login(
    session: ScopedSession, former: LoginSession, membership_id: UUID, *, break_glass_id: UUID | None = None
) -> tuple[UUID, str]:
    """Return (id, secret) of a browser that goes on in the place of its former sign-in, which ends.

    What was proven, when, and since when it is signed in stay as they were: going on proves nothing anew. Flushes.
    """
    proven = (former.created_at, former.confirmed_at, former.second_factor_at)
    end_login(session, former.id)
    login_id, secret = open_login(session, former.person_id, membership_id, identity_id=former.identity_id)
    login = session.get_one(LoginSession, login_id)
    login.created_at, login.confirmed_at, login.second_factor_at = proven
    login.break_glass_id = break_glass_id
    session.flush()
    return login_id, secret


def find_signed(session: ScopedSession, secret: str) -> tuple[Signed, bool] | None:
    """Return (who is signed in, whether `seen_at` is due to be written) for a cookie's secret, or None.

    None when unknown, signed out, idle or open for too long, or when the person is suspended or the membership ended.
    """
    row = session.execute(_signed_rows().where(LoginSession.secret_hash == secret_hash(secret))).one_or_none()
    if row is None:
        return None
    signed, now = _signed(row), clock.wall()
    if row.LoginSession.break_glass_id is not None:
        signed = under_glass(session, signed, row.LoginSession.break_glass_id)
    idle = now - row.LoginSession.seen_at
    if idle >= IDLE[signed.member_kind] or now - row.LoginSession.created_at >= ABSOLUTE:
        return None
    return signed, idle >= TOUCH_AFTER


def signed_by_id(session: ScopedSession, login_session_id: UUID) -> Signed:
    """Return who a browser that was signed in just now acts as."""
    row = session.execute(_signed_rows().where(LoginSession.id == login_session_id)).one()
    glass_id = row.LoginSession.break_glass_id
    return _signed(row) if glass_id is None else under_glass(session, _signed(row), glass_id)


def touch(session: ScopedSession, login_session_id: UUID) -> None:
    """Write that a browser was seen now, unless it was signed out meanwhile."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == login_session_id, LoginSession.ended_at.is_(None))
        .values(seen_at=clock.wall())
    )


def end_login(session: ScopedSession, login_session_id: UUID) -> None:
    """Sign one browser out: its cookie is dead from the next request on. Flushes."""
    session.flush()
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == login_session_id, LoginSession.ended_at.is_(None))
        .values(ended_at=clock.wall())
    )


def end_logins(session: ScopedSession, person_id: UUID, *, but: UUID | None = None) -> None:
    """Sign a person out everywhere, except in the browser `but`. Flushes."""
    session.flush()
    which = [LoginSession.person_id == person_id, LoginSession.ended_at.is_(None)]
    if but is not None:
        which.append(LoginSession.id != but)
    session.execute(update(LoginSession).where(*which).values(ended_at=clock.wall()))


def live_logins(session: ScopedSession, person_id: UUID) -> list[LoginSession]:
    """Return the browsers in which a person is signed in, last seen first. Idle ones are left out."""
    now = clock.wall()
    rows = session.scalars(
        select(LoginSession)
        .where(
            LoginSession.person_id == person_id,
            LoginSession.ended_at.is_(None),
            LoginSession.created_at > now - ABSOLUTE,
            LoginSession.seen_at > now - max(IDLE.values()),
        )
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    )
    return list(rows)


def secret_hash(secret: str) -> bytes:
    """Return what is stored of a cookie's secret."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def _end_surplus(session: ScopedSession, person_id: UUID) -> None:
    for login in live_logins(session, person_id)[MOST_AT_ONCE:]:
        login.ended_at = clock.wall()
    session.flush()


@functools.cache
def _signed_rows() -> Select[LoginSession, Person, Membership, Member, int, bool]:
    other = aliased(Membership)
    count = (
        select(func.count())
        .where(other.person_id == LoginSession.person_id, other.ended_at.is_(None))
        .scalar_subquery()
        .label("membership_count")
    )
    return (
        select(LoginSession, Person, Membership, Member, count, enrolled(LoginSession.person_id).label("enrolled"))
        .join(Person, Person.id == LoginSession.person_id)
        .join(Membership, Membership.id == LoginSession.membership_id)
        .join(Member, Member.id == Membership.member_id)
        .where(LoginSession.ended_at.is_(None), Person.suspended_at.is_(None), Membership.ended_at.is_(None))
    )


def _signed(row: Row[LoginSession, Person, Membership, Member, int, bool]) -> Signed:
    login, person, membership, member, membership_count, has_factor = row
    asked_twice = has_factor or membership.role in NEEDS_SECOND_FACTOR
    return Signed(
        person_id=person.id,
        name=person.name,
        language=person.language,
        membership_id=membership.id,
        member_id=member.id,
        member_kind=MemberKind(member.kind),
        member_name=member.name,
        role=Role(membership.role),
        member_zip=member.zip_code,
        timezone_name=member.timezone_name,
        login_session_id=login.id,
        membership_count=membership_count,
        complete=login.second_factor_at is not None or not asked_twice,
        confirmed_at=login.confirmed_at,
        identity_id=login.identity_id,
    )
