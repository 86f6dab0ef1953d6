"""The throttle of sign-in: slows whoever guesses, and locks nobody else out.

Every try is counted before the password is looked at, under three keys:
- account and address together: after a few failures a growing wait. The owner, elsewhere, does not notice;
- the address: many failures over all accounts space the tries from there, except for people who are known there: a
  whole clinic may share one address, so nobody waits longer than a few seconds;
- the account: many failures from everywhere (many addresses at once) space all tries a few seconds apart, except from
  addresses where the owner has signed in before. So nobody can lock an account by failing on purpose.
"""

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import ngettext
from sqlalchemy import delete, func, select, update

from referral.accounts.models import SignInTry
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.errors import Throttled
from referral.kit.scope import ScopedSession
from resources_directory.db import new_id

WINDOW = timedelta(minutes=15)

#: Failures on one account from one address before the first wait, which doubles with each further one.
FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=2)

#: Failures from one address over all accounts within the window, and the pause between tries from then on.
ADDRESS_TRIES = 40
ADDRESS_PAUSE = timedelta(seconds=3)

#: Failures on one account from everywhere within the window, and the pause between tries from then on.
ACCOUNT_TRIES = 20
ACCOUNT_PAUSE = timedelta(seconds=5)

#: How long an address stays known to an account after signing in there.
KNOWN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Attempt:
    """Somebody trying to sign in. `email` folded; `address`: the caller's IP address."""

    email: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True)
class _Keys:
    both: bytes
    address: bytes
    account: bytes


def take_try(session: ScopedSession, attempt: Attempt) -> list[UUID]:
    """Return the ids of the stored try, counted as failed until `mark_succeeded`. Raises Throttled. Flushes."""
    keys, now = _keys(session, attempt), clock.wall()
    _check_both(session, keys.both, now)
    if not _known_here(session, keys.both, now):
        _check_address(session, keys.address, now)
        _check_account(session, keys.account, now)
    tries = [
        SignInTry(id=new_id(), key=key, tried_at=now, failed=True) for key in (keys.both, keys.address, keys.account)
    ]
    session.add_all(tries)
    session.flush()
    return [each.id for each in tries]


def mark_succeeded(session: ScopedSession, tries: list[UUID]) -> None:
    """Turn a try into a success; from now on the address is known to the account. Flushes."""
    session.execute(update(SignInTry).where(SignInTry.id.in_(tries)).values(failed=False))


def forget_old_tries(session: ScopedSession) -> int:
    """Delete the tries that no rule looks at any more; return how many."""
    now = clock.wall()
    old_failures = delete(SignInTry).where(SignInTry.failed, SignInTry.tried_at < now - 2 * WINDOW)
    old = delete(SignInTry).where(SignInTry.tried_at < now - KNOWN_FOR)
    return sum(len(session.scalars(each.returning(SignInTry.id)).all()) for each in (old_failures, old))


def folded_address(text: str | None) -> str:
    """Return the address that is counted: an IPv6 household changes its last 64 bits at will, so they are left out."""
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return str(address)


def _keys(session: ScopedSession, attempt: Attempt) -> _Keys:
    vault, address = vault_of(session), folded_address(attempt.address)
    return _Keys(
        both=vault.index("sign_in_both", f"{attempt.email}\x1f{address}"),
        address=vault.index("sign_in_address", address),
        account=vault.index("sign_in_account", attempt.email),
    )


def _check_both(session: ScopedSession, key: bytes, now: datetime) -> None:
    success = session.scalar(select(func.max(SignInTry.tried_at)).where(SignInTry.key == key, ~SignInTry.failed))
    since = max(now - WINDOW, success) if success else now - WINDOW
    failures, last = _failures(session, key, since)
    if last is not None and failures >= FREE_TRIES:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - FREE_TRIES, 10))
        _wait_until(last + wait, now)


def _check_address(session: ScopedSession, key: bytes, now: datetime) -> None:
    failures, last = _failures(session, key, now - WINDOW)
    if last is not None and failures >= ADDRESS_TRIES:
        _wait_until(last + ADDRESS_PAUSE, now)


def _check_account(session: ScopedSession, key: bytes, now: datetime) -> None:
    failures, last = _failures(session, key, now - WINDOW)
    if last is not None and failures >= ACCOUNT_TRIES:
        _wait_until(last + ACCOUNT_PAUSE, now)


def _failures(session: ScopedSession, key: bytes, since: datetime) -> tuple[int, datetime | None]:
    counted = select(func.count(), func.max(SignInTry.tried_at))
    failures, last = session.execute(
        counted.where(SignInTry.key == key, SignInTry.failed, SignInTry.tried_at > since)
    ).one()
    return failures, last


def _known_here(session: ScopedSession, key: bytes, now: datetime) -> bool:
    known = select(SignInTry.id).where(SignInTry.key == key, ~SignInTry.failed, SignInTry.tried_at > now - KNOWN_FOR)
    return session.scalar(known.limit(1)) is not None


def _wait_until(moment: datetime, now: datetime) -> None:
    if moment <= now:
        return
    seconds = int((moment - now).total_seconds()) + 1
    if seconds < 60:
        words = ngettext(
            "There were too many tries. Try again in %(num)s second.",
            "There were too many tries. Try again in %(num)s seconds.",
            seconds,
        )
    else:
        words = ngettext(
            "There were too many tries. Try again in %(num)s minute.",
            "There were too many tries. Try again in %(num)s minutes.",
            -(-seconds // 60),
        )
    raise Throttled(words)
