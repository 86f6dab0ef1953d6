"""How many mails anybody may cause to one address: three of a kind in any hour, counted exactly even in a race."""

from datetime import timedelta

from sqlalchemy import delete, or_, update

from referral.accounts.link_models import MailAllowance
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.scope import ScopedSession
from resources_directory.db import native_insert

#: No more than three mails of a kind to an address within this time (the row has room for three moments).
WITHIN = timedelta(hours=1)


def allowance_key(session: ScopedSession, kind: str, address: str) -> bytes:
    """Return the keyed index under which mails of `kind` to an address are counted; spelling of letters is ignored."""
    return vault_of(session).index(f"mail_{kind}", address.strip().casefold())


def take_allowance(session: ScopedSession, key: bytes) -> bool:
    """Return True and count one mail, or False when three went within the hour. Flushes; the caller commits."""
    session.flush()
    now = clock.wall()
    session.execute(
        native_insert(session, MailAllowance).values(key=key).on_conflict_do_nothing(index_elements=["key"])
    )
    taken = session.scalar(
        update(MailAllowance)
        .where(MailAllowance.key == key, or_(MailAllowance.third_at.is_(None), MailAllowance.third_at <= now - WITHIN))
        .values(third_at=MailAllowance.second_at, second_at=MailAllowance.newest_at, newest_at=now)
        .returning(MailAllowance.key)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def give_allowance_back(session: ScopedSession, key: bytes) -> None:
    """Forget what was counted: whoever reads the address has just proven that they asked. Flushes."""
    session.execute(delete(MailAllowance).where(MailAllowance.key == key))


def forget_old_allowances(session: ScopedSession) -> int:
    """Delete the counts that no longer limit anything; return how many."""
    old = delete(MailAllowance).where(
        or_(MailAllowance.newest_at.is_(None), MailAllowance.newest_at <= clock.wall() - WITHIN)
    )
    return len(session.scalars(old.returning(MailAllowance.key)).all())
