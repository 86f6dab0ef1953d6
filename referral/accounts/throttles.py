"""The throttle of sign-in: slows whoever guesses, and locks nobody else out.

Every try is counted before the password is looked at, under three keys:
- account and address together: after a few failures a growing wait. The owner, elsewhere, does not notice;
- the address: many failures over all accounts space the tries from there, except for people who are known there: a
  whole clinic may share one address, so nobody waits longer than a few seconds;
- the account: many failures from everywhere (many addresses at once) space all tries a few seconds apart, except from
  addresses where the owner has signed in before. So nobody can lock an account by failing on purpose.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import ngettext
from sqlalchemy import delete, func, select, update

from referral.accounts.models import SignInTry
from referral.kit import clock
from referral.kit.addresses import folded_address
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


#: Links sent to one account within the window; further wishes are taken and forgotten.
RESETS_PER_ACCOUNT = 3

#: Wishes for a new password from one address within the window, and the pause between them from then on.
RESETS_PER_ADDRESS = 20
RESET_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class Attempt:
    """Somebody trying to sign in. `email` folded, or what else is guessed at; `address`: the caller's IP address.

    `account_pause`: between tries from everywhere once there were many.
    """

    email: str = field(repr=False)
    address: str = field(repr=False)
    account_pause: timedelta = ACCOUNT_PAUSE


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
        _check_account(session, keys.account, now, attempt.account_pause)
    tries = [
        SignInTry(id=new_id(), key=key, tried_at=now, failed=True) for key in (keys.both, keys.address, keys.account)
    ]
    session.add_all(tries)
    session.flush()
    return [each.id for each in tries]


def take_reset_try(session: ScopedSession, attempt: Attempt) -> bool:
    """Count a wish for a new password; return False when the account had enough of them lately: the e-mails are there.

    Raises Throttled when the address asked for many. Both count what was typed, be it anybody's or nobody's. Flushes.
    """
    vault, address, now = vault_of(session), folded_address(attempt.address), clock.wall()
    account_key = vault.index("reset_account", attempt.email)
    address_key = vault.index("reset_address", address)
    from_here, last = _failures(session, address_key, now - WINDOW)
    if last is not None and from_here >= RESETS_PER_ADDRESS:
        _wait_until(last + RESET_PAUSE, now)
    asked, _last = _failures(session, account_key, now - WINDOW)
    session.add_all(SignInTry(id=new_id(), key=key, tried_at=now, failed=True) for key in (account_key, address_key))
    session.flush()
    return asked < RESETS_PER_ACCOUNT


def mark_succeeded(session: ScopedSession, tries: list[UUID]) -> None:
    """Turn a try into a success; from now on the address is known to the account. Flushes."""
    session.execute(update(SignInTry).where(SignInTry.id.in_(tries)).values(failed=False))


def forget_old_tries(session: ScopedSession) -> int:
    """Delete the tries that no rule looks at any more; return how many."""
    now = clock.wall()
    old_failures = delete(SignInTry).where(SignInTry.failed, SignInTry.tried_at < now - 2 * WINDOW)
    old = delete(SignInTry).where(SignInTry.tried_at < now - KNOWN_FOR)
    return sum(len(session.scalars(each.returning(SignInTry.id)).all()) for each in (old_failures, old))


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


def _check_account(session: ScopedSession, key: bytes, now: datetime, pause: timedelta) -> None:
    failures, last = _failures(session, key, now - WINDOW)
    if last is not None and failures >= ACCOUNT_TRIES:
        _wait_until(last + pause, now)


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
