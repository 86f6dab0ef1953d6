"""Limits: how often one person, address or member may do what is dear or could be used to list people.

A counter for each limit, caller and stretch of time is raised by a guarded update, never by counting rows. Sign-in has
throttles of its own (accounts/throttles.py). Source of the rule: ASVS 5.0, 2.1.3, 2.3.2 and 2.4.1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import g, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from sqlalchemy import delete, update
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit import clock
from referral.kit.addresses import folded_address
from referral.kit.crypto import vault_of
from referral.kit.errors import Throttled
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database, database
from resources_directory.db import Base, native_insert

V = TypeVar("V", bound=Callable[..., ResponseReturnValue])


class UsageCount(Base):
    """How often somebody used up one of a limit in one stretch of time."""

    __tablename__ = "usage_count"

    #: The limit's name.
    limit_name: Mapped[str] = mapped_column(primary_key=True)
    #: Keyed index of the person, or of the caller's address.
    caller: Mapped[bytes] = mapped_column(primary_key=True)
    #: The stretch's beginning.
    since: Mapped[datetime] = mapped_column(primary_key=True)
    used: Mapped[int]


@dataclass(frozen=True)
class Limit:
    """At most `most` times in each stretch of `per`; a stretch begins at a whole multiple of `per`."""

    name: str
    most: int
    per: timedelta


#: Every limit of the product; docs/security.md names them.
PATIENT_SEARCHES = Limit("patient searches", 300, timedelta(minutes=10))
DIRECTORY_SEARCHES = Limit("directory searches", 600, timedelta(minutes=10))
PRESCRIPTIONS = Limit("prescriptions", 120, timedelta(hours=1))
OPEN_API = Limit("open API", 600, timedelta(minutes=10))
RECORD_EXPORTS = Limit("exports of records", 20, timedelta(days=1))
PLAN_CALLERS = Limit("tries to open patients' pages", 300, timedelta(minutes=10))
#: Tries that did not open it; one that did is given back.
PLAN_TRIES = Limit("tries to open one patient's page", 6, timedelta(days=1))
SIGN_ONS = Limit("sign-ons through a provider", 300, timedelta(minutes=10))

LIMITS = (
    PATIENT_SEARCHES,
    DIRECTORY_SEARCHES,
    PRESCRIPTIONS,
    OPEN_API,
    RECORD_EXPORTS,
    SIGN_ONS,
    PLAN_CALLERS,
    PLAN_TRIES,
)


def limited(limit: Limit) -> Callable[[V], V]:
    """Count each call of a view against the caller: the person signed in, else the address.

    Stands above @requires: it is counted in a short transaction of its own before the view's begins, so that two
    requests of one person do not wait for each other.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def counted(*args: Any, **values: Any) -> ResponseReturnValue:
            with database().writing(job_scope("limits")) as session:
                use(session, limit, _caller())
            return view(*args, **values)

        return counted  # type: ignore[return-value]  # wraps keeps the signature that Flask sees

    return decorate


def use(session: ScopedSession, limit: Limit, caller: str) -> None:
    """Use up one. Of several at once at the limit exactly as many pass as there is room. Raises Throttled. Flushes."""
    now = clock.wall()
    seconds = int(limit.per.total_seconds())
    since = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
    values = {"limit_name": limit.name, "caller": vault_of(session).index("limit", caller), "since": since, "used": 1}
    statement = native_insert(session, UsageCount).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["limit_name", "caller", "since"],
        set_={"used": UsageCount.used + 1},
        where=UsageCount.used < limit.most,
    )
    if session.scalar(statement.returning(UsageCount.used)) is None:
        raise Throttled(_wait_words(since + limit.per - now), wait=since + limit.per - now)


def give_back(session: ScopedSession, limit: Limit, caller: str) -> None:
    """Give back one that was used up in this stretch: what it guards against did not happen. Flushes."""
    seconds = int(limit.per.total_seconds())
    since = datetime.fromtimestamp(int(clock.wall().timestamp()) // seconds * seconds, UTC)
    key = vault_of(session).index("limit", caller)
    counted = (UsageCount.limit_name == limit.name, UsageCount.caller == key, UsageCount.since == since)
    session.execute(update(UsageCount).where(*counted, UsageCount.used > 0).values(used=UsageCount.used - 1))


def forget_old_counts(database: Database) -> int:
    """Delete the counts of stretches that are over; return how many. Once an hour is enough."""
    with database.job("limits") as session:
        longest = max(limit.per for limit in LIMITS)
        old = delete(UsageCount).where(UsageCount.since < clock.wall() - longest)
        return len(session.scalars(old.returning(UsageCount.used)).all())


def _wait_words(left: timedelta) -> str:
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    words: str = ngettext(
        "That was asked very often in a short time. Wait %(num)d minute and try again.",
        "That was asked very often in a short time. Wait %(num)d minutes and try again.",
        minutes,
    )
    return words


def _caller() -> str:
    principal = g.get("principal")
    return f"person:{principal.get_id()}" if principal is not None else f"address:{folded_address(request.remote_addr)}"
